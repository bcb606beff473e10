package dataflow

// Deduplicate returns for every key the value that was last accepted: the first
// one that comes, and then each for which accept holds with the value of that
// moment. Values come in the order of epochs, those of one epoch in the order
// that MinBy describes.
//
// It is meant for streams to which values are only added, since values that were
// not accepted, or were replaced, are not kept: a change costs O(1), and memory is
// one value for each key. If the current value is retracted, its key has none
// until the next one comes, which is accepted whatever it is. The retraction of
// any other value is ignored. Of an epoch, retractions come first, and what comes
// and goes in one epoch has never been.
func Deduplicate[K comparable, V any](s Stream[Keyed[K, V]], name string, accept func(next, current V) bool) Stream[Keyed[K, V]] {
	a := without[V, V]("deduplicate", "a function")
	if accept != nil {
		a = Aggregator[V, V]{name: "deduplicate", same: []any{"deduplicate", address(accept)}, loose: true, make: func(*builder) func() accumulator[V, V] {
			kind := &acceptedKind[V]{newValueOrder[V](), accept}
			return func() accumulator[V, V] { return &accepted[V]{kind: kind} }
		}}
	}
	return reduceAs("deduplicate", s, name, a)
}

type acceptedKind[V any] struct {
	order  *valueOrder[V]
	accept func(next, current V) bool
}

// accepted has the value that was last accepted, if any.
type accepted[V any] struct {
	kind    *acceptedKind[V]
	pending pendingDeltas[V]
	current V
	any     bool
	changed bool // since the last save
}

func (a *accepted[V]) add(v V, diff int, e Epoch) { a.pending.add(a.kind.order, v, diff, e) }

// settle applies what is pending.
func (a *accepted[V]) settle() {
	for _, d := range a.pending.take(a.kind.order) {
		switch {
		case d.Diff < 0 && a.any && a.kind.order.same.equal(a.current, d.Value):
			var none V
			a.current, a.any, a.changed = none, false, true
		case d.Diff > 0 && (!a.any || a.kind.accept(d.Value, a.current)):
			a.current, a.any, a.changed = d.Value, true, true
		}
	}
}

func (a *accepted[V]) result() V {
	a.settle()
	return a.current
}

func (a *accepted[V]) empty() bool {
	a.settle()
	return !a.any
}

func (a *accepted[V]) load(_, value []byte) (err error) {
	a.current, err = a.kind.order.codec.Decode(value)
	a.any = true
	return err
}

func (a *accepted[V]) save(put func(record, value []byte)) error {
	a.settle()
	if !a.changed {
		return nil
	}
	a.changed = false
	return saveState(a.kind.order.codec, a.current, !a.any, put)
}
