package dataflow

import "fmt"

// An Event is a change of a collection, as a value.
type Event[T any] struct {
	Value T
	Diff  int // Value is there so many times more; below 0: fewer
	Epoch Epoch
}

// ToStream returns the changes of s as a collection of events that only grows: for
// every epoch the values that are there more often or less often than before it,
// each once. It keeps nothing. Static mode, which has one epoch, gives one event
// for each value of the final collection.
func ToStream[T any](s Stream[T]) Stream[Event[T]] {
	if s.n == nil {
		return Stream[Event[T]]{}
	}
	n := s.n.g.add("events", "", s.n)
	n.same = []any{}
	n.build = func(b *builder, n *node, in []any) any {
		p := new(port[Event[T]])
		newNetted(b, n, in[0].(*port[T]), func(w *turn, list []Delta[T]) error {
			for _, d := range list {
				p.push(w, Delta[Event[T]]{Event[T]{d.Value, d.Diff, w.epoch}, +1})
			}
			return nil
		})
		return p
	}
	return Stream[Event[T]]{n}
}

// FromStream returns the collection that the events of s amount to, in any order: it
// undoes ToStream.
func FromStream[T any](s Stream[Event[T]]) Stream[T] {
	return linear(s, "from events", []any{}, func(x *turn, _ *node, d Delta[Event[T]], out func(*turn, Delta[T])) {
		if n := d.Value.Diff * d.Diff; n != 0 {
			out(x, Delta[T]{d.Value.Value, n})
		}
	})
}

// AssignmentOf returns an event as an assignment for Upsert, if the collection that
// changed has one value for a key at most: a value that came is what its key is
// now, and a value that went leaves its key with none, unless another came in the
// same epoch.
func AssignmentOf[K comparable, V any](e Event[Keyed[K, V]]) Assignment[K, V] {
	a := Assignment[K, V]{Key: e.Value.Key, Seq: 2 * uint64(e.Epoch)}
	if e.Diff < 0 {
		a.Gone = true
		return a
	}
	a.Value = e.Value.Value
	a.Seq++
	return a
}

// AssertAppendOnly returns s, whose collection must only grow: an epoch that makes a
// value less often there ends Run with an error that names the operator and the
// value. What comes and goes in one epoch is not there.
func AssertAppendOnly[T any](s Stream[T], name string) Stream[T] {
	if s.n == nil {
		return s
	}
	n := s.n.g.add("append only", name, s.n)
	n.build = func(b *builder, n *node, in []any) any {
		from := in[0].(*port[T])
		p := &port[T]{scan: from.scan}
		newNetted(b, n, from, func(w *turn, list []Delta[T]) error {
			for _, d := range list {
				if d.Diff < 0 {
					return fmt.Errorf("%+v was retracted", d.Value)
				}
			}
			for _, d := range list {
				p.push(w, d)
			}
			return nil
		})
		return p
	}
	return Stream[T]{n}
}
