package hnsw

import (
	"context"
	"slices"

	"ragserver/index/vectors"
)

// find walks to nodes by their own vectors, as a search by t would: to those that
// were linked, or whose links were taken out, since the last time. Those that are
// not found become the places where all walks begin a second time: among 100,000
// clustered vectors of 256 dimensions, by walks of width 32, these are 67. All
// nodes are walked to if many have changed, or searches have become narrower.
func (l *Leg) find(ctx context.Context, t *tuning) error {
	width, ok := t.width(1)
	if !ok {
		return nil // searches compare all vectors
	}
	l.unseen = append(l.unseen, l.fresh.take()...)
	before := int(l.found.Load())
	if len(l.unseen) == 0 && width == before {
		return nil
	}
	v := l.view()
	if before == 0 || width < before || len(l.unseen)*8 > v.table.Len() {
		l.unseen = l.unseen[:0]
		for s := range slot(v.nodes.slots()) {
			l.unseen = append(l.unseen, s)
		}
	} else {
		l.unseen = append(l.unseen, l.starts()...)
	}
	l.found.Store(0) // until it is done
	var missed []slot
	b := l.newBuilder()
	for _, s := range l.unseen {
		found, err := l.finds(ctx, b, s, width)
		if err != nil {
			return err
		}
		if !found {
			missed = append(missed, s)
		}
	}
	slices.Sort(missed)
	l.setStarts(slices.Compact(missed))
	l.unseen = nil
	l.found.Store(int64(width))
	return nil
}

// finds says whether a walk finds a node, if it has to.
func (l *Leg) finds(ctx context.Context, b *builder, s slot, width int) (bool, error) {
	l.graph.RLock()
	defer l.graph.RUnlock()
	v := l.view()
	from, ok := unpack(l.entry.Load())
	if !ok || v.nodes.kind(s) != linked || l.dead(v, s) {
		return true, nil
	}
	b.probe.SetSlot(v.table, s)
	b.walk.reset(v.nodes)
	start := b.walk.descend(v, &b.probe, from, 0)
	if err := b.walk.beam(ctx, v, &b.probe, start, nil, width, 0); err != nil {
		return false, err
	}
	return slices.ContainsFunc(b.walk.pool, func(c candidate) bool { return c.slot&^expanded == s }), nil
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
