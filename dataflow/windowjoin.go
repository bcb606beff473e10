package dataflow

// WindowJoin returns combine of every pair of a row of left and a row of right
// with the same key in the same window: of a pair that is in several sliding
// windows, one for each. Sessions are those of the rows of both sides together.
//
// It is Join over WindowBy: the cost of a change is its number of windows times
// that of Join, the state all rows of both sides in each of their windows. What
// IgnoreLate and Forget on the inputs leave out is not kept.
func WindowJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, w Window, combine func(Windowed[K], L, R) Out) Stream[Out] {
	l, r := windowBoth(left, leftTime, right, rightTime, name, w)
	return Join(l, r, name, combine)
}

// WindowLeftJoin is WindowJoin, and every row of left comes out once by itself for
// each of its windows without a match.
func WindowLeftJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, w Window, combine func(Windowed[K], L, Optional[R]) Out) Stream[Out] {
	l, r := windowBoth(left, leftTime, right, rightTime, name, w)
	return LeftJoin(l, r, name, combine)
}

// WindowRightJoin is WindowJoin, and every row of right comes out once by itself
// for each of its windows without a match.
func WindowRightJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, w Window, combine func(Windowed[K], Optional[L], R) Out) Stream[Out] {
	l, r := windowBoth(left, leftTime, right, rightTime, name, w)
	return RightJoin(l, r, name, combine)
}

// WindowOuterJoin is WindowJoin, and every row of either side comes out once by
// itself for each of its windows without a match.
func WindowOuterJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, w Window, combine func(Windowed[K], Optional[L], Optional[R]) Out) Stream[Out] {
	l, r := windowBoth(left, leftTime, right, rightTime, name, w)
	return OuterJoin(l, r, name, combine)
}

// A windowSide is a row of the left, or else of the right.
type windowSide[L, R any] struct {
	Left  Optional[L]
	Right Optional[R]
}

// windowBoth puts the rows of both sides under their windows.
func windowBoth[K comparable, L, R any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, w Window) (Stream[Keyed[Windowed[K], L]], Stream[Keyed[Windowed[K], R]]) {
	if !w.session {
		return WindowBy(left, "", leftTime, w), WindowBy(right, "", rightTime, w)
	}
	both := Concat(
		Map(left, func(l Keyed[K, L]) Keyed[K, windowSide[L, R]] {
			return Keyed[K, windowSide[L, R]]{l.Key, windowSide[L, R]{Left: Some(l.Value)}}
		}),
		Map(right, func(r Keyed[K, R]) Keyed[K, windowSide[L, R]] {
			return Keyed[K, windowSide[L, R]]{r.Key, windowSide[L, R]{Right: Some(r.Value)}}
		}))
	windowed := WindowBy(both, suffixed(name, ".sessions"), func(s windowSide[L, R]) Time {
		if s.Left.OK {
			return leftTime(s.Left.Value)
		}
		return rightTime(s.Right.Value)
	}, w)
	if both.n != nil {
		checkWindow(both.n, "", leftTime == nil || rightTime == nil)
	}
	l := FlatMap(windowed, func(s Keyed[Windowed[K], windowSide[L, R]], yield func(Keyed[Windowed[K], L])) {
		if s.Value.Left.OK {
			yield(Keyed[Windowed[K], L]{s.Key, s.Value.Left.Value})
		}
	})
	r := FlatMap(windowed, func(s Keyed[Windowed[K], windowSide[L, R]], yield func(Keyed[Windowed[K], R])) {
		if s.Value.Right.OK {
			yield(Keyed[Windowed[K], R]{s.Key, s.Value.Right.Value})
		}
	})
	return l, r
}
