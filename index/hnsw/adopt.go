package hnsw

import (
	"context"
	"slices"

	"ragserver/index"
)

// An adoption makes what was read the state of a leg. The graph that was saved
// has nodes that the vectors do not: those are dropped, and what hangs on them or
// was not in the graph yet is linked anew.
type adoption struct {
	leg    *Leg
	header *header
	state  *state
	keeps  []uint64 // nodes that stay as they are
	links  int64    // of these
	ends   []slot   // scratch
}

func (a *adoption) run(ctx context.Context) error {
	l, n := a.leg, a.state.nodes
	a.keeps = make([]uint64, n.slots()/64)
	for s := range slot(n.slots()) {
		if n.kind(s) == linked && a.state.table.Sees(s) {
			a.keeps[s/64] |= 1 << (s % 64)
			a.links++
		}
	}
	lost := a.pruneAll()
	var waiters, free []slot
	for s := range slot(n.slots()) {
		switch {
		case has(a.keeps, s):
		case !a.state.table.Sees(s):
			n.raise(s, 0)
			n.setKind(s, unused)
			free = append(free, s)
		case n.kind(s) == twin && has(a.keeps, n.head(s)):
			n.hang(s, n.head(s))
		default:
			n.raise(s, 0)
			n.setKind(s, waiting)
			waiters = append(waiters, s)
		}
	}
	a.rows()
	l.slots.next, l.slots.free = slot(n.slots()), free
	l.entry.Store(a.entry().pack())
	if a.links == 0 {
		l.entry.Store(0)
	}
	a.tune()
	if err := a.check(ctx, lost); err != nil {
		return err
	}
	l.waiting.Store(int64(len(waiters)))
	l.state.Store(a.state)
	l.queue.push(waiters)
	l.fresh.push(lost)
	return nil
}

// check looks at once whether all nodes can be reached, if many have lost links:
// of a large graph that takes a second, and the background does it otherwise.
func (a *adoption) check(ctx context.Context, lost []slot) error {
	if len(lost) == 0 || a.links > 50_000 && int64(len(lost))*20 < a.links {
		return nil
	}
	c := &check{view: view{a.state.nodes, a.state.table}, builder: a.leg.newBuilder()}
	return c.run(ctx)
}

// pruneAll drops links to nodes that are not kept, and returns the nodes that had
// some. A node that nothing leads to any more is not kept either.
func (a *adoption) pruneAll() (lost []slot) {
	n := a.state.nodes
	for s := range slot(n.slots()) {
		if has(a.keeps, s) && a.prune(s) {
			lost = append(lost, s)
		}
	}
	var lonely []slot
	for s := range slot(n.slots()) {
		if has(a.keeps, s) && n.inward(s).Load() == 0 && a.links > 1 {
			lonely = append(lonely, s)
		}
	}
	alone := len(lonely) > 0
	for len(lonely) > 0 {
		s := lonely[len(lonely)-1]
		lonely = lonely[:len(lonely)-1]
		a.keeps[s/64] &^= 1 << (s % 64)
		a.links--
		for _, e := range n.list(s, 0).read(nil) {
			if n.inward(e).Add(-1) == 0 && has(a.keeps, e) {
				lonely = append(lonely, e)
			}
		}
	}
	for s := slot(0); alone && int(s) < n.slots(); s++ {
		for level := n.level(s); has(a.keeps, s) && level > 0; level-- {
			a.pruneLevel(s, level) // or a walk would come to them there, and end
		}
	}
	return lost
}

// prune drops the links of a node to those that are not kept, and says whether
// there were any.
func (a *adoption) prune(s slot) (lost bool) {
	n := a.state.nodes
	for level := n.level(s); level >= 0; level-- {
		lost = a.pruneLevel(s, level) || lost
	}
	a.ends = n.list(s, 0).read(a.ends[:0])
	for _, e := range a.ends {
		n.inward(e).Add(1)
	}
	return lost
}

func (a *adoption) pruneLevel(s slot, level int) (lost bool) {
	n := a.state.nodes
	l := n.list(s, level)
	a.ends = l.read(a.ends[:0])
	kept := slices.DeleteFunc(a.ends, func(e slot) bool { return !has(a.keeps, e) || n.level(e) < level })
	if len(kept) == len(a.ends) {
		return false
	}
	l.write(kept)
	return true
}

// rows makes the map from rows to slots.
func (a *adoption) rows() {
	t := a.state.table
	m := rowMap{}
	for s := range slot(t.Slots()) {
		if t.Sees(s) {
			row := index.Row(t.Row(s))
			m = m.grown(row)
			m.set(row, s)
		}
	}
	a.state.rows = m
}

// entry returns the saved entry, or another kept node of the highest level.
func (a *adoption) entry() entry {
	n := a.state.nodes
	if e, ok := unpack(a.header.Entry); ok && has(a.keeps, e.slot) && n.level(e.slot) == e.level {
		return e
	}
	best := entry{level: -1}
	for s := range slot(n.slots()) {
		if has(a.keeps, s) && n.level(s) > best.level {
			best = entry{s, n.level(s)}
		}
	}
	return best
}

// tune takes over what was found out about walks, if the same recall is wanted.
func (a *adoption) tune() {
	l, h := a.leg, a.header
	l.linkedAll.Store(a.links)
	if h.Recall != l.config.Recall || len(h.Widths) == 0 {
		return
	}
	t := l.untuned()
	t.widths, t.vectors = h.Widths, h.Vectors
	l.tuning.Store(t)
	l.tuned = progress{linked: a.links}
	saved := &outliers{list: h.Outliers}
	l.setOutliers(saved.without(func(s slot) bool { return !has(a.keeps, s) }))
	l.found.Store(int64(h.Found))
}
