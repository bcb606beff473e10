package dataflow

// Difference returns the rows of a whose key is not in b. It is AntiJoin, under
// the name that it has for tables whose rows are named by their keys.
func Difference[K comparable, A, B any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string) Stream[Keyed[K, A]] {
	return newGate("difference", name, a, b, false)
}

// Intersect returns the rows of a whose key is in b. It is SemiJoin, under the
// name that it has for tables whose rows are named by their keys.
func Intersect[K comparable, A, B any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string) Stream[Keyed[K, A]] {
	return newGate("intersect", name, a, b, true)
}

// Restrict returns a with only the keys of keys, which a is expected to have. It
// is Intersect; a key that a does not have yields nothing.
func Restrict[K comparable, A, B any](a Stream[Keyed[K, A]], keys Stream[Keyed[K, B]], name string) Stream[Keyed[K, A]] {
	return newGate("restrict", name, a, keys, true)
}

// UpdateRows returns b, and the rows of a whose key b does not have: rows of b
// replace those of a with the same key. Cost and memory are those of AntiJoin.
func UpdateRows[K comparable, V any](a, b Stream[Keyed[K, V]], name string) Stream[Keyed[K, V]] {
	if a.n == nil || b.n == nil {
		return Stream[Keyed[K, V]]{}
	}
	return Concat(newGate("updaterows", name, a, b, false), b)
}

// UpdateCells returns a with rows changed by what b has under their key: patch of
// the two, or the row as it is if b has nothing. Several rows of b with one key
// yield a row each; a key that only b has yields nothing. Cost and memory are
// those of LeftJoin.
func UpdateCells[K comparable, A, B any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string, patch func(A, B) A) Stream[Keyed[K, A]] {
	return newJoin("updatecells", name, a, b, combiner[K, A, B, Keyed[K, A]]{
		both:     func(k K, v A, w B) Keyed[K, A] { return Keyed[K, A]{k, patch(v, w)} },
		onlyA:    func(k K, v A) Keyed[K, A] { return Keyed[K, A]{k, v} },
		complete: patch != nil, same: address(patch),
	})
}

// Split returns the values for which is holds, and the others. Is must be a
// function of its argument alone.
func Split[T any](s Stream[T], is func(T) bool) (yes, no Stream[T]) {
	if s.n == nil {
		return Stream[T]{}, Stream[T]{}
	}
	if is == nil {
		s.n.g.problem(s.n, "is split by no function")
	}
	return Filter(s, is), Filter(s, func(v T) bool { return !is(v) })
}
