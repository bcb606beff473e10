package dataflow

import (
	"cmp"
	"encoding/binary"
	"fmt"
)

// An ordered collection is a multiset in the order of a key of its values, as the
// state of an operator's key: one record for each distinct value. It remembers
// what the running epoch has changed, and shows the collection as it was before
// the epoch beside the one that is now, until settle.
//
// To find, put in or take out one of n values costs O(log n) comparisons; see
// orderedMax for what is moved. A value may be there less than 0 times for as
// long as a retraction is ahead of what it retracts; nobody sees it then.
type ordered[X cmp.Ordered, V any] struct {
	kind    *orderedKind[X, V]
	chunks  [][]orderedItem[X, V] // one after the other in order; none is empty
	touched []orderedItem[X, V]   // by the epoch, each once; after settle, those to save
}

// An orderedKind is what all ordered collections of an operator's input have in
// common.
type orderedKind[X cmp.Ordered, V any] struct {
	by      func(V) X
	tie     func(a, b *V) int // the order of values with equal keys; 0 is the same value
	codec   Codec[V]
	durable bool
}

func newOrderedKind[X cmp.Ordered, V any](b *builder, by func(V) X) *orderedKind[X, V] {
	c := CBOR[V]()
	return &orderedKind[X, V]{by, tieOf(c), c, b.g.opts.Backend != nil}
}

type orderedItem[X cmp.Ordered, V any] struct {
	at X
	*orderedRow[V]
}

type orderedRow[V any] struct {
	value   V
	n       [2]int // how often it is there, in each view
	touched bool   // it is in the list of touched rows, and revise is not done with it
}

// The views of a collection: without what the running epoch did, and with it.
const (
	viewOld = iota
	viewNow
)

// count returns how often the value is seen.
func (r *orderedRow[V]) count(view int) int { return max(0, r.n[view]) }

// changed tells whether the value is seen more or less often than before.
func (r *orderedRow[V]) changed() bool { return r.count(viewOld) != r.count(viewNow) }

// flipped tells whether the value is seen now and was not, or the reverse.
func (r *orderedRow[V]) flipped() bool { return (r.n[viewOld] > 0) != (r.n[viewNow] > 0) }

func (k *orderedKind[X, V]) compare(a, b orderedItem[X, V]) int {
	if c := cmp.Compare(a.at, b.at); c != 0 {
		return c
	}
	return k.tie(&a.value, &b.value)
}

// add puts v in diff more times.
func (o *ordered[X, V]) add(v V, diff int) {
	e := orderedItem[X, V]{o.kind.by(v), &orderedRow[V]{value: v}}
	if p, found := o.find(e); found {
		e = *o.get(p)
	} else {
		o.insert(p, e)
	}
	e.n[viewNow] += diff
	o.touch(e)
}

// touch makes e one of the touched rows.
func (o *ordered[X, V]) touch(e orderedItem[X, V]) {
	if !e.touched {
		e.touched = true
		o.touched = append(o.touched, e)
	}
}

// orderedKept is how much of the list of touched rows every collection may keep.
const orderedKept = 8

// settle makes what is now what was before. It tells whether some value is there
// less than 0 times.
func (o *ordered[X, V]) settle() (short bool) {
	dirty := o.touched[:0]
	for _, e := range o.touched {
		e.touched = false
		if e.n[viewNow] == 0 {
			o.remove(e)
		}
		short = short || e.n[viewNow] < 0
		if e.n[viewNow] != e.n[viewOld] {
			e.n[viewOld] = e.n[viewNow]
			dirty = append(dirty, e)
		}
	}
	clear(o.touched[len(dirty):])
	o.touched = dirty
	if !o.kind.durable {
		o.forget()
	}
	return short
}

func (o *ordered[X, V]) forget() {
	clear(o.touched)
	o.touched = o.touched[:0]
	if cap(o.touched) > orderedKept {
		o.touched = nil
	}
}

func (o *ordered[X, V]) empty() bool { return len(o.chunks) == 0 }

func (o *ordered[X, V]) load(record, value []byte) error {
	n, size := binary.Varint(value)
	if size <= 0 {
		return fmt.Errorf("%q is not a number", value)
	}
	v, err := o.kind.codec.Decode(record)
	if err != nil {
		return err
	}
	e := orderedItem[X, V]{o.kind.by(v), &orderedRow[V]{value: v, n: [2]int{int(n), int(n)}}}
	p, found := o.find(e)
	if found {
		return fmt.Errorf("the value %+v has two records", v)
	}
	o.insert(p, e)
	return nil
}

// save is called after settle.
func (o *ordered[X, V]) save(put func(record, value []byte)) error {
	for _, e := range o.touched {
		record, err := o.kind.codec.Encode(nil, e.value)
		if err != nil {
			return err
		}
		if n := e.n[viewNow]; n != 0 {
			put(record, binary.AppendVarint(nil, int64(n)))
		} else {
			put(record, nil)
		}
	}
	o.forget()
	return nil
}
