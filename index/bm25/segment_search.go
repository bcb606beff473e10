package bm25

import (
	"context"
	"encoding/binary"
	"math"
)

// runSegment finds the best chunks of a segment, window by window. It is MaxScore
// (Turtle and Flood, 1995) with the bounds of blocks (Ding and Suel, 2011): terms
// that cannot lift a chunk to the floor by themselves are not added to all their
// chunks, but looked up in those that the other terms have brought.
//
// Points are scored as they come by: read where all terms were added.
func (q *query) runSegment(ctx context.Context, part int, s *segment, c *collector, points []point, scores []float64) error {
	p := &q.view.parts[part]
	if c.begin(q, part, s); c.k == 0 {
		c.lookPoints(s, points, scores)
		return nil
	}
	var near []point
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
		if near, points = before(points, end); needed < len(c.scans) {
			c.lookPoints(s, near, scores)
		}
		if needed == 0 {
			continue
		}
		lengths := c.lengths(s, begin, end)
		for i := range c.scans[:needed] {
			c.scans[i].add(q, lengths, begin, end, &c.window)
		}
		if needed == len(c.scans) {
			c.readPoints(near, scores)
		}
		c.collect(begin, c.rest[needed])
		if needed < len(c.scans) {
			c.finish(lengths, begin, needed)
		}
		c.offerAll(p, part)
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
	c.scans, c.kept = c.scans[:n], 0
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
	needed := n
	for needed > 0 && c.rest[needed-1] < floor {
		needed--
	}
	if needed > 0 && begin/windowSize%8 != 0 && !c.pays(needed) {
		return n
	}
	return needed
}

// lookup is how many chunks of a list are added in the time that one is looked
// up.
const lookup = 2

// pays says whether it is faster to look candidates up than to add the terms
// that are not needed to all chunks, going by the last window that did so.
func (c *collector) pays(needed int) bool {
	near := 0
	for i := range c.scans[needed:] {
		near += c.scans[needed+i].near
	}
	return c.kept*lookup < near
}

// lengths returns those of the chunks of a window.
func (c *collector) lengths(s *segment, begin, end uint32) *lengths {
	all := s.section[lengthSection][4*int(begin) : 4*int(end)]
	if len(all) == len(c.tail) {
		return (*lengths)(all)
	}
	copy(c.tail[:], all)
	return &c.tail
}

// finish adds the terms that were left out to the candidates of the window that
// begins at a chunk.
func (c *collector) finish(lengths *lengths, begin uint32, from int) {
	q := c.query
	c.kept = len(c.candidates)
	for i := from; i < len(c.scans); i++ {
		t := &c.scans[i]
		t.probe.counts(c.candidates)
		low, n := c.low(c.rest[i+1]), 0
		for _, a := range c.candidates {
			at := (a.chunk - begin) % windowSize
			length := binary.LittleEndian.Uint32(lengths[4*at : 4*at+4])
			a.sum += q.worth(t.weight, a.count, length) // which is 0 without the term
			c.candidates[n] = a
			if a.sum >= low {
				n++
			}
		}
		c.candidates = c.candidates[:n]
	}
}
