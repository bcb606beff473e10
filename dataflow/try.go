package dataflow

// A Failure is a value that a function has no result for, and why.
type Failure[A any] struct {
	Value A
	Err   string
}

// TryMap returns the results of f, and the values for which it fails or panics.
// Every value of s is in one of the two: a bad value costs that value, and when it
// is retracted its failure is too. Like the function of Map, f must be a
// function of its argument alone, its errors included; it is called once for each
// delta, by several workers at once.
//
// To have a value in place of each failure, concatenate:
//
//	good, bad := TryMap(s, f)
//	all := Concat(good, Map(bad, instead))
func TryMap[A, B any](s Stream[A], f func(A) (B, error)) (Stream[B], Stream[Failure[A]]) {
	if s.n == nil {
		return Stream[B]{}, Stream[Failure[A]]{}
	}
	tries := linear(s, "try", []any{address(f)}, func(x *turn, n *node, d Delta[A], out func(*turn, Delta[tried[A, B]])) {
		x.at = n
		out(x, Delta[tried[A, B]]{try(f, d.Value), d.Diff})
	})
	if f == nil {
		s.n.g.problem(tries.n, "has no function")
	}
	good := linear(tries, "results", []any{}, func(x *turn, _ *node, d Delta[tried[A, B]], out func(*turn, Delta[B])) {
		if !d.Value.failed {
			out(x, Delta[B]{d.Value.result, d.Diff})
		}
	})
	bad := linear(tries, "failures", []any{}, func(x *turn, _ *node, d Delta[tried[A, B]], out func(*turn, Delta[Failure[A]])) {
		if d.Value.failed {
			out(x, Delta[Failure[A]]{d.Value.failure, d.Diff})
		}
	})
	return good, bad
}

type tried[A, B any] struct {
	result  B
	failed  bool
	failure Failure[A]
}

func try[A, B any](f func(A) (B, error), v A) (t tried[A, B]) {
	err := guarded(func() (err error) {
		t.result, err = f(v)
		return err
	})
	if err != nil {
		return tried[A, B]{failed: true, failure: Failure[A]{Value: v, Err: err.Error()}}
	}
	return t
}
