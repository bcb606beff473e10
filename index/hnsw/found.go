package hnsw

import (
	"cmp"
	"context"
	"slices"

	"ragserver/index/vectors"
)

// find walks to nodes by their own vectors, as a search by t would: to those that
// were linked, or whose links were taken out, since the last time. Those that are
// not found become outliers: among 100,000 clustered vectors of 256 dimensions, by
// walks of width 32, these are 67, and about 400 by walks of 16. All nodes are
// walked to if many have changed, or searches have become narrower.
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
		l.unseen = append(l.unseen, l.outliers().slots...)
	}
	l.found.Store(0) // until it is done
	var missed []outlier
	b := l.newBuilder()
	for _, s := range l.unseen {
		o, found, err := l.finds(ctx, b, s, width)
		if err != nil {
			return err
		}
		if !found {
			missed = append(missed, o)
		}
	}
	l.setOutliers(missed)
	l.unseen = nil
	l.found.Store(int64(width))
	return nil
}

// finds says whether a walk finds a node, if it has to, and else what it is as an
// outlier.
func (l *Leg) finds(ctx context.Context, b *builder, s slot, width int) (outlier, bool, error) {
	l.graph.RLock()
	defer l.graph.RUnlock()
	v := l.view()
	from, ok := unpack(l.entry.Load())
	if !ok || v.nodes.kind(s) != linked || l.dead(v, s) {
		return outlier{}, true, nil
	}
	b.probe.SetSlot(v.table, s)
	b.walk.reset(v.nodes)
	start := b.walk.descend(v, &b.probe, from, 0)
	if err := b.walk.beam(ctx, v, &b.probe, start, nil, width, 0); err != nil {
		return outlier{}, false, err
	}
	pool := b.walk.pool
	o := outlier{Slot: s}
	for _, c := range pool[:min(len(pool), gates)] {
		o.Gates = append(o.Gates, c.slot&^expanded)
	}
	return o, slices.ContainsFunc(pool, func(c candidate) bool { return c.slot&^expanded == s }), nil
}

// An outlier is a node that walks by its own vector do not find. Walks that end at
// one of its gates look at it, too; at any place, if it has none.
type outlier struct {
	Slot  slot
	Gates []slot
}

// gates is how many an outlier has: the nodes nearest to it where a walk by its
// vector ends. One of them would do if nothing changed.
const gates = 2

// Outliers are those of a graph. They are not modified.
type outliers struct {
	list   []outlier
	slots  []slot          // of all
	lost   []slot          // of those without a gate
	gates  []uint64        // the set of all gates
	behind map[slot][]slot // by gate
}

// outliers returns those that there are.
func (l *Leg) outliers() *outliers {
	if o := l.apart.Load(); o != nil {
		return o
	}
	return new(outliers)
}

func (l *Leg) setOutliers(list []outlier) {
	slices.SortFunc(list, func(a, b outlier) int { return cmp.Compare(a.Slot, b.Slot) })
	list = slices.CompactFunc(list, func(a, b outlier) bool { return a.Slot == b.Slot })
	o := &outliers{list: list, behind: make(map[slot][]slot)}
	for _, x := range list {
		o.slots = append(o.slots, x.Slot)
		if len(x.Gates) == 0 {
			o.lost = append(o.lost, x.Slot)
		}
		for _, g := range x.Gates {
			for int(g/64) >= len(o.gates) {
				o.gates = append(o.gates, 0)
			}
			o.gates[g/64] |= 1 << (g % 64)
			o.behind[g] = append(o.behind[g], x.Slot)
		}
	}
	l.apart.Store(o)
}

// near appends the outliers that a walk which ended with pool has to look at.
func (o *outliers) near(pool []candidate, dst []slot) []slot {
	dst = append(dst, o.lost...)
	for _, c := range pool {
		if s := c.slot &^ expanded; has(o.gates, s) {
			dst = append(dst, o.behind[s]...)
		}
	}
	return dst
}

// without returns the outliers that are left when some nodes are gone.
func (o *outliers) without(gone func(slot) bool) []outlier {
	var left []outlier
	for _, x := range o.list {
		if !gone(x.Slot) {
			left = append(left, outlier{x.Slot, slices.DeleteFunc(slices.Clone(x.Gates), gone)})
		}
	}
	return left
}

// begin scores the nodes where a walk begins a second time and hands each to take.
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
