package dataflow

import (
	"encoding/binary"
	"fmt"
)

// An Aggregator makes one value of the values under a key; see Reduce. Its result
// is a function of the values that are there, however they came: a value that is
// retracted is as if it had never been. (Earliest, Latest and StatefulMany look at
// epochs too, and say how.) The functions that it is made of must be functions of
// their arguments alone; several workers call them at once.
type Aggregator[V, R any] struct {
	name  string // of what it keeps: two with the same name can read each other's state
	same  []any  // what makes another one equal; see node
	make  func(*builder) func() accumulator[V, R]
	lacks string // what is missing, if make is nil
	loose bool   // there is a result as long as the accumulator is not empty, whatever is retracted
}

// without is an aggregator that lacks something, which Reduce reports.
func without[V, R any](name, lacks string) Aggregator[V, R] {
	return Aggregator[V, R]{name: name, lacks: name + " needs " + lacks}
}

// An accumulator is what an aggregator keeps of the values under one key.
type accumulator[V, R any] interface {
	keyState
	// add puts v in diff more times.
	add(v V, diff int, e Epoch)
	// result is called when there is at least one value, before the first
	// change of an epoch or after the last. It depends on nothing but the
	// values that are there (and, where the aggregator says so, on the
	// epochs in which they came). What it returns does not change later.
	result() R
}

// Count counts the values: O(1) a change, one number of memory.
func Count[V any]() Aggregator[V, int] {
	return Aggregator[V, int]{name: "count", same: []any{"count"}, make: func(*builder) func() accumulator[V, int] {
		return func() accumulator[V, int] { return new(counter[V]) }
	}}
}

type counter[V any] struct {
	n       int
	changed bool // since the last save
}

func (c *counter[V]) add(_ V, diff int, _ Epoch) { c.n, c.changed = c.n+diff, true }
func (c *counter[V]) result() int                { return c.n }
func (c *counter[V]) empty() bool                { return c.n == 0 }

func (c *counter[V]) load(_, value []byte) error {
	n, err := loadNumber(value)
	c.n = int(n)
	return err
}

func (c *counter[V]) save(put func(record, value []byte)) error {
	if c.changed {
		put(nil, savedNumber(int64(c.n)))
		c.changed = false
	}
	return nil
}

// savedNumber returns the value of a record that holds n; 0 is no record.
func savedNumber(n int64) []byte {
	if n == 0 {
		return nil
	}
	return binary.AppendVarint(nil, n)
}

func loadNumber(value []byte) (int64, error) {
	n, size := binary.Varint(value)
	if size <= 0 {
		return 0, fmt.Errorf("%q is not a number", value)
	}
	return n, nil
}
