package bleve

import (
	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
	"ragserver/index/bleve/postings"
)

// A collector finds the best chunks of one segment after the other. Queries
// share what it has allocated.
type collector struct {
	k       int
	top     *index.Top
	allowed []uint64 // bits by row; nil: all

	// Of the segment at hand.
	sums    []float32 // by chunk; zeros between segments
	touched []uint32  // chunks whose sums are not zero
	rest    []float64 // see query.bounds
	chunks  [postings.BlockSize]uint32
	counts  [postings.BlockSize]uint32
}

// reset prepares for a search among rows below end.
func (c *collector) reset(k, end int, allowed *roaring.Bitmap) {
	c.k, c.top, c.allowed = k, index.NewTop(k), nil
	if allowed != nil {
		c.allowed = dense(allowed, end)
	}
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

func has(bits []uint64, n uint32) bool {
	word := int(n / 64)
	return word < len(bits) && bits[word]>>(n%64)&1 != 0
}

// begin makes room for a segment of n chunks.
func (c *collector) begin(n int) {
	if len(c.sums) < n {
		c.sums = make([]float32, n+n/4)
		c.touched = make([]uint32, 0, n+n/4)
	}
}

// searched says whether a chunk can be in the result.
func (c *collector) searched(s *segmentView, chunk uint32) bool {
	row := s.rows[chunk]
	return row != noRow && !s.deletion.has(chunk) && (c.allowed == nil || has(c.allowed, row))
}

// floor returns a score that the k-th best chunk has at least, going by what the
// sums are so far: they only grow. No sum is above most. Counting in steps is
// enough, and takes one pass.
func (c *collector) floor(s *segmentView, most float64) float64 {
	var steps [256]int
	all := c.allowed == nil && s.deletion == nil && s.whole
	scale := float32(len(steps)-1) / float32(most*slack)
	for _, n := range c.touched {
		if all || c.searched(s, n) {
			steps[uint8(c.sums[n]*scale)]++
		}
	}
	above := 0
	for i := len(steps) - 1; i > 0; i-- {
		if above += steps[i]; above >= c.k {
			return float64(i) / float64(scale) / slack
		}
	}
	return 0
}

// prune forgets the chunks that cannot reach floor when rest at most is added.
func (c *collector) prune(rest, floor float64) {
	kept := c.touched[:0]
	for _, n := range c.touched {
		if (float64(c.sums[n])+rest)*slack < floor {
			c.sums[n] = 0
		} else {
			kept = append(kept, n)
		}
	}
	c.touched = kept
}

// collect takes the scores of the touched chunks, and leaves zeros.
func (c *collector) collect(s *segmentView) {
	floor := float32(c.top.Floor())
	for _, n := range c.touched {
		score := c.sums[n]
		c.sums[n] = 0
		if score >= floor && c.searched(s, n) && c.top.Push(s.rows[n], float64(score)) {
			floor = float32(c.top.Floor())
		}
	}
	c.touched = c.touched[:0]
}
