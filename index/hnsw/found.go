package hnsw

import (
	"context"
	"slices"

	"ragserver/index/vectors"
)

// find walks to nodes by their own vectors, as a search by t would: to those that
// were linked, or whose links were taken out, since the last time. One that is not
// found becomes a place where all walks begin a second time:
// among 100,000 clustered vectors of 256 dimensions these are 67. All nodes are
// walked to if many have changed, or searches have become narrower.
func (l *Leg) find(ctx context.Context, t *tuning) error {
	width, ok := t.width(1)
	if !ok {
		return nil // searches compare all vectors
	}
	l.unseen = append(l.unseen, l.fresh.take()...)
	before := int(l.found.Load())
	v := l.view()
	if before == 0 || width < before || len(l.unseen)*8 > v.table.Len() {
		l.unseen = l.unseen[:0]
		for s := range slot(v.nodes.slots()) {
			l.unseen = append(l.unseen, s)
		}
	}
	l.found.Store(0) // until it is done
	b := l.newBuilder()
	for n := len(l.unseen); n > 0; n = len(l.unseen) {
		if err := l.findOne(ctx, b, l.unseen[n-1], width); err != nil {
			return err
		}
		l.unseen = l.unseen[:n-1]
	}
	l.unseen = nil
	l.found.Store(int64(width))
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

// starts are the nodes where walks begin a second time. They are not modified.
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
