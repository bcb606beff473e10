package bm25

import "context"

// A stroll is a term's list on the way through a head.
type stroll struct {
	walk
	run    []uint64 // what is left of the run at hand
	weight float32
}

// runHead scores all chunks of a head, window by window.
func (q *query) runHead(ctx context.Context, part int, h *head, c *collector, points []point, scores []float64) error {
	p := &q.view.parts[part]
	c.strolls = c.strolls[:0]
	for i := range q.terms {
		if at := q.terms[i].at[part]; at > 0 {
			c.strolls = append(c.strolls, stroll{walk: h.walk(at - 1), weight: q.terms[i].weight})
		}
	}
	if len(c.strolls) == 0 {
		return nil
	}
	for begin := uint32(0); begin < p.n; begin += windowSize {
		if err := ctx.Err(); err != nil {
			return err
		}
		end := min(begin+windowSize, p.n)
		for i := range c.strolls {
			c.strolls[i].add(q, h, end, &c.window)
		}
		var near []point
		near, points = before(points, end)
		c.readPoints(near, scores)
		c.collect(begin, 0)
		c.offerAll(p, part)
	}
	return nil
}

// add adds what the term is worth to the chunks before end, in one window.
func (s *stroll) add(q *query, h *head, end uint32, w *window) {
	for {
		if len(s.run) == 0 {
			if s.run = s.next(); len(s.run) == 0 {
				return
			}
		}
		for i, slot := range s.run {
			chunk := uint32(slot >> 32)
			if chunk >= end {
				s.run = s.run[i:]
				return
			}
			n := chunk % windowSize
			w.sums[n] += q.worth(s.weight, uint32(slot), h.at(chunk).length)
			w.bits[n/64] |= 1 << (n % 64)
		}
		s.run = nil
	}
}
