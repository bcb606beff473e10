package dataflow

import "context"

func buildWindowReduce[K comparable, V, R any](at func(V) Time, window Window, behavior Behavior, a Aggregator[V, R]) func(*builder, *node, []any) any {
	return func(b *builder, n *node, in []any) any {
		r := &windowReduce[K, V, R]{
			windowPorts: newWindowPorts[K, V, R](),
			node:        n, at: at, window: window, behavior: behavior, clock: in[1].(*clock),
			in: newExchange[Windowed[K], V](b), agendas: newAgendas[Windowed[K]](b),
			same: identityOf(CBOR[R]()).equal, touched: make([][]touched[Windowed[K], V, R], b.workers),
		}
		r.count.node = n
		fresh := a.make(b)
		r.tables = newTables[Windowed[K]](b, n, 0, func() *tally[V, R] { return &tally[V, R]{acc: fresh(), loose: a.loose} })
		b.run(n, r)
		in[0].(*port[Keyed[K, V]]).read(r.read)
		return &r.windowPorts
	}
}

// windowReduce keeps what the aggregator needs of every window that is not final.
// What it has output of a window is a function of that state and the watermark, as
// they were before the epoch.
type windowReduce[K comparable, V, R any] struct {
	windowPorts[K, V, R]
	node     *node
	at       func(V) Time
	window   Window
	behavior Behavior
	clock    *clock
	in       *exchange[Windowed[K], V]
	tables   []*table[Windowed[K], *tally[V, R]]
	agendas  []*agenda[Windowed[K]]
	touched  [][]touched[Windowed[K], V, R] // in this epoch, by worker
	same     func(a, b R) bool
	count    lateCount
}

func (r *windowReduce[K, V, R]) late() (string, uint64) { return r.count.late() }

func (r *windowReduce[K, V, R]) read(x *turn, d Delta[Keyed[K, V]]) {
	x.at = r.node
	r.window.each(r.at(d.Value.Value), func(start, end Time) {
		k := Windowed[K]{d.Value.Key, start, end}
		if r.behavior.closed(end, r.clock.before) {
			r.count.count(d.Diff)
			r.second.push(x, Delta[Keyed[Windowed[K], V]]{Keyed[Windowed[K], V]{k, d.Value.Value}, d.Diff})
			x.at = r.node
			return
		}
		r.in.add(x, k, d.Value.Value, d.Diff)
	})
}

// absorb applies what has come to the states.
func (r *windowReduce[K, V, R]) absorb(x *turn) error {
	n := r.in.len()
	if n == 0 {
		return nil
	}
	return x.each(n, func(w *turn) error {
		return r.in.drain(w, func(k Windowed[K], v V, diff int) error {
			g, err := r.tables[w.worker].at(k)
			if err != nil {
				return err
			}
			r.touch(w, k, g)
			g.add(v, diff, w.epoch)
			return nil
		})
	})
}

// touch notes what has been output of a window, before it changes.
func (r *windowReduce[K, V, R]) touch(w *turn, k Windowed[K], g *tally[V, R]) {
	if g.touched {
		return
	}
	g.touched = true
	t := touched[Windowed[K], V, R]{key: k, group: g, n: g.n}
	if t.was = g.there() && r.behavior.shows(k.Start, k.End) <= r.clock.before; t.was {
		t.before = g.acc.result()
	}
	r.touched[w.worker] = append(r.touched[w.worker], t)
}

// step outputs what the changes and the watermark make different.
func (r *windowReduce[K, V, R]) step(x *turn) error {
	if err := r.absorb(x); err != nil {
		return err
	}
	cause, n := join(r.in.take(), r.clock.cause), 0
	for _, list := range r.touched {
		n += len(list)
	}
	if n == 0 && r.clock.now == r.clock.before {
		return nil
	}
	return x.each(n, func(w *turn) error {
		w.cause = cause
		err := r.agendas[w.worker].due(r.clock.now, func(k Windowed[K]) error {
			g, ok, err := r.tables[w.worker].find(k)
			if ok {
				r.touch(w, k, g)
			}
			return err
		})
		if err != nil {
			return err
		}
		for i := range r.touched[w.worker] {
			if err := r.settle(w, &r.touched[w.worker][i]); err != nil {
				return err
			}
		}
		r.touched[w.worker] = emptied(r.touched[w.worker])
		return nil
	})
}

func (r *windowReduce[K, V, R]) settle(w *turn, t *touched[Windowed[K], V, R]) error {
	g, k := t.group, t.key
	g.touched, g.changed = false, g.n != t.n
	closed := r.behavior.closed(k.End, r.clock.now)
	is := g.there() && r.behavior.shows(k.Start, k.End) <= r.clock.now && (!closed || r.behavior.KeepResults)
	var now R
	if is {
		now = g.acc.result()
	}
	if err := r.keep(w, k, g, closed); err != nil {
		return err
	}
	if is && t.was && r.same(t.before, now) {
		return nil
	}
	if t.was {
		r.first.push(w, Delta[Keyed[Windowed[K], R]]{Keyed[Windowed[K], R]{k, t.before}, -1})
	}
	if is {
		r.first.push(w, Delta[Keyed[Windowed[K], R]]{Keyed[Windowed[K], R]{k, now}, +1})
	}
	w.at = r.node
	return nil
}

// keep saves the state of a window, unless it is final.
func (r *windowReduce[K, V, R]) keep(w *turn, k Windowed[K], g *tally[V, R], closed bool) error {
	if closed {
		return r.tables[w.worker].drop(w, k)
	}
	if !g.empty() {
		r.agendas[w.worker].add(r.behavior.next(k.Start, k.End, r.clock.now), k)
	}
	return r.tables[w.worker].save(w, k, g)
}

func (r *windowReduce[K, V, R]) committed(*turn) {
	for _, t := range r.tables {
		t.trim()
	}
}

func (r *windowReduce[K, V, R]) recover(context.Context, *turn) error {
	if err := recoverTables(r.tables); err != nil || !r.behavior.waits() {
		return err
	}
	return eachKey(r.tables, func(worker int, k Windowed[K]) {
		r.agendas[worker].add(r.behavior.next(k.Start, k.End, r.clock.before), k)
	})
}
