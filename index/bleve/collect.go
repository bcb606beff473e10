package bleve

import (
	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
)

// A collector takes the scores of segments.
type collector struct {
	top     *index.Top
	allowed []uint64 // bits by row; nil: all
	wanted  []uint64 // bits by row
	places  map[index.Row][]int
	scores  []float64 // of what is wanted, by place

	buffer  []float32
	touched []uint32 // of the segment at hand
}

// newCollector returns a collector for rows below end.
func newCollector(end, k int, allowed *roaring.Bitmap, wanted []index.Row, scores []float64) *collector {
	c := &collector{top: index.NewTop(k), scores: scores}
	if allowed != nil {
		c.allowed = dense(allowed, end)
	}
	if len(wanted) > 0 {
		c.wanted = make([]uint64, end/64+1)
		c.places = make(map[index.Row][]int, len(wanted))
	}
	for i, row := range wanted {
		if int(row) < end {
			c.wanted[row/64] |= 1 << (row % 64)
			c.places[row] = append(c.places[row], i)
		}
	}
	return c
}

// dense returns the rows below end as plain bits, which are faster to test.
func dense(rows *roaring.Bitmap, end int) []uint64 {
	bits := make([]uint64, end/64+1)
	for it := rows.Iterator(); it.HasNext(); {
		row := it.Next()
		if int(row) >= end {
			break
		}
		bits[row/64] |= 1 << (row % 64)
	}
	return bits
}

func has(bits []uint64, row index.Row) bool {
	word := int(row / 64)
	return word < len(bits) && bits[word]>>(row%64)&1 != 0
}

// sums returns n zeros for the scores of a segment.
func (c *collector) sums(n int) []float32 {
	if cap(c.buffer) < n {
		c.buffer = make([]float32, n)
	}
	return c.buffer[:n]
}

// collect takes the scores of the touched chunks, and leaves zeros.
func (c *collector) collect(rows []index.Row, sums []float32) {
	floor := float32(c.top.Floor())
	for _, n := range c.touched {
		score, row := sums[n], rows[n]
		sums[n] = 0
		if row == noRow {
			continue
		}
		if has(c.wanted, row) {
			for _, place := range c.places[row] {
				c.scores[place] = float64(score)
			}
		}
		if score < floor || c.allowed != nil && !has(c.allowed, row) {
			continue
		}
		if c.top.Push(row, float64(score)) {
			floor = float32(c.top.Floor())
		}
	}
	c.touched = c.touched[:0]
}
