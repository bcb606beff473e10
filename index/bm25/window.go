package bm25

import (
	"context"
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
)

// windowSize is how many chunks are scored together. It is the size of a head,
// and of a page of a deletion.
const windowSize = maxHead

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
	rest       []float64
	candidates []candidate
}

// A candidate is a chunk of a window that may be among the best.
type candidate struct {
	chunk uint32
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
		row = p.part.(*head).chunks[chunk].row
	}
	if !c.allows(row) {
		return
	}
	if c.query.match != nil {
		if sum = c.query.match.score(part, chunk); sum == 0 {
			return
		}
	}
	c.top.Push(row, float64(sum))
}

// collect empties the window, which begins at a chunk. What can reach the best
// when rest is added is offered to them, or if rest is not zero becomes a
// candidate.
func (c *collector) collect(p *partView, part int, begin uint32, rest float64) {
	c.candidates = c.candidates[:0]
	floor := c.low(rest)
	for i, word := range c.bits {
		if word == 0 {
			continue
		}
		c.bits[i] = 0
		c.scored += bits.OnesCount64(word)
		for ; word != 0; word &= word - 1 {
			n := uint32(i*64 + bits.TrailingZeros64(word))
			sum := c.sums[n%windowSize]
			c.sums[n%windowSize] = 0
			switch {
			case sum < floor:
			case rest > 0:
				c.candidates = append(c.candidates, candidate{begin + n, sum})
			default:
				c.offer(p, part, begin+n, sum)
				floor = c.low(0)
			}
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

// A scan is a term's list on the way through a segment.
type scan struct {
	list
	weight float32
	block  int // the first that reaches into the window, or beyond

	// The block that was decoded last, and the place in it.
	decoded        int // its number and 1
	at, n          int
	chunks, counts [blockSize]uint32

	probe probe
}

// begin makes s the scan of a list.
func (s *scan) begin(l list, weight float32) {
	s.list, s.weight, s.block, s.decoded = l, weight, 0, 0
	s.probe = probe{list: &s.list}
}

// seek goes to the block with the first chunk that is not below begin. It says
// whether there may be any.
func (s *scan) seek(begin uint32) bool {
	n := s.blocks()
	for s.block < n && s.last(s.block) < begin {
		s.block++
	}
	return s.block < n
}

// most returns the largest bound of blocks that reach into a window up to end.
func (s *scan) most(end uint32) float32 {
	n := s.blocks()
	most := float32(0)
	for b := s.block; b < n; b++ {
		most = max(most, s.blockBound(b))
		if s.last(b) >= end-1 {
			break
		}
	}
	return most
}

// add adds what the term is worth to the chunks of a window.
func (s *scan) add(q *query, lengths []byte, begin, end uint32, w *window) {
	for blocks := s.blocks(); s.block < blocks; s.block++ {
		if s.decoded != s.block+1 {
			s.n, s.at = s.decode(s.block, &s.chunks, &s.counts), 0
			s.decoded = s.block + 1
		}
		at := s.at
		for at < s.n && s.chunks[at] < begin {
			at++
		}
		chunks, counts := s.chunks[:s.n], s.counts[:s.n]
		for ; at < len(chunks) && chunks[at] < end; at++ {
			n := (chunks[at] - begin) % windowSize
			length := binary.LittleEndian.Uint32(lengths[4*n:])
			w.sums[n] += q.worth(s.weight, counts[at], length)
			w.bits[n/64] |= 1 << (n % 64)
		}
		if s.at = at; at < s.n {
			return
		}
	}
}

// runSegment finds the best chunks of a segment, window by window. It is MaxScore
// (Turtle and Flood, 1995) with the bounds of blocks (Ding and Suel, 2011): terms
// that cannot lift a chunk to the floor by themselves are not added to all their
// chunks, but looked up in those that the other terms have brought.
func (q *query) runSegment(ctx context.Context, part int, s *segment, c *collector) error {
	p := &q.view.parts[part]
	c.begin(q, part, s)
	// The bounds of the lists were made with the mean length of then.
	grown := float32(max(1, q.view.mean()/s.mean))
	for begin := uint32(0); begin < s.n; begin += windowSize {
		if begin/windowSize%16 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		end := min(begin+windowSize, s.n)
		needed := c.bounds(begin, end, grown)
		if needed == 0 {
			continue
		}
		lengths := s.section[lengthSection][4*int(begin) : 4*int(end)]
		for i := range c.scans[:needed] {
			c.scans[i].add(q, lengths, begin, end, &c.window)
		}
		c.collect(p, part, begin, c.rest[needed])
		if needed < len(c.scans) {
			c.finish(p, part, s, needed)
		}
	}
	return nil
}

// begin makes the scans of the terms that are in a segment.
func (c *collector) begin(q *query, part int, s *segment) {
	n := 0
	for i := range q.terms {
		if at := q.terms[i].at[part]; at > 0 {
			if n == cap(c.scans) {
				c.scans = append(c.scans[:n], scan{})
			}
			c.scans = c.scans[:n+1]
			c.scans[n].begin(s.list(at-1), q.terms[i].weight)
			n++
		}
	}
	c.scans = c.scans[:n]
	for len(c.rest) < n+1 {
		c.rest = append(c.rest, 0)
	}
}

// bounds sets rest to what each term and all after it add at most to a chunk of
// a window, and returns how many terms have to be added to find the best.
func (c *collector) bounds(begin, end uint32, grown float32) int {
	n := len(c.scans)
	floor := c.top.Floor()
	c.rest[n] = 0
	found := false
	for i := n - 1; i >= 0; i-- {
		s := &c.scans[i]
		c.rest[i] = c.rest[i+1]
		if s.seek(begin) {
			found = true
			if !math.IsInf(floor, -1) {
				ratio := s.most(end) * grown
				c.rest[i] += float64(s.weight*ratio/(ratio+1)) * slack
			}
		}
	}
	if !found {
		return 0
	}
	if math.IsInf(floor, -1) {
		return n
	}
	for n > 0 && c.rest[n-1] < floor {
		n--
	}
	return n
}

// finish adds the terms that were left out to the candidates, and offers those
// to the best.
func (c *collector) finish(p *partView, part int, s *segment, from int) {
	q := c.query
	for i := from; i < len(c.scans); i++ {
		t := &c.scans[i]
		low := c.low(c.rest[i+1])
		kept := c.candidates[:0]
		for _, a := range c.candidates {
			if count := t.probe.count(a.chunk); count > 0 {
				a.sum += q.worth(t.weight, count, s.length(a.chunk))
			}
			if a.sum >= low {
				kept = append(kept, a)
			}
		}
		c.candidates = kept
	}
	for _, a := range c.candidates {
		c.offer(p, part, a.chunk, a.sum)
	}
}
