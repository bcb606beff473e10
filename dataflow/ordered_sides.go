package dataflow

import (
	"fmt"
	"reflect"
)

// A timeJoin is what the joins by time have in common: two inputs under a key,
// each in the order of its time.
type timeJoin[K comparable, L, R, Out any] struct {
	kind, name string
	left       Stream[Keyed[K, L]]
	leftTime   func(L) Time
	right      Stream[Keyed[K, R]]
	rightTime  func(R) Time
	setting    string // what matters beside the functions
	complete   bool   // all functions are there
	same       []any  // tells it from others, beside the functions of time

	// revise compares the views of both sides of a key, and calls out for
	// the rows that follow.
	revise func(k K, s *timeSides[L, R], out func(diff int, row Out))
}

func (j timeJoin[K, L, R, Out]) stream() Stream[Out] {
	if j.left.n == nil || j.right.n == nil {
		return Stream[Out]{}
	}
	types := fmt.Sprintf("%v and %v by %v%s", reflect.TypeFor[L](), reflect.TypeFor[R](), reflect.TypeFor[K](), j.setting)
	n := addJoined(j.kind, j.name, types, j.left.n, j.right.n)
	if !j.complete || j.leftTime == nil || j.rightTime == nil {
		n.g.problem(n, "lacks a function")
	}
	if n.same != nil {
		n.same = append(n.same, address(j.leftTime), address(j.rightTime))
		n.same = append(n.same, j.same...)
	}
	n.build = j.build
	return Stream[Out]{n}
}

func (j timeJoin[K, L, R, Out]) build(b *builder, n *node, in []any) any {
	type state = *timeSides[L, R]
	left := newOrderedInput[K, L](b, in[0], func(s state) *ordered[Time, L] { return &s.left })
	right := newOrderedInput[K, R](b, in[1], func(s state) *ordered[Time, R] { return &s.right })
	lefts, rights := newOrderedKind(b, j.leftTime), newOrderedKind(b, j.rightTime)
	stage := newOrderedStage[K](b, n, func() state {
		return &timeSides[L, R]{left: ordered[Time, L]{kind: lefts}, right: ordered[Time, R]{kind: rights}}
	}, left, right)
	out := new(port[Out])
	stage.revise = func(w *turn, k K, s state) {
		j.revise(k, s, func(diff int, row Out) {
			out.push(w, Delta[Out]{row, diff})
			w.at = n
		})
	}
	return out
}

// timeSides is the state of a key of a join by time.
type timeSides[L, R any] struct {
	left    ordered[Time, L]
	right   ordered[Time, R]
	claimed bool
}

func (s *timeSides[L, R]) claim() bool {
	first := !s.claimed
	s.claimed = true
	return first
}

func (s *timeSides[L, R]) settle() bool {
	s.claimed = false
	left, right := s.left.settle(), s.right.settle()
	return left || right
}

func (s *timeSides[L, R]) empty() bool { return s.left.empty() && s.right.empty() }

// The first byte of a record says of which side it is.
const (
	ofLeft = iota
	ofRight
)

func (s *timeSides[L, R]) load(record, value []byte) error {
	if len(record) == 0 {
		return fmt.Errorf("a record without a name")
	}
	if record[0] == ofLeft {
		return s.left.load(record[1:], value)
	}
	return s.right.load(record[1:], value)
}

func (s *timeSides[L, R]) save(put func(record, value []byte)) error {
	of := func(side byte) func(record, value []byte) {
		return func(record, value []byte) { put(append([]byte{side}, record...), value) }
	}
	if err := s.left.save(of(ofLeft)); err != nil {
		return err
	}
	return s.right.save(of(ofRight))
}
