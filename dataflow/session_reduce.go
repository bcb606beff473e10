package dataflow

import (
	"context"
	"sort"
)

func buildSessionReduce[K comparable, V, R any](at func(V) Time, window Window, behavior Behavior, a Aggregator[V, R]) func(*builder, *node, []any) any {
	return func(b *builder, n *node, in []any) any {
		r := &sessionReduce[K, V, R]{
			windowPorts: newWindowPorts[K, V, R](),
			sessions:    newSessions[K, V, sessionTally[V, R]](b, n, at, window),
			behavior:    behavior, clock: in[1].(*clock), agendas: newAgendas[K](b),
			same: identityOf(CBOR[R]()).equal, fresh: a.make(b),
		}
		r.lates.node = n
		b.run(n, r)
		readKeyed(in[0], r.in)
		return &r.windowPorts
	}
}

// sessionReduce keeps the events of every session that is not final, and what the
// aggregator makes of them. That is not stored: it is made again of the events.
type sessionReduce[K comparable, V, R any] struct {
	windowPorts[K, V, R]
	sessions[K, V, sessionTally[V, R]]
	behavior Behavior
	clock    *clock
	agendas  []*agenda[K]
	same     func(a, b R) bool
	fresh    func() accumulator[V, R]
	lates    lateCount
}

// A sessionTally is what is known of a session.
type sessionTally[V, R any] struct {
	acc accumulator[V, R]

	// What was output of a touched session before the epoch, if anything.
	was        bool
	before     R
	start, end Time
}

func (r *sessionReduce[K, V, R]) late() (string, uint64) { return r.lates.late() }

func (r *sessionReduce[K, V, R]) step(x *turn) error {
	if err := r.absorb(x); err != nil {
		return err
	}
	cause, n := join(r.in.take(), r.clock.cause), r.changes()
	if n == 0 && r.clock.now == r.clock.before {
		return nil
	}
	return x.each(n, func(w *turn) error {
		w.cause = cause
		err := r.agendas[w.worker].due(r.clock.now, func(k K) error {
			set, ok, err := r.tables[w.worker].find(k)
			if ok {
				r.wait(w, k, set)
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, k := range r.waiting[w.worker] {
			if err := r.settle(w, k.key, k.set); err != nil {
				return err
			}
		}
		r.waiting[w.worker] = emptied(r.waiting[w.worker])
		return nil
	})
}

func (r *sessionReduce[K, V, R]) settle(w *turn, k K, set *sessionSet[V, sessionTally[V, R]]) error {
	h := &tallyKeeper[K, V, R]{r, w, k}
	set.ready(h)
	changes := r.kind.consolidate(set.batch)
	set.apply(h, changes, func(e sessionEvent[V]) bool {
		tooLate := r.closed(e.at, r.clock.before)
		if tooLate {
			h.drop(e, e.at, e.at)
		}
		return !tooLate
	})
	h.expire(set)
	for _, one := range set.touched {
		if !one.gone {
			h.settle(set, changes, one)
		}
	}
	set.settled()
	r.agendas[w.worker].add(r.next(set), k)
	return r.tables[w.worker].save(w, k, set)
}

// closed tells whether a session that ends at end is final when the watermark is w.
func (r *sessionReduce[K, V, R]) closed(end, w Time) bool {
	return r.behavior.closed(end.plus(r.kind.window.gap), w)
}

// shows returns when a session shows its result.
func (r *sessionReduce[K, V, R]) shows(start, end Time) Time {
	return r.behavior.shows(start, end.plus(r.kind.window.gap))
}

// shown returns how many sessions show their results when the watermark is w: the
// first ones.
func (r *sessionReduce[K, V, R]) shown(set *sessionSet[V, sessionTally[V, R]], w Time) int {
	return sort.Search(len(set.list), func(i int) bool { return r.shows(set.list[i].start(), set.list[i].end()) > w })
}

// next returns when something happens next to the sessions of a key.
func (r *sessionReduce[K, V, R]) next(set *sessionSet[V, sessionTally[V, R]]) Time {
	at := never
	if len(set.list) > 0 {
		at = r.behavior.closes(set.list[0].end().plus(r.kind.window.gap))
	}
	if i := r.shown(set, r.clock.now); i < len(set.list) {
		at = min(at, r.shows(set.list[i].start(), set.list[i].end()))
	}
	for _, e := range set.owed {
		at = min(at, r.behavior.closes(e.at.plus(r.kind.window.gap)))
	}
	return at
}

// recover reads the state, and of every key when something happens to it: more
// than may stay in memory, one key at a time.
func (r *sessionReduce[K, V, R]) recover(_ context.Context, x *turn) error {
	if err := recoverTables(r.tables); err != nil || !r.behavior.waits() {
		return err
	}
	keys := make([][]K, len(r.tables))
	if err := eachKey(r.tables, func(worker int, k K) { keys[worker] = append(keys[worker], k) }); err != nil {
		return err
	}
	for worker, t := range r.tables {
		for _, k := range keys[worker] {
			set, ok := t.states[k]
			if !ok {
				var err error
				if set, _, err = t.read(k); err != nil {
					return err
				}
			}
			set.ready(&tallyKeeper[K, V, R]{r, x, k})
			r.agendas[worker].add(r.next(set), k)
		}
	}
	return nil
}
