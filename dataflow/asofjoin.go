package dataflow

import "fmt"

// A Direction says which of the rows of another time is the match of a row.
type Direction int

const (
	// Backward is the latest row that is not later. Of several at one time it
	// is the last in the order of their fields.
	Backward Direction = iota

	// Forward is the earliest row that is not earlier. Of several at one time
	// it is the first in the order of their fields.
	Forward

	// Nearest is the one of these two that is less far away; Backward if both
	// are as far.
	Nearest
)

func (d Direction) String() string {
	switch d {
	case Backward:
		return "backward"
	case Forward:
		return "forward"
	case Nearest:
		return "nearest"
	}
	return fmt.Sprintf("Direction(%d)", int(d))
}

// AsOfJoin returns combine of every row of left and its match: the row of right
// under the same key that the direction chooses by time, such as the quote that
// was good when a trade was made. A left row without a match does not come out.
// How often a right row is there does not matter.
//
// A right row that comes or goes, however late, replaces the results of exactly
// the left rows that it is or was the match of; a left row replaces its own. To
// find them costs O(log n) comparisons for n rows under the key. The state is
// every row of both sides; those of a key are in memory together.
//
// What bounds the state is on the inputs: Buffer for a delay, IgnoreLate and then
// Forget for a cutoff. Results of rows that are forgotten are retracted, and the
// right side must be kept for as long as its rows may be a match: a forgotten one
// is replaced by the next best.
//
// The functions must depend on their arguments alone, and may be called by several
// workers at once.
func AsOfJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, d Direction, combine func(K, L, R) Out) Stream[Out] {
	return asOf(left, leftTime, right, rightTime, name, d, asOfRows[K, L, R, Out]{
		kind: "asofjoin", same: []any{address(combine)}, complete: combine != nil,
		left: func(k K, l L, r Optional[R]) (Out, bool) {
			if !r.OK {
				var none Out
				return none, false
			}
			return combine(k, l, r.Value), true
		},
	})
}

// AsOfLeftJoin is AsOfJoin in which a left row without a match comes out, too.
func AsOfLeftJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, d Direction, combine func(K, L, Optional[R]) Out) Stream[Out] {
	return asOf(left, leftTime, right, rightTime, name, d, asOfRows[K, L, R, Out]{
		kind: "asofleftjoin", same: []any{address(combine)}, complete: combine != nil,
		left: func(k K, l L, r Optional[R]) (Out, bool) { return combine(k, l, r), true },
	})
}

// AsOfOuterJoin returns ofLeft of every left row and its match on the right, and
// ofRight of every right row and its match on the left, in the same direction:
// each side as of the other, with the rows of both to tell a whole story. (The
// rows of the right alone are AsOfLeftJoin with the sides exchanged.)
func AsOfOuterJoin[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, d Direction, ofLeft func(K, L, Optional[R]) Out, ofRight func(K, Optional[L], R) Out) Stream[Out] {
	return asOf(left, leftTime, right, rightTime, name, d, asOfRows[K, L, R, Out]{
		kind: "asofouterjoin", same: []any{address(ofLeft), address(ofRight)}, complete: ofLeft != nil && ofRight != nil,
		left:  func(k K, l L, r Optional[R]) (Out, bool) { return ofLeft(k, l, r), true },
		right: func(k K, l Optional[L], r R) Out { return ofRight(k, l, r) },
	})
}

// asOfRows makes what comes out of an as-of join.
type asOfRows[K comparable, L, R, Out any] struct {
	kind     string
	same     []any
	complete bool
	left     func(K, L, Optional[R]) (Out, bool) // false: it does not come out
	right    func(K, Optional[L], R) Out         // nil: rows of the right have no results of their own
}

func asOf[K comparable, L, R, Out any](left Stream[Keyed[K, L]], leftTime func(L) Time, right Stream[Keyed[K, R]], rightTime func(R) Time,
	name string, d Direction, rows asOfRows[K, L, R, Out]) Stream[Out] {
	s := timeJoin[K, L, R, Out]{
		kind: rows.kind, name: name, left: left, leftTime: leftTime, right: right, rightTime: rightTime,
		setting: ", " + d.String(), complete: rows.complete, same: rows.same,
		revise: func(k K, s *timeSides[L, R], out func(int, Out)) {
			reviseMatches(d, &s.left, &s.right, func(l *orderedItem[Time, L], r *orderedItem[Time, R], diff int) {
				if row, ok := rows.left(k, l.value, optionalOf(r)); ok {
					out(diff, row)
				}
			})
			if rows.right == nil {
				return
			}
			reviseMatches(d, &s.right, &s.left, func(r *orderedItem[Time, R], l *orderedItem[Time, L], diff int) {
				out(diff, rows.right(k, optionalOf(l), r.value))
			})
		},
	}.stream()
	if s.n != nil && (d < Backward || d > Nearest) {
		s.n.g.problem(s.n, "has the unknown direction %d", int(d))
	}
	return s
}
