package hnsw

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
	"ragserver/index/vectors"
)

// An ask is one search.
type ask struct {
	*snapshot
	probe *vectors.Probe
	k     int
	rows  *roaring.Bitmap // nil: all
	plan  index.Plan

	absent  slot // a node that the walk does not go to, if without; see tune.go
	without bool
	trial   bool // a walk is tried out, without the outliers
}

// answer chooses the cheapest way that is good enough, and goes it.
func (a *ask) answer(ctx context.Context) ([]index.Scored, error) {
	way, width := a.choose()
	switch way {
	case byRows:
		return a.scanRows(ctx)
	case byWalk:
		found, ok, err := a.walk(ctx, width)
		if ok || err != nil {
			return found, err
		}
		// The walk found too little, or was about to cost more than this.
		if a.rows != nil {
			return a.scanRows(ctx)
		}
	}
	return a.scan(ctx)
}

// scan compares the query with all vectors that are allowed.
func (a *ask) scan(ctx context.Context) ([]index.Scored, error) {
	t := a.state.table
	a.plan = index.Plan{Method: "scan", Scored: a.plan.Scored + t.Len()}
	if a.rows == nil {
		return t.Scan(ctx, a.probe, a.k, nil)
	}
	set := make([]uint64, t.Slots()/64)
	next := a.some(a.rows.ManyIterator().NextMany)
	var buf [256]slot
	for n := next(buf[:]); n > 0; n = next(buf[:]) {
		for _, s := range buf[:n] {
			if int(s) < t.Slots() {
				set[s/64] |= 1 << (s % 64)
			}
		}
	}
	return t.Scan(ctx, a.probe, a.k, set)
}

// scanRows compares the query with the allowed rows, one by one.
func (a *ask) scanRows(ctx context.Context) ([]index.Scored, error) {
	n := int(min(a.rows.GetCardinality(), uint64(a.Len())))
	a.plan = index.Plan{Method: "rows", Scored: a.plan.Scored + n}
	best := index.NewTop(min(a.k, n))
	err := a.state.table.ScanSome(ctx, a.probe, a.some(a.rows.ManyIterator().NextMany), best)
	return best.Sorted(), err
}

// walk goes through the graph, and compares what is not in it one by one. It
// returns false if that gave too little.
func (a *ask) walk(ctx context.Context, width int) ([]index.Scored, bool, error) {
	l := a.leg
	turn := l.grace.enter()
	defer l.grace.leave(turn)
	w := l.walkers.Get().(*walker)
	defer l.walkers.Put(w)
	w.scored = 0

	// What waits is looked up before the walk: what is linked meanwhile is
	// then found at least once.
	aside, any := a.waiting(w)
	from, ok := unpack(l.entry.Load())
	if !ok {
		return nil, false, nil
	}
	v := l.view()
	a.plan = index.Plan{Method: "walk", Width: width}
	best := index.NewTop(a.k)
	done, err := a.walkGraph(ctx, w, v, from, width, aside, best)
	a.plan.Scored += w.scored
	if !done || err != nil {
		return nil, false, err
	}
	if any > 0 {
		a.plan.Scored += any
		if err := a.scanAside(ctx, aside, best); err != nil {
			return nil, false, err
		}
	}
	found := best.Sorted()
	return found, len(found) == a.k || a.rows != nil && len(found) > 0, nil
}

// walkGraph offers to best what it finds in the graph. It returns false if it
// gave up.
func (a *ask) walkGraph(ctx context.Context, w *walker, v view, from entry, width int, aside []uint64, best *index.Top) (bool, error) {
	w.reset(v.nodes)
	start := w.descend(v, a.probe, from, 0)
	if a.without {
		w.visit(a.absent)
	}
	o := new(outliers)
	if !a.trial {
		o = a.leg.outliers()
	}
	if a.rows != nil || a.leg.tombs(a.Len()) {
		a.plan.Method = "walk filtered"
		ok, err := w.beamThrough(ctx, v, a.probe, start, o.slots, width, a.accepts(v.nodes, aside), a.budget())
		if !ok || err != nil {
			return false, err
		}
	} else if err := w.beam(ctx, v, a.probe, start, o, width, 0); err != nil {
		return false, err
	}
	a.rescore(w, v, aside, best)
	return true, nil
}

// accepts says whether a node, or one of its twins, may be in the answer.
func (a *ask) accepts(n nodes, aside []uint64) func(slot) bool {
	return func(s slot) bool {
		for ok := true; ok; s, ok = n.next(s) {
			if a.allowed(s, aside) {
				return true
			}
		}
		return false
	}
}

// allowed says whether a slot may be in the answer and is not looked at aside.
func (a *ask) allowed(s slot, aside []uint64) bool {
	t := a.state.table
	if !t.Sees(s) || a.rows != nil && !a.rows.Contains(t.Row(s)) {
		return false
	}
	return !has(aside, s)
}

func has(set []uint64, s slot) bool {
	return int(s/64) < len(set) && set[s/64]>>(s%64)&1 != 0
}

// rescore compares the best of the pool in float32.
func (a *ask) rescore(w *walker, v view, aside []uint64, best *index.Top) {
	limit := 2*a.k + 8
	hop, accepts := w.hop[:0], a.accepts(v.nodes, aside)
	for _, c := range w.pool {
		if s := c.slot &^ expanded; accepts(s) {
			if hop = append(hop, s); len(hop) == limit {
				break
			}
		}
	}
	w.hop = hop
	if len(w.scores) < len(hop) {
		w.scores = make([]float32, 2*len(hop))
	}
	a.probe.Exact(v.table, hop, w.scores)
	for i, s := range hop {
		for ok := true; ok; s, ok = v.nodes.next(s) {
			if a.allowed(s, aside) {
				best.Push(v.table.Row(s), float64(w.scores[i]))
			}
		}
	}
}

// waiting returns the set of slots that are not in the graph, and their number.
func (a *ask) waiting(w *walker) (set []uint64, n int) {
	if n = int(a.leg.waiting.Load()); n == 0 {
		return nil, 0
	}
	nodes := a.state.nodes
	w.aside = w.aside[:0]
	for _, sl := range nodes.slabs {
		for i := range sl.waiting {
			w.aside = append(w.aside, sl.waiting[i].Load())
		}
	}
	return w.aside, n
}

// scanAside compares the query with the slots of a set.
func (a *ask) scanAside(ctx context.Context, set []uint64, best *index.Top) error {
	if a.rows != nil {
		for i := range set {
			for b := set[i]; b != 0; b &= b - 1 {
				s := slot(64*i + trailing(b))
				if !a.state.table.Sees(s) || !a.rows.Contains(a.state.table.Row(s)) {
					set[i] &^= 1 << (s % 64)
				}
			}
		}
	}
	found, err := a.state.table.Scan(ctx, a.probe, a.k, set)
	for _, f := range found {
		best.Push(f.Row, f.Score)
	}
	return err
}
