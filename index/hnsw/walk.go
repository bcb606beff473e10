package hnsw

import (
	"context"

	"ragserver/index/vectors"
)

// A candidate is a node with its score, computed from codes.
type candidate struct {
	score float32
	slot  slot // with expanded set when its neighbours were looked at
}

const expanded slot = 1 << 31

// A walker is what walks need again and again. It is used by one goroutine at a
// time.
type walker struct {
	visited []uint64
	hop     []slot
	scores  []float32
	pool    []candidate // best first
	front   []candidate // a heap, see filter.go
	starts  []slot      // where a walk begins a second time
	aside   []uint64    // see ask.waiting
	scored  int
}

func newWalker() *walker {
	return &walker{hop: make([]slot, 0, 2*maxM+1), scores: make([]float32, 2*maxM+1)}
}

// reset prepares for a walk among nodes.
func (w *walker) reset(n nodes) {
	words := n.slots() / 64
	if len(w.visited) < words {
		w.visited = make([]uint64, words+words/4)
	}
	clear(w.visited[:words])
	w.pool = w.pool[:0]
}

// visit notes a node and says whether it is new.
func (w *walker) visit(s slot) bool {
	word, bit := &w.visited[s/64], uint64(1)<<(s%64)
	if *word&bit != 0 {
		return false
	}
	*word |= bit
	return true
}

// A view is what a walk goes over: the newest nodes and vectors.
type view struct {
	nodes nodes
	table *vectors.Table
}

// look scores the neighbours of s on a level that were not visited. A node that
// is newer than the view is passed over.
func (w *walker) look(v view, p *vectors.Probe, s slot, level int) ([]slot, []float32) {
	l := v.nodes.list(s, level)
	end := slot(v.nodes.slots())
	hop := w.hop[:0]
	for i := range l[1 : 1+l.len()] {
		if e := l[1+i].Load(); e < end && w.visit(e) {
			hop = append(hop, e)
		}
	}
	w.scored += len(hop)
	p.Near(v.table, hop, w.scores)
	return hop, w.scores[:len(hop)]
}

// descend goes down from the entry to the best node that it finds on the levels
// above level.
func (w *walker) descend(v view, p *vectors.Probe, from entry, level int) candidate {
	w.hop = append(w.hop[:0], from.slot)
	p.Near(v.table, w.hop, w.scores)
	best := candidate{w.scores[0], from.slot}
	for l := from.level; l > level; l-- {
		for better := true; better; {
			better = false
			hop := v.nodes.list(best.slot, l).read(w.hop[:0])
			hop = below(hop, slot(v.nodes.slots()))
			w.scored += len(hop)
			p.Near(v.table, hop, w.scores)
			for i, s := range hop {
				if w.scores[i] > best.score {
					best, better = candidate{w.scores[i], s}, true
				}
			}
		}
	}
	return best
}

// below drops the nodes from end on.
func below(hop []slot, end slot) []slot {
	kept := hop[:0]
	for _, s := range hop {
		if s < end {
			kept = append(kept, s)
		}
	}
	return kept
}

// beam walks a level from start, after a reset, and leaves the width best nodes it
// finds in w.pool. It is the paper's algorithm 2, with one sorted list for what was
// found and what is to be expanded. Then it goes on from those outliers near these
// that are better than some: not before, since they would crowd out the way.
func (w *walker) beam(ctx context.Context, v view, p *vectors.Probe, start candidate, o *outliers, width, level int) error {
	w.visit(start.slot)
	w.pool = append(w.pool, start)
	if err := w.expand(ctx, v, p, width, level); err != nil || o == nil {
		return err
	}
	w.starts = o.near(w.pool, w.starts[:0])
	if len(w.starts) == 0 {
		return nil
	}
	w.begin(v, p, w.starts, func(c candidate) { w.insert(c, width) })
	return w.expand(ctx, v, p, width, level)
}

// expand looks at the neighbours of all nodes in the pool, the best first.
func (w *walker) expand(ctx context.Context, v view, p *vectors.Probe, width, level int) error {
	for k := 0; k < len(w.pool); {
		at := w.pool[k].slot
		if at&expanded != 0 {
			k++
			continue
		}
		w.pool[k].slot = at | expanded
		if k+1 < len(w.pool) && level == 0 {
			v.nodes.fetch(w.pool[k+1].slot &^ expanded) // most often the next
		}
		hop, scores := w.look(v, p, at, level)
		first := len(w.pool)
		for i, s := range hop {
			if place := w.insert(candidate{scores[i], s}, width); place < first {
				first = place
			}
		}
		if k++; first < k {
			k = first
			if err := ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// insert puts c into the pool, of at most width, and returns its place; width if
// it is not good enough.
func (w *walker) insert(c candidate, width int) int {
	p := w.pool
	n := len(p)
	if n == width {
		if c.score <= p[n-1].score {
			return width
		}
		n--
	} else {
		p = append(p, candidate{})
		w.pool = p
	}
	lo, hi := 0, n
	for lo < hi {
		m := int(uint(lo+hi) >> 1)
		if p[m].score >= c.score {
			lo = m + 1
		} else {
			hi = m
		}
	}
	copy(p[lo+1:n+1], p[lo:n])
	p[lo] = c
	return lo
}
