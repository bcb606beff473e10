package dataflow

import "fmt"

// sessionsBy is WindowBy for sessions.
func sessionsBy[K comparable, V any](s Stream[Keyed[K, V]], name string, at func(V) Time, w Window) Stream[Keyed[Windowed[K], V]] {
	if s.n == nil {
		return Stream[Keyed[Windowed[K], V]]{}
	}
	n := s.n.g.addStateful("sessions", name, fmt.Sprintf("%s by %s in %v", typeName[V](), typeName[K](), w), s.n)
	checkWindow(n, w.problem(), at == nil)
	if n.same != nil {
		n.same = append(append(n.same, address(at)), w.same()...)
	}
	n.build = func(b *builder, n *node, in []any) any {
		r := &sessionRows[K, V]{
			sessions: newSessions[K, V, bool](b, n, at, w),
			out:      new(port[Keyed[Windowed[K], V]]),
		}
		b.run(n, r)
		readKeyed(in[0], r.in)
		return r.out
	}
	return Stream[Keyed[Windowed[K], V]]{n}
}

// sessionRows puts every event under its session. The note of a session is true
// while its events are not in the output: from when its bounds change until the
// end of the epoch.
type sessionRows[K comparable, V any] struct {
	sessions[K, V, bool]
	out *port[Keyed[Windowed[K], V]]
}

func (r *sessionRows[K, V]) step(x *turn) error {
	if err := r.absorb(x); err != nil {
		return err
	}
	cause, n := r.in.take(), r.changes()
	if n == 0 {
		return nil
	}
	return x.each(n, func(w *turn) error {
		w.cause = cause
		for _, k := range r.waiting[w.worker] {
			if err := r.settle(w, k.key, k.set); err != nil {
				return err
			}
		}
		r.waiting[w.worker] = emptied(r.waiting[w.worker])
		return nil
	})
}

func (r *sessionRows[K, V]) settle(w *turn, k K, set *sessionSet[V, bool]) error {
	h := &rowKeeper[K, V]{r, w, k}
	set.ready(h)
	set.apply(h, r.kind.consolidate(set.batch), func(sessionEvent[V]) bool { return true })
	for _, one := range set.touched {
		if !one.gone && one.note {
			h.push(one, +1)
			one.note = false
		}
	}
	set.settled()
	return r.tables[w.worker].save(w, k, set)
}

// A rowKeeper outputs what happens to the sessions of a key.
type rowKeeper[K comparable, V any] struct {
	*sessionRows[K, V]
	w   *turn
	key K
}

func (h *rowKeeper[K, V]) begin(s *session[V, bool])                        { s.note = true }
func (h *rowKeeper[K, V]) load(*session[V, bool])                           {}
func (h *rowKeeper[K, V]) touch(*session[V, bool])                          {}
func (h *rowKeeper[K, V]) end(*session[V, bool])                            {}
func (h *rowKeeper[K, V]) move(_, _ *session[V, bool], _ []sessionEvent[V]) {}

func (h *rowKeeper[K, V]) alter(s *session[V, bool]) {
	if !s.note {
		h.push(s, -1)
		s.note = true
	}
}

func (h *rowKeeper[K, V]) count(s *session[V, bool], e sessionEvent[V], diff int) {
	if !s.note {
		h.one(s, e.value, diff)
	}
}

// push outputs all events of a session, or their retractions.
func (h *rowKeeper[K, V]) push(s *session[V, bool], sign int) {
	for _, e := range s.events {
		h.one(s, e.value, sign*e.n)
	}
}

func (h *rowKeeper[K, V]) one(s *session[V, bool], v V, diff int) {
	k := Windowed[K]{h.key, s.start(), s.end()}
	h.out.push(h.w, Delta[Keyed[Windowed[K], V]]{Keyed[Windowed[K], V]{k, v}, diff})
	h.w.at = h.node
}
