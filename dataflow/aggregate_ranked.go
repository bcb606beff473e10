package dataflow

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
)

// Min returns the smallest of what by gives; NaN is smaller than other numbers.
// A change costs O(log n), as it does with all aggregators of this file; all
// different results of by are kept.
func Min[V any, X cmp.Ordered](by func(V) X) Aggregator[V, X] {
	return extreme("min", by, cmp.Compare[X])
}

// Max returns the largest of what by gives; see Min.
func Max[V any, X cmp.Ordered](by func(V) X) Aggregator[V, X] {
	return extreme("max", by, func(a, b X) int { return cmp.Compare(b, a) })
}

func extreme[V any, X cmp.Ordered](kind string, by func(V) X, compare func(a, b X) int) Aggregator[V, X] {
	if by == nil {
		return without[V, X](kind, "a function")
	}
	name := fmt.Sprintf("%s of %v", kind, reflect.TypeFor[X]())
	return rankedAggregator(name, []any{name, address(by)}, func() *ranking[V, X, X] {
		return &ranking[V, X, X]{pick: by, compare: compare, codec: CBOR[X](), result: (*rankedTree[X]).least}
	})
}

// MinBy (argmin) returns the value for which by is smallest. Of several it is
// the first in the order of values: numbers and strings by size, others by
// their encoding.
func MinBy[V any, X cmp.Ordered](by func(V) X) Aggregator[V, V] {
	return extremeBy("minby", by, func(a, b V) int { return cmp.Compare(by(a), by(b)) })
}

// MaxBy (argmax) returns the value for which by is largest, and of several the
// one that MinBy would.
func MaxBy[V any, X cmp.Ordered](by func(V) X) Aggregator[V, V] {
	return extremeBy("maxby", by, func(a, b V) int { return cmp.Compare(by(b), by(a)) })
}

func extremeBy[V any, X cmp.Ordered](kind string, by func(V) X, compare func(a, b V) int) Aggregator[V, V] {
	if by == nil {
		return without[V, V](kind, "a function")
	}
	same := []any{kind, reflect.TypeFor[X](), address(by)}
	return rankedAggregator(kind, same, func() *ranking[V, V, V] {
		return rankedInOrder(compare, (*rankedTree[V]).least)
	})
}

// TopK returns the first k values in the order of compare, equal ones in the
// order that MinBy describes. A result costs O(k).
func TopK[V any](k int, compare func(a, b V) int) Aggregator[V, []V] {
	if k <= 0 || compare == nil {
		return without[V, []V]("topk", "a number above 0 and a comparison")
	}
	return rankedAggregator("topk", []any{"topk", k, address(compare)}, func() *ranking[V, V, []V] {
		return rankedInOrder(compare, func(t *rankedTree[V]) []V { return firstRanked(t, k) })
	})
}

// SortedTuple returns what by gives of all values, the smallest first. A result
// costs O(n).
func SortedTuple[V any, X cmp.Ordered](by func(V) X) Aggregator[V, []X] {
	if by == nil {
		return without[V, []X]("sorted", "a function")
	}
	name := fmt.Sprintf("sorted of %v", reflect.TypeFor[X]())
	return rankedAggregator(name, []any{name, address(by)}, func() *ranking[V, X, []X] {
		return &ranking[V, X, []X]{pick: by, compare: cmp.Compare[X], codec: CBOR[X](), result: allOf[X]}
	})
}

// SortedFunc returns all values in the order of compare, equal ones in the order
// that MinBy describes. A result costs O(n).
func SortedFunc[V any](compare func(a, b V) int) Aggregator[V, []V] {
	if compare == nil {
		return without[V, []V]("sortedfunc", "a comparison")
	}
	return rankedAggregator("sortedfunc", []any{"sortedfunc", address(compare)}, func() *ranking[V, V, []V] {
		return rankedInOrder(compare, allOf[V])
	})
}

// rankedInOrder ranks the values themselves.
func rankedInOrder[V, R any](compare func(a, b V) int, result func(*rankedTree[V]) R) *ranking[V, V, R] {
	o := newValueOrder[V]()
	return &ranking[V, V, R]{
		pick: func(v V) V { return v }, compare: o.after(compare), codec: o.codec, result: result,
	}
}

func firstRanked[W any](t *rankedTree[W], k int) []W {
	var list []W
	for w, n := range t.all() {
		for range min(n, k-len(list)) {
			list = append(list, w)
		}
		if len(list) == k {
			break
		}
	}
	return list
}

func allOf[W any](t *rankedTree[W]) []W {
	var list []W
	for w, n := range t.all() {
		list = append(list, slices.Repeat([]W{w}, n)...)
	}
	return list
}

// A ranking says what is kept of values, in which order, and what is made of it.
type ranking[V, W, R any] struct {
	pick    func(V) W
	compare func(a, b W) int
	codec   Codec[W]
	result  func(*rankedTree[W]) R // of a multiset that is not empty
}

// rankedAggregator makes an aggregator that keeps an ordered multiset.
func rankedAggregator[V, W, R any](name string, same []any, of func() *ranking[V, W, R]) Aggregator[V, R] {
	return Aggregator[V, R]{name: name, same: same, make: func(b *builder) func() accumulator[V, R] {
		r := of()
		kind := &rankedValuesKind[V, W, R]{
			rankedKind[W]{r.compare, r.codec, b.g.opts.Backend != nil}, r.pick, r.result,
		}
		return func() accumulator[V, R] { return &rankedValues[V, W, R]{kind: kind} }
	}}
}

type rankedValuesKind[V, W, R any] struct {
	rankedKind[W]
	pick   func(V) W
	result func(*rankedTree[W]) R
}

// rankedValues is the accumulator of all aggregators that keep values in order.
type rankedValues[V, W, R any] struct {
	kind *rankedValuesKind[V, W, R]
	bag  rankedBag[W]
}

func (a *rankedValues[V, W, R]) add(v V, diff int, _ Epoch) {
	a.bag.add(&a.kind.rankedKind, a.kind.pick(v), diff)
}

func (a *rankedValues[V, W, R]) result() R   { return a.kind.result(&a.bag.have) }
func (a *rankedValues[V, W, R]) empty() bool { return a.bag.empty() }

func (a *rankedValues[V, W, R]) load(record, value []byte) error {
	return a.bag.load(&a.kind.rankedKind, record, value)
}

func (a *rankedValues[V, W, R]) save(put func(record, value []byte)) error {
	return a.bag.save(&a.kind.rankedKind, put)
}
