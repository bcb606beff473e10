package dataflow

// The aggregators of this file keep all different values, each with its encoding
// unless it is a number or a string. A change costs O(log n).

// Any returns one of the values, always the same of the same values: the first in
// the order of values that MinBy describes.
func Any[V any]() Aggregator[V, V] {
	return codedAggregator[V]("any", []any{"any"}, func(t *rankedTree[coded[V]]) V { return t.least().value })
}

// Unique returns the value if all values are equal, and otherwise none.
func Unique[V any]() Aggregator[V, Optional[V]] {
	return codedAggregator[V]("unique", []any{"unique"}, func(t *rankedTree[coded[V]]) Optional[V] {
		different := 0
		for range t.all() {
			if different++; different > 1 {
				return Optional[V]{}
			}
		}
		return Some(t.least().value)
	})
}

// Tuple returns all values, in the order that MinBy describes. A result costs
// O(n).
func Tuple[V any]() Aggregator[V, []V] {
	return codedAggregator[V]("tuple", []any{"tuple"}, allCoded[V])
}

// FoldAll returns f of all values, which come in the order that MinBy describes.
// F must be a function of its argument alone, and may keep and change it. It is
// called twice for every key that an epoch changes, with the values before and
// after, so a change costs O(n); where it has an inverse, Fold costs O(1).
func FoldAll[V, R any](f func(values []V) R) Aggregator[V, R] {
	if f == nil {
		return without[V, R]("foldall", "a function")
	}
	return codedAggregator[V]("foldall", []any{"foldall", address(f)}, func(t *rankedTree[coded[V]]) R {
		return f(allCoded(t))
	})
}

func allCoded[V any](t *rankedTree[coded[V]]) []V {
	var list []V
	for c, n := range t.all() {
		for range n {
			list = append(list, c.value)
		}
	}
	return list
}

// codedAggregator keeps values in the order of their encoding.
func codedAggregator[V, R any](name string, same []any, result func(*rankedTree[coded[V]]) R) Aggregator[V, R] {
	return rankedAggregator(name, same, func() *ranking[V, coded[V], R] {
		o := newValueOrder[V]()
		return &ranking[V, coded[V], R]{pick: o.coded, compare: o.compareCoded, codec: o.codedCodec(), result: result}
	})
}
