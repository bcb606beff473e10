package dataflow

// Lookup returns combine of every value of a and the row of b that it refers to:
// the one whose key is ref of the value, or none. It follows references from one
// table into another; a reference of several columns is a struct of them.
//
// B should have no more than one row with a key: a value that refers to several
// comes out once for each. To drop values that refer to nothing, Join KeyBy(a,
// ref) with b. Cost and memory are those of LeftJoin.
func Lookup[K comparable, A, B, Out any](a Stream[A], b Stream[Keyed[K, B]], name string, ref func(A) K, combine func(A, Optional[B]) Out) Stream[Out] {
	if a.n == nil || b.n == nil {
		return Stream[Out]{}
	}
	if ref == nil {
		a.n.g.problem(a.n, "is looked up by no function")
	}
	return newJoin("lookup", name, KeyBy(a, ref), b, combiner[K, A, B, Out]{
		both:     func(_ K, v A, w B) Out { return combine(v, Some(w)) },
		onlyA:    func(_ K, v A) Out { return combine(v, Optional[B]{}) },
		complete: combine != nil, same: address(combine),
	})
}
