package dataflow

import (
	"context"
	"fmt"
	"time"
)

// Buffer holds values back until the watermark has come to their time plus delay.
// A value that is retracted before is never seen. Out of it values come in about
// the order of their times, which spares operators behind it corrections.
//
// What is held is kept, by time; a change costs the logarithm of the number of
// times. What waits when the input ends stays where it is: a later run may go on.
func Buffer[T any](s Stream[T], name string, at func(T) Time, delay time.Duration, w Watermark) Stream[T] {
	n := holder(s, "buffer", name, at, delay, w, true)
	if n == nil {
		return Stream[T]{}
	}
	return firstOf[T, T](n, "buffered")
}

// Forget retracts values when the watermark has come to their time plus cutoff, so
// that operators behind it keep no more than is recent, in results as in state.
// What changes a value after that comes out as late, and Status counts it.
//
// The values that are not forgotten are kept, by time; a change costs the logarithm
// of the number of times.
func Forget[T any](s Stream[T], name string, at func(T) Time, cutoff time.Duration, w Watermark) Timely[T] {
	n := holder(s, "forget", name, at, cutoff, w, false)
	if n == nil {
		return Timely[T]{}
	}
	return timely[T](n)
}

func holder[T any](s Stream[T], kind, name string, at func(T) Time, after time.Duration, w Watermark, before bool) *node {
	if s.n == nil {
		return nil
	}
	clockNode := ownWatermark(w, s, name, at, address(at))
	n := s.n.g.addStateful(kind, name, fmt.Sprintf("%s after %d", typeName[T](), after), s.n, clockNode)
	checkWindow(n, "", at == nil)
	if n.same != nil {
		n.same = append(n.same, address(at))
	}
	n.build = func(b *builder, n *node, in []any) any {
		h := &hold[T]{
			outlets: outlets[T, T]{first: new(port[T]), second: new(port[T])},
			node:    n, at: at, after: after, waits: before, clock: in[1].(*clock),
			in: newExchange[Time, T](b), agendas: newAgendas[Time](b), touched: make([][]Time, b.workers),
		}
		h.count.node = n
		kind := newBagKind[T](b)
		h.tables = newTables[Time](b, n, 0, func() *bag[T] { return &bag[T]{kind: kind} })
		b.run(n, h)
		in[0].(*port[T]).read(h.read)
		return &h.outlets
	}
	return n
}

// hold keeps values, by time, until theirs has come. Those of a buffer come out
// then; those of a forgetful stream came out before and are retracted.
type hold[T any] struct {
	outlets[T, T]
	node    *node
	at      func(T) Time
	after   time.Duration
	waits   bool // it is a buffer
	clock   *clock
	in      *exchange[Time, T]
	tables  []*table[Time, *bag[T]]
	agendas []*agenda[Time]
	touched [][]Time // in the running epoch, by worker; a time may be there twice
	count   lateCount
}

func (h *hold[T]) late() (string, uint64) { return h.count.late() }

func (h *hold[T]) read(x *turn, d Delta[T]) {
	x.at = h.node
	t := h.at(d.Value)
	over := h.over(t, h.clock.before)
	switch {
	case over && h.waits:
		h.first.push(x, d)
		return
	case over:
		h.count.count(d.Diff)
		h.second.push(x, d)
		return
	}
	h.in.add(x, t, d.Value, d.Diff)
	if !h.waits {
		h.first.push(x, d)
	}
}

func (h *hold[T]) absorb(x *turn) error {
	n := h.in.len()
	if n == 0 {
		return nil
	}
	return x.each(n, func(w *turn) error {
		t := h.tables[w.worker]
		return h.in.drain(w, func(at Time, v T, diff int) error {
			b, err := t.at(at)
			if err != nil {
				return err
			}
			b.add(v, diff)
			if list := h.touched[w.worker]; len(list) == 0 || list[len(list)-1] != at {
				h.touched[w.worker] = append(list, at)
			}
			return nil
		})
	})
}

// over tells whether the time of values at t has come when the watermark is w.
func (h *hold[T]) over(t, w Time) bool {
	at := t.plus(h.after)
	return at <= w && at != never
}

func (h *hold[T]) step(x *turn) error {
	if err := h.absorb(x); err != nil {
		return err
	}
	cause, n := join(h.in.take(), h.clock.cause), 0
	for _, list := range h.touched {
		n += len(list)
	}
	if n == 0 && h.clock.now == h.clock.before {
		return nil
	}
	return x.each(n, func(w *turn) error {
		w.cause = cause
		t, a := h.tables[w.worker], h.agendas[w.worker]
		for _, at := range h.touched[w.worker] {
			a.add(at.plus(h.after), at)
			if h.over(at, h.clock.now) {
				continue
			}
			if b, ok := t.states[at]; ok {
				if err := t.save(w, at, b); err != nil {
					return err
				}
			}
		}
		h.touched[w.worker] = emptied(h.touched[w.worker])
		return a.due(h.clock.now, func(at Time) error { return h.release(w, at) })
	})
}

// release lets go of the values of a time that has come.
func (h *hold[T]) release(w *turn, at Time) error {
	t := h.tables[w.worker]
	b, ok, err := t.find(at)
	if !ok || err != nil {
		return err
	}
	for v, n := range b.all() {
		if !h.waits {
			n = -n
		}
		h.first.push(w, Delta[T]{v, n})
	}
	w.at = h.node
	return t.drop(w, at)
}

func (h *hold[T]) committed(*turn) {
	for _, t := range h.tables {
		t.trim()
	}
}

func (h *hold[T]) recover(context.Context, *turn) error {
	if err := recoverTables(h.tables); err != nil {
		return err
	}
	return eachKey(h.tables, func(worker int, at Time) { h.agendas[worker].add(at.plus(h.after), at) })
}
