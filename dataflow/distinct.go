package dataflow

// Distinct returns every value once that is there at least once. Values are told
// apart by ==. A change costs O(1); a number is kept of every different value.
// An empty name stands for one of the engine's.
func Distinct[T comparable](s Stream[T], name string) Stream[T] {
	return Map(reduceAs("distinct", KeyBy(s, itself[T]), name, existence[T]()), keyOf[T, struct{}])
}

// DistinctBy returns one of the values for every result of key: the first in the
// order that MinBy describes. All different values are kept, and a change costs
// O(log n) of those with the same key.
func DistinctBy[T any, K comparable](s Stream[T], name string, key func(T) K) Stream[T] {
	if s.n != nil && key == nil {
		s.n.g.problem(s.n, "is the input of DistinctBy without a key")
		return Stream[T]{}
	}
	return Map(reduceAs("distinct", KeyBy(s, key), name, Any[T]()), valueOf[K, T])
}

func itself[T any](v T) T                           { return v }
func keyOf[K comparable, V any](kv Keyed[K, V]) K   { return kv.Key }
func valueOf[K comparable, V any](kv Keyed[K, V]) V { return kv.Value }

// existence keeps nothing beside the number of values, which Reduce has.
func existence[V any]() Aggregator[V, struct{}] {
	return Aggregator[V, struct{}]{name: "presence", same: []any{"presence"}, make: func(*builder) func() accumulator[V, struct{}] {
		return func() accumulator[V, struct{}] { return existing[V]{} }
	}}
}

type existing[V any] struct{}

func (existing[V]) add(V, int, Epoch)                     {}
func (existing[V]) result() struct{}                      { return struct{}{} }
func (existing[V]) empty() bool                           { return true }
func (existing[V]) load(_, _ []byte) error                { return nil }
func (existing[V]) save(func(record, value []byte)) error { return nil }
