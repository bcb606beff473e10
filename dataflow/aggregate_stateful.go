package dataflow

import (
	"fmt"
	"reflect"
)

// StatefulMany returns a state that looks back on everything that came: for each
// epoch that brings rows, f makes the new state of the old one (the zero value at
// first) and the rows. What is retracted is a row with a Diff below 0; f decides
// what that means. The rows of an epoch are consolidated: first those that go,
// then those that come, each in the order that MinBy describes. They are valid
// until f returns.
//
// As with every aggregator a key has a result while it has values. Its state
// stays for good, even when all values are gone. The result depends on how the
// rows were cut into epochs, as far as f lets it. The exported fields of the
// state are kept; f must not change it in place.
func StatefulMany[V, S any](f func(state S, rows []Delta[V]) S) Aggregator[V, S] {
	if f == nil {
		return without[V, S]("statefulmany", "a function")
	}
	return stateful("statefulmany", address(f), f)
}

// StatefulSingle is StatefulMany with one value after another: f is called for
// every value that came, as often as it came; what is retracted is ignored.
func StatefulSingle[V, S any](f func(state S, v V) S) Aggregator[V, S] {
	if f == nil {
		return without[V, S]("statefulsingle", "a function")
	}
	return stateful("statefulsingle", address(f), func(state S, rows []Delta[V]) S {
		for _, d := range rows {
			for range d.Diff {
				state = f(state, d.Value)
			}
		}
		return state
	})
}

func stateful[V, S any](kind string, f any, next func(S, []Delta[V]) S) Aggregator[V, S] {
	name := fmt.Sprintf("%s to %v", kind, reflect.TypeFor[S]())
	return Aggregator[V, S]{name: name, same: []any{name, f}, make: func(*builder) func() accumulator[V, S] {
		kind := &historyKind[V, S]{newValueOrder[V](), CBOR[S](), next}
		return func() accumulator[V, S] { return &history[V, S]{kind: kind} }
	}}
}

type historyKind[V, S any] struct {
	order *valueOrder[V]
	codec Codec[S]
	next  func(S, []Delta[V]) S
}

// history is what f made of everything that came.
type history[V, S any] struct {
	kind    *historyKind[V, S]
	pending pendingDeltas[V]
	state   S
	begun   bool
	changed bool // since the last save
}

func (h *history[V, S]) add(v V, diff int, e Epoch) { h.pending.add(h.kind.order, v, diff, e) }

// settle applies what is pending.
func (h *history[V, S]) settle() {
	if rows := h.pending.take(h.kind.order); len(rows) > 0 {
		h.state = h.kind.next(h.state, rows)
		h.begun, h.changed = true, true
	}
}

func (h *history[V, S]) result() S {
	h.settle()
	return h.state
}

func (h *history[V, S]) empty() bool {
	h.settle()
	return !h.begun
}

func (h *history[V, S]) load(_, value []byte) (err error) {
	h.state, err = h.kind.codec.Decode(value)
	h.begun = true
	return err
}

func (h *history[V, S]) save(put func(record, value []byte)) error {
	h.settle()
	if !h.changed {
		return nil
	}
	h.changed = false
	return saveState(h.kind.codec, h.state, false, put)
}
