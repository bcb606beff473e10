package hnsw

import (
	"context"
	"slices"
)

// repairShare is the share of dead nodes from which their neighbours are linked
// anew. More of them cost every walk, and more repairs cost the background: about
// 25 us for each dead node of 256 dimensions.
const repairShare = 0.1

// sweep frees the slots of vectors that no snapshot sees any more: at once those
// that were never linked, and the others when they are many.
func (l *Leg) sweep(ctx context.Context) error {
	v := l.view()
	oldest := l.held.oldest(v.table.Version())
	if !l.sweepDue(v.table.Len(), oldest) {
		return nil
	}
	l.graph.Lock() // nobody links
	defer l.graph.Unlock()
	v = l.view() // with all that is linked
	lost := func(s slot) bool { return v.table.Death(s) <= oldest }
	dropped := l.queue.remove(lost)
	for _, s := range dropped {
		v.nodes.setKind(s, unused)
	}
	l.waiting.Add(int64(-len(dropped)))
	l.free(dropped)
	r := &repair{leg: l, view: v, builder: l.newBuilder(), lost: lost}
	err := r.run(ctx)
	l.checked = progress{} // what can be reached is to be checked again
	l.left, l.leftAt = l.removed.Load(), oldest
	return err
}

// sweepDue says whether so many vectors were removed since the last sweep. What
// that one left, because a snapshot saw it or twins hang on it, counts only when
// older snapshots have been closed.
func (l *Leg) sweepDue(vectors int, oldest uint64) bool {
	gone := l.removed.Load()
	if oldest == l.leftAt {
		gone -= l.left
	}
	return gone >= 64 && float64(gone) >= repairShare*float64(vectors)
}

func (l *Leg) free(slots []slot) {
	l.slots.give(slots)
	l.removed.Add(int64(-len(slots)))
}

// A repair takes dead nodes out of the graph.
type repair struct {
	leg     *Leg
	view    view
	builder *builder
	lost    func(slot) bool
	dead    []uint64 // linked nodes with nothing at them that anyone sees
	out     []slot   // slots that are free afterwards
}

func (r *repair) run(ctx context.Context) error {
	n := r.view.nodes
	r.dead = make([]uint64, n.slots()/64)
	r.eachLinked(r.thin)
	if len(r.out) == 0 {
		return nil
	}
	if err := r.relink(ctx); err != nil {
		return err
	}
	r.moveEntry()
	l := r.leg
	l.setOutliers(l.outliers().without(r.isDead))
	if err := r.leg.grace.wait(ctx); err != nil {
		return err // they stay, and are found again
	}
	for _, s := range r.out {
		if r.isDead(s) {
			ends := n.list(s, 0).read(nil)
			r.builder.count(r.view, ends, nil)
			r.leg.fresh.push(slices.DeleteFunc(ends, r.isDead))
		}
		n.setKind(s, unused)
		n.raise(s, 0)
	}
	r.leg.free(r.out)
	r.leg.config.Logger.Debug("vector graph repaired", "removed", len(r.out))
	return nil
}

func (r *repair) eachLinked(f func(slot)) {
	for s := range slot(r.view.nodes.slots()) {
		if r.view.nodes.kind(s) == linked {
			f(s)
		}
	}
}

func (r *repair) isDead(s slot) bool { return has(r.dead, s) }

// thin drops the lost twins of a node, and puts a living one in the place of a
// lost node; without one the node is dead.
func (r *repair) thin(s slot) {
	n := r.view.nodes
	l := r.leg
	l.twinsMu.Lock()
	defer l.twinsMu.Unlock()
	last := s
	for t, ok := n.next(s); ok; t, ok = n.next(t) {
		if !r.lost(t) {
			last = t
			continue
		}
		// Walks that are at t go on from it: it keeps its own next.
		sl, i := n.at(t)
		ll, j := n.at(last)
		ll.twins[j].Store(sl.twins[i].Load())
		r.out = append(r.out, t)
	}
	if _, more := n.next(s); !r.lost(s) || more {
		return
	}
	r.dead[s/64] |= 1 << (s % 64)
	r.out = append(r.out, s)
}

// relink gives every node that leads to dead ones other neighbours.
func (r *repair) relink(ctx context.Context) error {
	n := r.view.nodes
	var err error
	r.eachLinked(func(s slot) {
		if err != nil || r.isDead(s) {
			return
		}
		if err = ctx.Err(); err != nil {
			return
		}
		for level := n.level(s); level >= 0; level-- {
			r.relinkLevel(s, level)
		}
	})
	return err
}

// relinkLevel chooses among the living neighbours of a node and those of its dead
// neighbours.
func (r *repair) relinkLevel(s slot, level int) {
	n, b := r.view.nodes, r.builder
	l := n.list(s, level)
	before := l.read(nil)
	if !slices.ContainsFunc(before, r.isDead) {
		return
	}
	near := make([]slot, 0, 256)
	add := func(e slot) {
		if e != s && !r.isDead(e) && !slices.Contains(near, e) && len(near) < cap(near) {
			near = append(near, e)
		}
	}
	for _, e := range before {
		if !r.isDead(e) {
			add(e)
			continue
		}
		for _, further := range n.list(e, level).read(nil) {
			add(further)
		}
	}
	ranked := b.rank(r.view, s, near, b.near[:0])
	b.near = ranked
	chosen := b.choose(r.view, ranked, len(l)-1, make([]slot, 0, 2*maxM))
	if level == 0 {
		living := slices.DeleteFunc(slices.Clone(before), r.isDead)
		chosen = b.keepLast(r.view, living, chosen)
		b.count(r.view, before, chosen)
	}
	l.write(chosen)
	r.leg.fresh.push([]slot{s})
	// A chosen neighbour links back: removals would otherwise leave nodes that
	// nothing leads to.
	back := slices.Clone(ranked)
	for _, c := range back {
		if slices.Contains(chosen, c.slot) && !slices.Contains(n.list(c.slot, level).read(nil), s) {
			b.connect(r.view, c.slot, candidate{c.score, s}, level)
		}
	}
}

// moveEntry makes a living node of the highest level the entry.
func (r *repair) moveEntry() {
	l := r.leg
	l.entryMu.Lock()
	defer l.entryMu.Unlock()
	e, ok := unpack(l.entry.Load())
	if !ok || !r.isDead(e.slot) {
		return
	}
	best, found := entry{}, false
	r.eachLinked(func(s slot) {
		if level := r.view.nodes.level(s); !r.isDead(s) && (!found || level > best.level) {
			best, found = entry{s, level}, true
		}
	})
	if !found {
		l.entry.Store(0)
		return
	}
	l.entry.Store(best.pack())
}
