package hnsw

import (
	"context"
	"slices"

	"ragserver/index/vectors"
)

// A backlog is the nodes of which it has to be seen whether walks find them: those
// that were linked, or whose links were taken out, since the last time.
type backlog struct {
	slots []slot
	width int // of the walks that all other nodes were found by
}

// find walks to each node of the backlog by its own vector, as a search would. One
// that is not found becomes a place where all walks begin, beside the entry:
// among 100,000 clustered vectors of 256 dimensions these are 67. All nodes are
// walked to if many have changed, or searches have become narrower.
func (l *Leg) find(ctx context.Context) error {
	width, ok := l.tuning.Load().width(1)
	if !ok {
		return nil // searches compare all vectors
	}
	v := l.view()
	todo := &l.unseen
	todo.slots = append(todo.slots, l.fresh.take()...)
	if todo.width == 0 || width < todo.width || len(todo.slots)*8 > v.table.Len() {
		todo.slots = todo.slots[:0]
		for s := range slot(v.nodes.slots()) {
			todo.slots = append(todo.slots, s)
		}
	}
	todo.width = width
	b := l.newBuilder()
	for n := len(todo.slots); n > 0; n = len(todo.slots) {
		if err := l.findOne(ctx, b, todo.slots[n-1], width); err != nil {
			return err
		}
		todo.slots = todo.slots[:n-1]
	}
	todo.slots = nil
	return nil
}

func (l *Leg) findOne(ctx context.Context, b *builder, s slot, width int) error {
	l.graph.RLock()
	defer l.graph.RUnlock()
	v := l.view()
	from, ok := unpack(l.entry.Load())
	if !ok || v.nodes.kind(s) != linked || l.dead(v, s) {
		return nil
	}
	b.probe.SetSlot(v.table, s)
	b.walk.reset(v.nodes)
	start := b.walk.descend(v, &b.probe, from, 0)
	if err := b.walk.beam(ctx, v, &b.probe, start, nil, width, 0); err != nil {
		return err
	}
	found := slices.ContainsFunc(b.walk.pool, func(c candidate) bool { return c.slot&^expanded == s })
	if starts := l.starts(); !found && !slices.Contains(starts, s) {
		l.setStarts(append(slices.Clone(starts), s))
	}
	return nil
}

// starts are the nodes where walks begin, beside the entry. They are not modified.
func (l *Leg) starts() []slot {
	if p := l.extra.Load(); p != nil {
		return *p
	}
	return nil
}

func (l *Leg) setStarts(s []slot) { l.extra.Store(&s) }

// begin scores the nodes where a walk begins and hands each to take.
func (w *walker) begin(v view, p *vectors.Probe, starts []slot, take func(candidate)) {
	for len(starts) > 0 {
		n := min(len(starts), 2*maxM)
		hop := w.hop[:0]
		for _, s := range starts[:n] {
			if int(s) < v.nodes.slots() && w.visit(s) {
				hop = append(hop, s)
			}
		}
		p.Near(v.table, hop, w.scores)
		w.scored += len(hop)
		for i, s := range hop {
			take(candidate{w.scores[i], s})
		}
		starts = starts[n:]
	}
}
