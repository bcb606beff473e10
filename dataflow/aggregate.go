package dataflow

import (
	"encoding/binary"
	"fmt"
)

// An Aggregator makes one value of the values under a key; see Reduce.
type Aggregator[V, R any] struct {
	name string // of what it keeps: two with the same name can read each other's state
	same []any  // what makes another one equal; see node
	make func(*builder) func() accumulator[V, R]
}

// An accumulator is what an aggregator keeps of the values under one key.
type accumulator[V, R any] interface {
	keyState
	// add puts v in diff more times.
	add(v V, diff int, e Epoch)
	// result is called when there is at least one value. It depends on
	// nothing but the values that are there (and, where the aggregator says
	// so, on the epochs in which they came).
	result() R
}

// Count counts the values.
func Count[V any]() Aggregator[V, int] {
	return Aggregator[V, int]{name: "count", same: []any{"count"}, make: func(*builder) func() accumulator[V, int] {
		return func() accumulator[V, int] { return new(counter[V]) }
	}}
}

type counter[V any] struct{ n, saved int }

func (c *counter[V]) add(_ V, diff int, _ Epoch) { c.n += diff }
func (c *counter[V]) result() int                { return c.n }
func (c *counter[V]) empty() bool                { return c.n == 0 }

func (c *counter[V]) load(_, value []byte) error {
	n, size := binary.Varint(value)
	if size <= 0 {
		return fmt.Errorf("%q is not a number", value)
	}
	c.n, c.saved = int(n), int(n)
	return nil
}

func (c *counter[V]) save(put func(record, value []byte)) error {
	switch {
	case c.n == c.saved:
	case c.n == 0:
		put(nil, nil)
	default:
		put(nil, binary.AppendVarint(nil, int64(c.n)))
	}
	c.saved = c.n
	return nil
}
