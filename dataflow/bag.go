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
	index bagIndex // of list; nil while that is short
	dirty []V      // values whose number has changed
	total int      // sum of the numbers
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
	i, h := b.find(v)
	if i < 0 {
		b.insert(v, h, diff)
		return diff
	}
	b.list[i].n += diff
	n := b.list[i].n
	if n == 0 {
		b.remove(i, h)
	}
	return n
}

// count returns how often v is there.
func (b *bag[V]) count(v V) int {
	if i, _ := b.find(v); i >= 0 {
		return b.list[i].n
	}
	return 0
}

// find returns the place of v, or -1, and its hash if there is an index.
func (b *bag[V]) find(v V) (place int, hash uint32) {
	if b.index == nil {
		for i := range b.list {
			if b.kind.equal(b.list[i].value, v) {
				return i, 0
			}
		}
		return -1, 0
	}
	h := slotHash(b.kind.hash(v))
	mask := uint32(len(b.index) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s := b.index[i]; {
		case s.place == 0:
			return -1, h
		case s.hash == h && b.kind.equal(b.list[s.place-1].value, v):
			return int(s.place - 1), h
		}
	}
}

// insert adds v, which is not there; hash is what find returned.
func (b *bag[V]) insert(v V, hash uint32, n int) {
	b.list = append(b.list, counted[V]{v, n})
	switch {
	case b.index != nil:
		b.index.insert(hash, len(b.list)-1, len(b.list))
	case len(b.list) > indexed:
		b.reindex()
	}
}

// remove puts the last element in the place of element i.
func (b *bag[V]) remove(i int, hash uint32) {
	last := len(b.list) - 1
	if b.index != nil {
		b.index.remove(hash, i)
		if i != last {
			b.index.move(slotHash(b.kind.hash(b.list[last].value)), last, i)
		}
	}
	b.list[i] = b.list[last]
	b.list[last] = counted[V]{}
	b.list = b.list[:last]
	if cap(b.list) > 4*indexed && last < cap(b.list)/4 {
		b.shrink()
	}
}

// shrink gives back memory of what was there once.
func (b *bag[V]) shrink() {
	b.list = append(make([]counted[V], 0, 2*len(b.list)), b.list...)
	if b.index = nil; len(b.list) > indexed {
		b.reindex()
	}
}

func (b *bag[V]) reindex() {
	for i := range b.list {
		b.index.insert(slotHash(b.kind.hash(b.list[i].value)), i, i+1)
	}
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
	_, h := b.find(v)
	b.insert(v, h, int(n))
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
