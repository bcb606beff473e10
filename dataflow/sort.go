package dataflow

import (
	"cmp"
	"fmt"
	"reflect"
)

// A Sorted is a value between its neighbours.
type Sorted[V any] struct {
	Value V
	Prev  Optional[V] // none for the first
	Next  Optional[V] // none for the last
}

// A Step is a value and how it differs from the one before.
type Step[V, D any] struct {
	Value V
	Diff  Optional[D] // none for the first
}

// Sort returns every value of s with the values before and after it, in the order
// of by among the values under its key. Values for which by is equal are in the
// order of their fields; a value that is there several times is its own neighbour,
// so that a chain of Next goes through every copy.
//
// A change costs O(log n) comparisons for n values under the key, and the rows of
// the changed values and their neighbours are replaced: at most three for a value
// that comes or goes. The state is every value, under its key; those of a key are
// in memory together.
func Sort[K comparable, V any, X cmp.Ordered](s Stream[Keyed[K, V]], name string, by func(V) X) Stream[Keyed[K, Sorted[V]]] {
	return inOrderOf(s, "sort", name, by, true, nil, func(v V, prev, next Optional[V]) Sorted[V] {
		return Sorted[V]{v, prev, next}
	})
}

// Diff returns every value of s with f of the value before it and itself, in the
// order of by among the values under its key; see Sort. It is how far a counter
// has come since its last reading, or how long after the last event another one
// came.
//
// A value that comes or goes replaces its own row and that of the value after it.
func Diff[K comparable, V any, X cmp.Ordered, D any](s Stream[Keyed[K, V]], name string, by func(V) X, f func(prev, v V) D) Stream[Keyed[K, Step[V, D]]] {
	out := inOrderOf(s, "diff", name, by, false, address(f), func(v V, prev, _ Optional[V]) Step[V, D] {
		if !prev.OK {
			return Step[V, D]{Value: v}
		}
		return Step[V, D]{v, Some(f(prev.Value, v))}
	})
	if out.n != nil && f == nil {
		out.n.g.problem(out.n, "has no function")
	}
	return out
}

// inOrderOf returns what row makes of every value and its neighbours. Without
// next, row does not want to know the value after it. Of is the address of what
// row depends on.
func inOrderOf[K comparable, V any, X cmp.Ordered, Out any](s Stream[Keyed[K, V]], kind, name string, by func(V) X, next bool, of any,
	row func(v V, prev, next Optional[V]) Out) Stream[Keyed[K, Out]] {
	if s.n == nil {
		return Stream[Keyed[K, Out]]{}
	}
	types := fmt.Sprintf("%v by %v in the order of %v", reflect.TypeFor[V](), reflect.TypeFor[K](), reflect.TypeFor[X]())
	n := s.n.g.addStateful(kind, name, types, s.n)
	if by == nil {
		s.n.g.problem(n, "has no function for the order")
	}
	if n.same != nil {
		n.same = append(n.same, address(by), of)
	}
	n.build = func(b *builder, n *node, in []any) any {
		values := newOrderedKind(b, by)
		input := newOrderedInput[K, V](b, in[0], func(s *sortedState[X, V]) *ordered[X, V] { return &s.ordered })
		fresh := func() *sortedState[X, V] { return &sortedState[X, V]{ordered: ordered[X, V]{kind: values}} }
		stage := newOrderedStage(b, n, fresh, input)
		out := new(port[Keyed[K, Out]])
		stage.revise = func(w *turn, k K, s *sortedState[X, V]) {
			s.runs((*orderedRow[V]).changed, true, func(r orderedRun[X, V]) {
				neighbours(r, next, func(v V, prev, next Optional[V], diff int) {
					w.at = n
					out.push(w, Delta[Keyed[K, Out]]{Keyed[K, Out]{k, row(v, prev, next)}, diff})
				})
			})
		}
		return out
	}
	return Stream[Keyed[K, Out]]{n}
}

// sortedState is one ordered collection.
type sortedState[X cmp.Ordered, V any] struct {
	ordered[X, V]
	claimed bool
}

func (s *sortedState[X, V]) claim() bool {
	first := !s.claimed
	s.claimed = true
	return first
}

func (s *sortedState[X, V]) settle() bool {
	s.claimed = false
	return s.ordered.settle()
}

// neighbours emits the differences of the rows of a run and their neighbours.
func neighbours[X cmp.Ordered, V any](r orderedRun[X, V], next bool, emit func(v V, prev, next Optional[V], diff int)) {
	links := make([]orderedLinks[X, V], len(r.items))
	last := [2]*orderedItem[X, V]{r.prev, r.prev}
	for i, e := range r.items {
		links[i].prev = last
		for view := range last {
			if e.count(view) > 0 {
				last[view] = e
			}
		}
	}
	if next {
		last = [2]*orderedItem[X, V]{r.next, r.next}
		for i := len(r.items) - 1; i >= 0; i-- {
			links[i].next = last
			for view := range last {
				if r.items[i].count(view) > 0 {
					last[view] = r.items[i]
				}
			}
		}
	}
	for i, e := range r.items {
		links[i].emit(e, next, emit)
	}
}

// orderedLinks are the rows beside a row, in each view.
type orderedLinks[X cmp.Ordered, V any] struct{ prev, next [2]*orderedItem[X, V] }

// An orderedPlacing is a number of copies of a value between two others.
type orderedPlacing[X cmp.Ordered, V any] struct {
	prev, next *orderedItem[X, V]
	diff       int
}

// emit emits how the placings of e differ between the views.
func (l orderedLinks[X, V]) emit(e *orderedItem[X, V], next bool, emit func(v V, prev, next Optional[V], diff int)) {
	var list [6]orderedPlacing[X, V] // of the first copy, the last, and those between
	known := list[:0]
	add := func(prev, next *orderedItem[X, V], diff int) {
		for i := range known {
			if known[i].prev == prev && known[i].next == next {
				known[i].diff += diff
				return
			}
		}
		known = append(known, orderedPlacing[X, V]{prev, next, diff})
	}
	for view, sign := range [2]int{viewOld: -1, viewNow: +1} {
		self := e
		if !next {
			self = nil
		}
		switch n := e.count(view); {
		case n == 1:
			add(l.prev[view], l.next[view], sign)
		case n > 1:
			add(l.prev[view], self, sign)
			add(e, self, sign*(n-2))
			add(e, l.next[view], sign)
		}
	}
	for _, p := range known {
		if p.diff != 0 {
			emit(e.value, optionalOf(p.prev), optionalOf(p.next), p.diff)
		}
	}
}

func optionalOf[X cmp.Ordered, V any](e *orderedItem[X, V]) Optional[V] {
	if e == nil {
		return Optional[V]{}
	}
	return Some(e.value)
}
