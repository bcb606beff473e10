package dataflow

import (
	"fmt"
	"time"
)

// A Window says which windows a time belongs to: see Tumbling, Sliding, Session
// and SessionWhen. Its durations are in the unit of the times; see Time.
type Window struct {
	hop, size time.Duration
	origin    Time

	session  bool
	gap      time.Duration
	together func(prev, next Time) bool // nil: less than gap apart
}

// Tumbling windows follow each other without gaps: a time is in the one
// [origin + n*size, origin + (n+1)*size) that has it.
func Tumbling(size time.Duration, origin Time) Window { return Sliding(size, size, origin) }

// Sliding windows are [origin + n*hop, origin + n*hop + size): a time is in about
// size/hop of them, or in none if they leave gaps and it is in one.
func Sliding(hop, size time.Duration, origin Time) Window {
	return Window{hop: hop, size: size, origin: origin}
}

// Session windows are runs of events of a key of which each is less than maxGap
// after the one before. A window is from its first to its last event.
func Session(maxGap time.Duration) Window {
	return Window{session: true, gap: maxGap}
}

// SessionWhen windows are runs of events of a key of which together holds for each
// and the next. It is a function of the two times alone and is not asked about
// equal ones, which always are together. With a Cutoff, what is between two events
// that are together must be together with both: a late event must not part what is
// final.
func SessionWhen(together func(prev, next Time) bool) Window {
	return Window{session: true, together: together}
}

// joins tells whether two times, the second later, are in one session.
func (w Window) joins(prev, next Time) bool {
	if w.together != nil {
		return w.together(prev, next)
	}
	apart := next - prev
	return 0 <= apart && apart < Time(w.gap) // less than 0: it does not fit in
}

// problem returns what is wrong with w, or "".
func (w Window) problem() string {
	switch {
	case w.session && w.together == nil && w.gap <= 0:
		return fmt.Sprintf("has sessions with gaps under %v", w.gap)
	case !w.session && (w.hop <= 0 || w.size <= 0):
		return fmt.Sprintf("has windows of %v every %v", w.size, w.hop)
	}
	return ""
}

// String says what w is, as part of what an operator's state is of.
func (w Window) String() string {
	switch {
	case w.together != nil:
		return "sessions"
	case w.session:
		return fmt.Sprintf("sessions with gaps under %d", w.gap)
	}
	return fmt.Sprintf("windows of %d every %d from %d", w.size, w.hop, w.origin)
}

// same tells w from other windows.
func (w Window) same() []any {
	if w.together != nil {
		return []any{address(w.together)}
	}
	return []any{w.String()}
}

// each calls yield for the windows that have t, the last first.
func (w Window) each(t Time, yield func(start, end Time)) {
	hop := Time(w.hop)
	into := t%hop - w.origin%hop // how far t is into the last window
	if into %= hop; into < 0 {
		into += hop
	}
	for off := time.Duration(into); off < w.size; off += w.hop {
		yield(t.plus(-off), t.plus(w.size-off))
	}
}

// Windowed is a key in a window. The window of a tumbling or sliding kind does not
// have its End; a session and an interval do.
type Windowed[K comparable] struct {
	Key        K
	Start, End Time
}

// WindowBy puts every value under the windows that its time is in, for Reduce or
// a join to work with: counts by the hour are Reduce(WindowBy(s, "", at,
// Tumbling(time.Hour, 0)), "", Count[V]()). A value that comes late corrects what
// was made of its window, for ever; WindowReduce has windows that become final.
//
// Tumbling and sliding windows need no state, and a change costs as much as a
// value is in windows; such an operator has no use for a name. Sessions keep every
// value, in order of time: an event that bridges two sessions merges them, by
// retraction of the values under the old windows and addition under the new; one
// that goes away splits a session. A change that leaves the bounds of a session
// costs the logarithm of the session, any other as much as the session has values.
func WindowBy[K comparable, V any](s Stream[Keyed[K, V]], name string, at func(V) Time, w Window) Stream[Keyed[Windowed[K], V]] {
	if w.session {
		return sessionsBy(s, name, at, w)
	}
	bad := w.problem()
	same := append([]any{address(at)}, w.same()...)
	windowed := linear(s, "window", same, func(x *turn, n *node, d Delta[Keyed[K, V]], out func(*turn, Delta[Keyed[Windowed[K], V]])) {
		x.at = n
		w.each(at(d.Value.Value), func(start, end Time) {
			out(x, Delta[Keyed[Windowed[K], V]]{Keyed[Windowed[K], V]{Windowed[K]{d.Value.Key, start, end}, d.Value.Value}, d.Diff})
			x.at = n
		})
	})
	if n := windowed.n; n != nil {
		checkWindow(n, bad, at == nil)
	}
	return windowed
}

func checkWindow(n *node, bad string, untimed bool) {
	if bad != "" {
		n.g.problem(n, "%s", bad)
	}
	if untimed {
		n.g.problem(n, "has no function that gives the time")
	}
}
