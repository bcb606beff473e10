package bm25

import (
	"context"
	"slices"
)

// A need is what a chunk must have to match: all words of one of these sets.
type need [][]int

// maxSets is how many sets a need may have to be checked chunk by chunk.
const maxSets = 4

// findNeeds sets what every chunk that matches has: the words of all clauses with
// +, or those of the only clause that finds anything unless it does by any of its
// words. A clause that is silent in some language is no need.
func (m *matcher) findNeeds() {
	positive := 0
	for i := range m.clauses {
		if m.clauses[i].sign != MustNot {
			positive++
		}
	}
	for i := range m.clauses {
		c := &m.clauses[i]
		if c.sign == Must || c.sign == Should && positive == 1 && !c.any {
			if n := c.need(); n != nil {
				m.needs = append(m.needs, n)
			}
		}
	}
}

// need returns what a chunk needs to match a clause, nil if that is not to be
// said.
func (c *clause) need() need {
	n := need{}
	for _, v := range c.variants {
		if len(v.words) == 0 {
			return nil
		}
		n = append(n, v.words)
	}
	return n
}

// A route is how the chunks of a part are found that meet the needs.
type route struct {
	leads []uint32 // numbers of terms: every chunk that matches has one of them
	check []need   // without words that are not in the part, the rarest first
	costs []int    // of check: chunks that have what is rarest in each set
}

// find returns the route in the part at hand, in the memory of the last. Without
// chunks that meet the needs it has no leads.
func (m *matcher) find() route {
	r := route{leads: m.route.leads[:0], check: m.route.check[:0], costs: m.route.costs[:0]}
	least := -1
	for _, n := range m.needs {
		left, cost := n, 0
		m.leads = m.leads[:0]
		for i, set := range n {
			rarest, size, ok := m.rarest(set)
			switch {
			case ok:
				m.leads = append(m.leads, rarest)
				cost += size
				if len(left) < len(n) {
					left = append(left, set)
				}
			case len(left) == len(n):
				left = slices.Clip(n[:i]) // without this one
			}
		}
		if len(left) == 0 {
			return route{}
		}
		if least < 0 || cost < least {
			least, r.leads = cost, append(r.leads[:0], m.leads...)
		}
		if len(left) <= maxSets {
			at, _ := slices.BinarySearch(r.costs, cost)
			r.costs, r.check = slices.Insert(r.costs, at, cost), slices.Insert(r.check, at, left)
		}
	}
	if len(r.check) > 0 && len(r.check[0]) == 1 && len(r.check[0][0]) == 1 && m.numbers[m.part][r.check[0][0][0]] == r.leads[0]+1 {
		r.check = r.check[1:] // the one that leads
	}
	return r
}

// rarest returns the rarest of some words in the part at hand and how many
// chunks have it; ok is false if one of them is not there.
func (m *matcher) rarest(words []int) (number uint32, size int, ok bool) {
	for i, w := range words {
		at := m.numbers[m.part][w]
		if at == 0 {
			return 0, 0, false
		}
		n := 0
		switch g := m.query.view.parts[m.part].part.(type) {
		case *segment:
			l := g.list(at - 1)
			n = l.size
		case *head:
			n = int(g.list(at - 1).count.Load())
		}
		if i == 0 || n < size {
			number, size = at-1, n
		}
	}
	return number, size, len(words) > 0
}

// meets says whether a chunk meets needs.
func (m *matcher) meets(needs []need, chunk uint32) bool {
	for _, n := range needs {
		if !slices.ContainsFunc(n, func(set []int) bool { return m.has(set, chunk) }) {
			return false
		}
	}
	return true
}

// has says whether a chunk has all of some words.
func (m *matcher) has(words []int, chunk uint32) bool {
	for _, w := range words {
		if m.cursors[w].count(chunk) == 0 {
			return false
		}
	}
	return true
}

// runRequired finds the best chunks of a part by going through the rarest of the
// words that they need.
func (q *query) runRequired(ctx context.Context, part int, c *collector) error {
	m, p := q.match, &q.view.parts[part]
	c.chunks, c.counts = c.chunks[:0], c.counts[:0]
	for _, number := range m.route.leads {
		c.chunks, c.counts = p.postings(number, p.n, c.chunks, c.counts)
	}
	if len(m.route.leads) > 1 {
		slices.Sort(c.chunks)
		c.chunks = slices.Compact(c.chunks)
	}
	c.scored += len(c.chunks)
	check := m.intersect(p.part, c)
	for i, chunk := range c.chunks {
		if i%1024 == 1023 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if m.meets(check, chunk) {
			c.offer(p, part, chunk, 0)
		}
	}
	return nil
}

// intersect drops the chunks that do not meet the needs of a single word, the
// rarest first, and returns the other needs.
func (m *matcher) intersect(p part, c *collector) (left []need) {
	s, ok := p.(*segment)
	if !ok {
		return m.route.check
	}
	for _, n := range m.route.check {
		if len(n) > 1 || len(n[0]) > 1 {
			left = append(left, n)
			continue
		}
		l := s.list(m.numbers[m.part][n[0][0]] - 1)
		c.chunks = l.keep(c.chunks)
	}
	return left
}
