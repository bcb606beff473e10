package bm25

import (
	"math"
	"math/bits"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
)

// windowSize is how many chunks are scored together: their sums stay in the
// first cache, 4096 * 4 B = 16 kB.
const windowSize = 4096

// A window is sums by chunk, with bits for those that have any. It is empty
// between uses.
type window struct {
	sums [windowSize]float32
	bits [windowSize / 64]uint64
}

// A collector finds the best chunks of one part after the other. Queries share
// what it has allocated.
type collector struct {
	window
	query   *query
	k       int
	top     *index.Top
	allowed *roaring.Bitmap // nil: all
	dense   []uint64        // allowed, as plain bits
	scored  int

	scans      []scan
	strolls    []stroll
	asked      []float32 // sums of points
	rest       []float64
	candidates []candidate // room for a window
	tail       lengths     // of the last window of a segment
	chunks     []uint32    // that have a required term
	counts     []uint32
	kept       int // candidates of the last window that had any to look up
}

// A candidate is a chunk of a window that may be among the best.
type candidate struct {
	chunk uint32
	count uint32 // of the term that is looked up
	sum   float32
}

// reset prepares for a search.
func (c *collector) reset(q *query, k int, allowed *roaring.Bitmap) {
	c.query, c.k, c.top, c.allowed, c.scored = q, k, index.NewTop(k), allowed, 0
	c.dense = c.dense[:0]
	if allowed != nil && !allowed.IsEmpty() && k > 0 {
		c.spread(q.view.end)
	}
}

// spread sets dense, which is faster to test than a bitmap.
func (c *collector) spread(end uint32) {
	rows := c.allowed
	if rows.Maximum() >= end {
		rows = rows.Clone()
		rows.RemoveRange(uint64(end), 1<<32)
	}
	n := int(rows.DenseSize()) + 1
	if cap(c.dense) < n {
		c.dense = make([]uint64, n+n/4)
	}
	c.dense = c.dense[:n]
	clear(c.dense)
	rows.WriteDenseTo(c.dense)
}

// allows says whether a row may be returned.
func (c *collector) allows(row index.Row) bool {
	if c.allowed == nil {
		return true
	}
	i := int(row / 64)
	return i < len(c.dense) && c.dense[i]>>(row%64)&1 != 0
}

// offer gives a chunk to the best, if it may be there.
func (c *collector) offer(p *partView, part int, chunk uint32, sum float32) {
	if p.deletion.has(chunk) {
		return
	}
	var row index.Row
	if s, ok := p.part.(*segment); ok {
		row = s.row(chunk)
	} else {
		row = p.part.(*head).at(chunk).row
	}
	if !c.allows(row) {
		return
	}
	if c.query.match != nil {
		if sum = c.query.match.score(chunk, c.top.Floor()); sum == 0 {
			return
		}
	}
	c.top.Push(row, float64(sum))
}

// collect empties the window, which begins at a chunk. What can reach the best
// when rest is added becomes a candidate.
func (c *collector) collect(begin uint32, rest float64) {
	if cap(c.candidates) < windowSize {
		c.candidates = make([]candidate, windowSize)
	}
	found := (*[windowSize]candidate)(c.candidates[:windowSize])
	floor, n := c.low(rest), 0
	for i, word := range c.bits {
		if word == 0 {
			continue
		}
		c.bits[i] = 0
		c.scored += bits.OnesCount64(word)
		for ; word != 0; word &= word - 1 {
			at := uint32(i*64+bits.TrailingZeros64(word)) % windowSize
			sum := c.sums[at]
			c.sums[at] = 0
			if sum >= floor {
				found[n%windowSize] = candidate{chunk: begin + at, sum: sum}
				n++
			}
		}
	}
	c.candidates = found[:n]
}

// offerAll offers the candidates to the best.
func (c *collector) offerAll(p *partView, part int) {
	floor := c.low(0)
	for _, a := range c.candidates {
		if a.sum >= floor {
			c.offer(p, part, a.chunk, a.sum)
			floor = c.low(0)
		}
	}
}

// low is the sum below which a chunk is hopeless when rest is added.
func (c *collector) low(rest float64) float32 {
	floor := c.top.Floor()
	if c.k == 0 {
		floor = math.Inf(1)
	}
	if rest == 0 && c.query.match == nil {
		return float32(floor) // scores are float32
	}
	return float32((floor - rest) / slack)
}
