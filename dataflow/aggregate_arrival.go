package dataflow

import (
	"cmp"
	"encoding/binary"
	"fmt"
)

// Earliest returns the value that came in the earliest epoch, of several the
// first in the order that MinBy describes. A value that is there several times
// came when the first of them came; when all are gone and it comes again, it
// comes anew. (In Static mode all come in one epoch.) A change costs O(log n), and all different values are kept.
func Earliest[V any]() Aggregator[V, V] {
	return arrivalAggregator[V]("earliest", +1, func(was, is int, before, now Epoch) Epoch {
		if was > 0 {
			return before
		}
		return now
	})
}

// Latest returns the value that came in the latest epoch, of several the first in
// the order that MinBy describes. A value that is there several times came when
// the last of them came. A change costs O(log n), and all different values are
// kept.
func Latest[V any]() Aggregator[V, V] {
	return arrivalAggregator[V]("latest", -1, func(was, is int, before, now Epoch) Epoch {
		if is < was {
			return before
		}
		return now
	})
}

// An arrived value has the epoch in which it came.
type arrived[V any] struct {
	coded[V]
	at Epoch
}

// arrivalAggregator returns the value with the first epoch, or with direction -1
// the last. Since tells when a value came that was there so often before an epoch,
// and is so often after it.
func arrivalAggregator[V any](name string, direction int, since func(was, is int, before, now Epoch) Epoch) Aggregator[V, V] {
	return Aggregator[V, V]{name: name, same: []any{name}, make: func(b *builder) func() accumulator[V, V] {
		o := newValueOrder[V]()
		kind := &arrivalKind[V]{
			order:   o,
			since:   since,
			byValue: func(a, b arrived[V]) int { return o.compareCoded(a.coded, b.coded) },
			byEpoch: func(a, b arrived[V]) int {
				return cmp.Or(direction*cmp.Compare(a.at, b.at), o.compareCoded(a.coded, b.coded))
			},
			durable: b.g.opts.Backend != nil,
		}
		return func() accumulator[V, V] { return &arrivals[V]{kind: kind} }
	}}
}

type arrivalKind[V any] struct {
	order            *valueOrder[V]
	since            func(was, is int, before, now Epoch) Epoch
	byValue, byEpoch func(a, b arrived[V]) int
	durable          bool
}

// arrivals has every value with its number and the epoch in which it came: one
// record each.
type arrivals[V any] struct {
	kind    *arrivalKind[V]
	pending pendingDeltas[V]
	values  rankedTree[arrived[V]] // by value; a number may be below 0
	epochs  rankedTree[arrived[V]] // those that are there, once
	dirty   []coded[V]             // values that have changed
}

func (a *arrivals[V]) add(v V, diff int, e Epoch) { a.pending.add(a.kind.order, v, diff, e) }

// settle applies what is pending.
func (a *arrivals[V]) settle() {
	for _, d := range a.pending.take(a.kind.order) {
		was := arrived[V]{coded: a.kind.order.coded(d.Value)}
		was, n := a.values.get(a.kind.byValue, was)
		now := arrived[V]{was.coded, a.kind.since(n, n+d.Diff, was.at, a.pending.epoch)}
		a.put(was, n, -1)
		a.put(now, n+d.Diff, +1)
		if a.kind.durable {
			a.dirty = append(a.dirty, now.coded)
		}
	}
}

// put adds a value that is there n times, or with diff -1 removes it.
func (a *arrivals[V]) put(v arrived[V], n, diff int) {
	if n != 0 {
		a.values.add(a.kind.byValue, &v, n*diff)
	}
	if n > 0 {
		a.epochs.add(a.kind.byEpoch, &v, diff)
	}
}

func (a *arrivals[V]) result() V {
	a.settle()
	return a.epochs.least().value
}

func (a *arrivals[V]) empty() bool {
	a.settle()
	return a.values.empty()
}

func (a *arrivals[V]) load(record, value []byte) error {
	e, size := binary.Uvarint(value)
	if size <= 0 {
		return fmt.Errorf("%q is not an epoch", value)
	}
	n, err := loadNumber(value[size:])
	if err != nil {
		return err
	}
	c, err := a.kind.order.codedCodec().Decode(record)
	if err != nil {
		return err
	}
	a.put(arrived[V]{c, Epoch(e)}, int(n), +1)
	return nil
}

func (a *arrivals[V]) save(put func(record, value []byte)) error {
	a.settle()
	for _, c := range a.dirty {
		record, err := a.kind.order.codedCodec().Encode(nil, c)
		if err != nil {
			return err
		}
		v, n := a.values.get(a.kind.byValue, arrived[V]{coded: c})
		if n == 0 {
			put(record, nil)
			continue
		}
		put(record, append(binary.AppendUvarint(nil, uint64(v.at)), savedNumber(int64(n))...))
	}
	a.dirty = nil
	return nil
}
