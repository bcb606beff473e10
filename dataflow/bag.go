package dataflow

import (
	"encoding/binary"
	"fmt"
	"iter"
)

// A bag is a collection of values, each a number of times, as the state of a key.
// A value may be there less than 0 times for as long as a retraction is ahead of
// what it retracts.
type bag[V any] struct {
	kind  *bagKind[V]
	list  []counted[V]
	index map[uint64][]int32 // places in list by hash; nil while the list is short
	dirty []V                // values whose number has changed
	total int                // sum of the numbers
}

type counted[V any] struct {
	value V
	n     int
}

// A bagKind is what all bags of an operator have in common.
type bagKind[V any] struct {
	identity[V]
	codec   Codec[V]
	durable bool
}

func newBagKind[V any](b *builder) *bagKind[V] {
	c := CBOR[V]()
	return &bagKind[V]{identityOf(c), c, b.g.opts.Backend != nil}
}

// indexed is how long a list has to be for an index to be faster.
const indexed = 16

// add puts v in diff more times, and returns how often it is there now.
func (b *bag[V]) add(v V, diff int) int {
	b.total += diff
	if b.kind.durable {
		b.dirty = append(b.dirty, v)
	}
	i := b.find(v)
	if i < 0 {
		b.insert(v, diff)
		return diff
	}
	b.list[i].n += diff
	n := b.list[i].n
	if n == 0 {
		b.remove(i)
	}
	return n
}

// count returns how often v is there.
func (b *bag[V]) count(v V) int {
	if i := b.find(v); i >= 0 {
		return b.list[i].n
	}
	return 0
}

func (b *bag[V]) find(v V) int {
	if b.index == nil {
		for i := range b.list {
			if b.kind.equal(b.list[i].value, v) {
				return i
			}
		}
		return -1
	}
	for _, i := range b.index[b.kind.hash(v)] {
		if b.kind.equal(b.list[i].value, v) {
			return int(i)
		}
	}
	return -1
}

func (b *bag[V]) insert(v V, n int) {
	b.list = append(b.list, counted[V]{v, n})
	switch {
	case b.index != nil:
		h := b.kind.hash(v)
		b.index[h] = append(b.index[h], int32(len(b.list)-1))
	case len(b.list) > indexed:
		b.index = make(map[uint64][]int32, len(b.list))
		for i := range b.list {
			h := b.kind.hash(b.list[i].value)
			b.index[h] = append(b.index[h], int32(i))
		}
	}
}

// remove puts the last element in the place of element i.
func (b *bag[V]) remove(i int) {
	last := len(b.list) - 1
	if b.index != nil {
		b.point(b.list[i].value, i, -1)
		if i != last {
			b.point(b.list[last].value, last, i)
		}
	}
	b.list[i] = b.list[last]
	b.list[last] = counted[V]{}
	b.list = b.list[:last]
}

// point makes the index of v say to instead of from, or nothing if to is -1.
func (b *bag[V]) point(v V, from, to int) {
	h := b.kind.hash(v)
	places := b.index[h]
	for j, p := range places {
		if int(p) != from {
			continue
		}
		if to >= 0 {
			places[j] = int32(to)
			return
		}
		places[j] = places[len(places)-1]
		places = places[:len(places)-1]
		break
	}
	if len(places) == 0 {
		delete(b.index, h)
		return
	}
	b.index[h] = places
}

// all yields the values with their numbers, in no order.
func (b *bag[V]) all() iter.Seq2[V, int] {
	return func(yield func(V, int) bool) {
		for i := range b.list {
			if !yield(b.list[i].value, b.list[i].n) {
				return
			}
		}
	}
}

func (b *bag[V]) empty() bool { return len(b.list) == 0 }

func (b *bag[V]) load(record, value []byte) error {
	n, size := binary.Varint(value)
	if size <= 0 {
		return fmt.Errorf("%q is not a number", value)
	}
	v, err := b.kind.codec.Decode(record)
	if err != nil {
		return err
	}
	b.insert(v, int(n))
	b.total += int(n)
	return nil
}

func (b *bag[V]) save(put func(record, value []byte)) error {
	for _, v := range b.dirty {
		record, err := b.kind.codec.Encode(nil, v)
		if err != nil {
			return err
		}
		if n := b.count(v); n != 0 {
			put(record, binary.AppendVarint(nil, int64(n)))
		} else {
			put(record, nil)
		}
	}
	b.dirty = nil
	return nil
}
