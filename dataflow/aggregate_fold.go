package dataflow

import (
	"fmt"
	"reflect"
)

// Fold is an aggregator of one's own that can take values back. The state of a
// key starts as zero; add returns the state with v in it diff more times, or
// -diff fewer times, and must undo exactly: the state is zero again when all
// values are gone, and does not depend on the order in which they came. Result
// makes of a state what is output. Neither may change the state that it is
// given in place. The exported fields of a state are kept. A change costs one
// call of add, and memory is one state for each key.
func Fold[V, S, R any](zero S, add func(state S, v V, diff int) S, result func(S) R) Aggregator[V, R] {
	if add == nil || result == nil {
		return without[V, R]("fold", "two functions")
	}
	name := fmt.Sprintf("fold to %v", reflect.TypeFor[S]())
	start := fmt.Sprintf("%#v", zero)
	return Aggregator[V, R]{name: name, same: []any{name, start, address(add), address(result)}, make: func(*builder) func() accumulator[V, R] {
		codec := CBOR[S]()
		kind := &foldKind[V, S, R]{zero, add, result, codec, identityOf(codec).equal}
		return func() accumulator[V, R] { return &folded[V, S, R]{kind: kind, state: zero} }
	}}
}

type foldKind[V, S, R any] struct {
	zero  S
	plus  func(S, V, int) S
	value func(S) R
	codec Codec[S]
	equal func(a, b S) bool
}

type folded[V, S, R any] struct {
	kind    *foldKind[V, S, R]
	state   S
	changed bool // since the last save
}

func (f *folded[V, S, R]) add(v V, diff int, _ Epoch) {
	f.state, f.changed = f.kind.plus(f.state, v, diff), true
}

func (f *folded[V, S, R]) result() R   { return f.kind.value(f.state) }
func (f *folded[V, S, R]) empty() bool { return f.kind.equal(f.state, f.kind.zero) }

func (f *folded[V, S, R]) load(_, value []byte) (err error) {
	f.state, err = f.kind.codec.Decode(value)
	return err
}

func (f *folded[V, S, R]) save(put func(record, value []byte)) error {
	if !f.changed {
		return nil
	}
	f.changed = false
	return saveState(f.kind.codec, f.state, f.empty(), put)
}

// saveState writes a state that is one record.
func saveState[S any](codec Codec[S], state S, empty bool, put func(record, value []byte)) error {
	if empty {
		put(nil, nil)
		return nil
	}
	b, err := codec.Encode([]byte{}, state)
	if err != nil {
		return fmt.Errorf("encoding a state: %w", err)
	}
	put(nil, b)
	return nil
}
