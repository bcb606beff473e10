package dataflow

import "time"

// IntervalsOver puts every value under the windows around the times at, of its
// key, in which its own time is: from at+lower to at+upper, both of which belong
// to the window. A time that is there more than once makes one window. Windows
// may overlap and need not hold every value.
//
// A changed value costs O(log n) and as many outputs as it has windows; a changed
// time as many as its window has values. All values and times are kept; see
// IntervalJoin, which this is.
func IntervalsOver[K comparable, V any](s Stream[Keyed[K, V]], name string, of func(V) Time, at Stream[Keyed[K, Time]], lower, upper time.Duration) Stream[Keyed[Windowed[K], V]] {
	return IntervalJoin(Distinct(at, suffixed(name, ".at")), sameTime, s, of, name, lower, upper,
		func(k K, at Time, v V) Keyed[Windowed[K], V] {
			return Keyed[Windowed[K], V]{Windowed[K]{k, at.plus(lower), at.plus(upper)}, v}
		})
}

// IntervalsOverAll is IntervalsOver, and a window without values has none once.
func IntervalsOverAll[K comparable, V any](s Stream[Keyed[K, V]], name string, of func(V) Time, at Stream[Keyed[K, Time]], lower, upper time.Duration) Stream[Keyed[Windowed[K], Optional[V]]] {
	return IntervalLeftJoin(Distinct(at, suffixed(name, ".at")), sameTime, s, of, name, lower, upper,
		func(k K, at Time, v Optional[V]) Keyed[Windowed[K], Optional[V]] {
			return Keyed[Windowed[K], Optional[V]]{Windowed[K]{k, at.plus(lower), at.plus(upper)}, v}
		})
}

func sameTime(t Time) Time { return t }

// suffixed names a part of an operator, if that has a name.
func suffixed(name, part string) string {
	if name == "" {
		return ""
	}
	return name + part
}
