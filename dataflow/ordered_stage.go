package dataflow

import (
	"cmp"
	"context"
)

// An orderedState is the state of one key of an operator whose state is made of
// ordered collections.
type orderedState interface {
	keyState
	// claim returns true if it is called for the first time since settle.
	claim() bool
	settle() (short bool)
}

// An orderedStage runs an operator with ordered state: it collects the changes of
// an epoch in the state, and then calls revise for every key that has changes,
// which compares the views of the state and pushes what follows from it.
type orderedStage[K comparable, S orderedState] struct {
	node    *node
	inputs  []orderedSource[K, S]
	tables  []*table[K, S]
	claimed [][]orderedClaim[K, S] // in this epoch, by worker
	changes int                    // in this epoch
	revise  func(w *turn, k K, s S)
}

type orderedClaim[K comparable, S orderedState] struct {
	key   K
	state S
}

// An orderedSource is an input of an orderedStage.
type orderedSource[K comparable, S orderedState] interface {
	len() int
	drainTo(w *turn, at func(K) (S, error)) error
	take() []*flight
}

// An orderedInput puts what comes into one collection of the state.
type orderedInput[K comparable, V any, X cmp.Ordered, S orderedState] struct {
	*exchange[K, V]
	side func(S) *ordered[X, V]
}

// newOrderedInput makes an input of what comes out of the port from.
func newOrderedInput[K comparable, V any, X cmp.Ordered, S orderedState](b *builder, from any, side func(S) *ordered[X, V]) *orderedInput[K, V, X, S] {
	in := &orderedInput[K, V, X, S]{newExchange[K, V](b), side}
	readKeyed(from, in.exchange)
	return in
}

func (in *orderedInput[K, V, X, S]) drainTo(w *turn, at func(K) (S, error)) error {
	return in.drain(w, func(k K, v V, diff int) error {
		s, err := at(k)
		if err == nil {
			in.side(s).add(v, diff)
		}
		return err
	})
}

func newOrderedStage[K comparable, S orderedState](b *builder, n *node, fresh func() S, inputs ...orderedSource[K, S]) *orderedStage[K, S] {
	o := &orderedStage[K, S]{
		node: n, inputs: inputs, tables: newTables[K](b, n, 0, fresh),
		claimed: make([][]orderedClaim[K, S], b.workers),
	}
	b.run(n, o)
	return o
}

// absorb applies what has come to the states.
func (o *orderedStage[K, S]) absorb(x *turn) error {
	n := 0
	for _, in := range o.inputs {
		n += in.len()
	}
	if n == 0 {
		return nil
	}
	o.changes += n
	return x.each(n, func(w *turn) error {
		for _, in := range o.inputs {
			if err := in.drainTo(w, func(k K) (S, error) { return o.claim(w, k) }); err != nil {
				return err
			}
		}
		return nil
	})
}

// claim returns the state of k, which has changes from now on.
func (o *orderedStage[K, S]) claim(w *turn, k K) (S, error) {
	s, err := o.tables[w.worker].at(k)
	if err == nil && s.claim() {
		o.claimed[w.worker] = append(o.claimed[w.worker], orderedClaim[K, S]{k, s})
	}
	return s, err
}

// step outputs the differences of the epoch.
func (o *orderedStage[K, S]) step(x *turn) error {
	if err := o.absorb(x); err != nil {
		return err
	}
	var cause []*flight
	for _, in := range o.inputs {
		cause = join(cause, in.take())
	}
	n := o.changes
	if n == 0 {
		return nil
	}
	o.changes = 0
	return x.each(n, func(w *turn) error {
		w.cause = cause
		for _, c := range o.claimed[w.worker] {
			if err := o.settle(w, c); err != nil {
				return err
			}
		}
		o.claimed[w.worker] = emptied(o.claimed[w.worker])
		return nil
	})
}

func (o *orderedStage[K, S]) settle(w *turn, c orderedClaim[K, S]) error {
	w.at = o.node
	o.revise(w, c.key, c.state)
	w.at = o.node
	if c.state.settle() {
		w.g.log.Warn("more retractions than values", "in", o.node.String(), "key", c.key)
	}
	return o.tables[w.worker].save(w, c.key, c.state)
}

func (o *orderedStage[K, S]) committed(*turn) {
	for _, t := range o.tables {
		t.trim()
	}
}

func (o *orderedStage[K, S]) recover(context.Context, *turn) error {
	return recoverTables(o.tables)
}
