package dataflow

import (
	"fmt"
	"math"
	"time"
)

// IntervalJoin returns combine of every pair of a row of left and a row of right
// with the same key where the time of the right one, less the time of the left
// one, is at least lower and at most upper: the product of how often the two are
// there. The bounds are in the unit of the times; math.MinInt64 and math.MaxInt64
// are no bound.
//
// A changed row costs O(log n) comparisons for n rows of the other side under its
// key, and as much as it has matches. The state is every row of both sides; those
// of a key are in memory together.
//
// What bounds the state is on the inputs: Buffer for a delay, IgnoreLate and then
// Forget for a cutoff. A row that is further behind every row still to come than
// the bounds allow has no further match; the results that it has are retracted
// when it is forgotten.
//
// The functions must depend on their arguments alone, and may be called by several
// workers at once.
func IntervalJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, lower, upper time.Duration, combine func(K, L, R) Out) Stream[Out] {
	return between(left, leftTime, right, rightTime, "intervaljoin", name, interval{lower: lower, upper: upper}, combiner[K, L, R, Out]{
		both: combine, complete: combine != nil, same: address(combine),
	})
}

// IntervalLeftJoin is IntervalJoin, and every row of left without a match comes
// out once by itself.
func IntervalLeftJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, lower, upper time.Duration, combine func(K, L, Optional[R]) Out) Stream[Out] {
	return between(left, leftTime, right, rightTime, "intervalleftjoin", name, interval{lower: lower, upper: upper}, combiner[K, L, R, Out]{
		both:     func(k K, l L, r R) Out { return combine(k, l, Some(r)) },
		onlyA:    func(k K, l L) Out { return combine(k, l, Optional[R]{}) },
		complete: combine != nil, same: address(combine),
	})
}

// IntervalRightJoin is IntervalJoin, and every row of right without a match comes
// out once by itself.
func IntervalRightJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, lower, upper time.Duration, combine func(K, Optional[L], R) Out) Stream[Out] {
	return between(left, leftTime, right, rightTime, "intervalrightjoin", name, interval{lower: lower, upper: upper}, combiner[K, L, R, Out]{
		both:     func(k K, l L, r R) Out { return combine(k, Some(l), r) },
		onlyB:    func(k K, r R) Out { return combine(k, Optional[L]{}, r) },
		complete: combine != nil, same: address(combine),
	})
}

// IntervalOuterJoin is IntervalJoin, and every row of either side without a match
// comes out once by itself.
func IntervalOuterJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, lower, upper time.Duration, combine func(K, Optional[L], Optional[R]) Out) Stream[Out] {
	return between(left, leftTime, right, rightTime, "intervalouterjoin", name, interval{lower: lower, upper: upper}, combiner[K, L, R, Out]{
		both:     func(k K, l L, r R) Out { return combine(k, Some(l), Some(r)) },
		onlyA:    func(k K, l L) Out { return combine(k, Some(l), Optional[R]{}) },
		onlyB:    func(k K, r R) Out { return combine(k, Optional[L]{}, Some(r)) },
		complete: combine != nil, same: address(combine),
	})
}

func between[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	kind, name string, i interval, c combiner[K, L, R, Out]) Stream[Out] {
	s := timeJoin[K, L, R, Out]{
		kind: kind, name: name, left: left, leftTime: leftTime, right: right, rightTime: rightTime,
		setting: fmt.Sprintf(", from %d to %d", i.lower, i.upper), complete: c.complete, same: []any{c.same},
		revise: func(k K, s *timeSides[L, R], out func(int, Out)) {
			revisePairs(i, s, c.onlyA != nil, c.onlyB != nil, func(l *orderedItem[Time, L], r *orderedItem[Time, R], diff int) {
				switch {
				case r == nil:
					out(diff, c.onlyA(k, l.value))
				case l == nil:
					out(diff, c.onlyB(k, r.value))
				default:
					out(diff, c.both(k, l.value, r.value))
				}
			})
		},
	}.stream()
	if s.n != nil && i.lower > i.upper {
		s.n.g.problem(s.n, "has a lower bound above the upper one")
	}
	return s
}

// An interval is how long after a left row a right one may be to be its match, as
// the left side sees it or, reversed, as the right side does.
type interval struct {
	lower, upper time.Duration
	reverse      bool
}

// reversed returns the interval as the other side sees it.
func (i interval) reversed() interval { return interval{i.lower, i.upper, !i.reverse} }

// holds tells whether a row at time t and one of the other side at time u match.
func (i interval) holds(t, u Time) bool {
	if i.reverse {
		t, u = u, t
	}
	d := u.Sub(t)
	switch { // a difference that has no Duration
	case u > t && d < 0:
		return i.upper == math.MaxInt64
	case u < t && d > 0:
		return i.lower == math.MinInt64
	}
	return i.lower <= d && d <= i.upper
}

// around returns the first and the last time that may match t.
func (i interval) around(t Time) (first, last Time) {
	first, last = plus(t, i.lower), plus(t, i.upper)
	noFirst, noLast := i.lower == math.MinInt64, i.upper == math.MaxInt64
	if i.reverse {
		first, last = minus(t, i.upper), minus(t, i.lower)
		noFirst, noLast = noLast, noFirst
	}
	if noFirst {
		first = math.MinInt64
	}
	if noLast {
		last = math.MaxInt64
	}
	return first, last
}

// plus returns t plus d, or the end of time if that is beyond it.
func plus(t Time, d time.Duration) Time {
	sum := t.Add(d)
	switch {
	case d > 0 && sum < t:
		return math.MaxInt64
	case d < 0 && sum > t:
		return math.MinInt64
	}
	return sum
}

// minus returns t less d, or the end of time if that is beyond it.
func minus(t Time, d time.Duration) Time {
	rest := t - Time(d)
	switch {
	case d < 0 && rest < t:
		return math.MaxInt64
	case d > 0 && rest > t:
		return math.MinInt64
	}
	return rest
}
