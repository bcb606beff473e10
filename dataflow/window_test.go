package dataflow

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

func windowTime(e event) Time { return e.T }

// windowedEvents is what a test with events and windows puts out: what is in a
// window, or how many and what sum.
type windowedEvents = Keyed[Windowed[string], event]

func windowTest(w Window, naive func(h []moment[event, struct{}]) []windowedEvents) operatorTest[event, struct{}, windowedEvents] {
	return operatorTest[event, struct{}, windowedEvents]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[windowedEvents] {
			return WindowBy(KeyBy(a, eventKey), "", windowTime, w)
		},
		naive: naive,
	}
}

func TestSlidingWindowsHaveTheirEvents(t *testing.T) {
	for _, w := range []struct{ hop, size, origin Time }{{5, 5, 0}, {5, 5, 3}, {5, 5, -1003}, {2, 7, 1}, {7, 2, 0}} {
		windowTest(Sliding(time.Duration(w.hop), time.Duration(w.size), w.origin), func(h []moment[event, struct{}]) []windowedEvents {
			var list []windowedEvents
			for _, e := range presentA(h) {
				for start := w.origin - 1000*w.hop; start < 2000; start += w.hop {
					if start <= e.T && e.T < start+w.size {
						list = append(list, windowedEvents{Windowed[string]{e.K, start, start + w.size}, e})
					}
				}
			}
			return list
		}).check(t)
	}
}

func TestWindowsAtTheEndsOfTime(t *testing.T) {
	for _, at := range []Time{math.MinInt64, math.MinInt64 + 1, -1, 0, math.MaxInt64} {
		for _, origin := range []Time{math.MinInt64, 0, math.MaxInt64} {
			n := 0
			Sliding(4, 10, origin).each(at, func(start, end Time) {
				n++
				if start > at || end < at || end < start {
					t.Errorf("a window of %d is %d..%d", at, start, end)
				}
			})
			if n < 2 || n > 3 {
				t.Errorf("%d is in %d windows", at, n)
			}
		}
	}
}

// naiveSessions puts events of one key in order of time into runs.
func naiveSessions(events []event, together func(a, b Time) bool) [][]event {
	events = slices.SortedStableFunc(slices.Values(events), func(a, b event) int { return cmp.Compare(a.T, b.T) })
	var list [][]event
	for i, e := range events {
		if i == 0 || e.T != events[i-1].T && !together(events[i-1].T, e.T) {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], e)
	}
	return list
}

func eventsByKey(events []event) map[string][]event {
	m := make(map[string][]event)
	for _, e := range events {
		m[e.K] = append(m[e.K], e)
	}
	return m
}

// sessionKinds are sessions by a gap, by one that depends on the time, and by a
// predicate where an event between two others parts them.
func sessionKinds() map[string]struct {
	window   Window
	together func(a, b Time) bool
} {
	type kind = struct {
		window   Window
		together func(a, b Time) bool
	}
	gap := func(a, b Time) bool { return b-a < 3 }
	odd := func(a, b Time) bool { return (b-a)%2 == 1 || b-a == 4 }
	decades := func(a, b Time) bool { return a/10 == b/10 }
	return map[string]kind{
		"gap":     {Session(3), gap},
		"odd":     {SessionWhen(odd), odd},
		"decades": {SessionWhen(decades), decades},
	}
}

func TestSessionsMergeAndSplit(t *testing.T) {
	for name, kind := range sessionKinds() {
		t.Run(name, func(t *testing.T) {
			windowTest(kind.window, func(h []moment[event, struct{}]) []windowedEvents {
				var list []windowedEvents
				for k, events := range eventsByKey(presentA(h)) {
					for _, run := range naiveSessions(events, kind.together) {
						w := Windowed[string]{k, run[0].T, run[len(run)-1].T}
						for _, e := range run {
							list = append(list, windowedEvents{w, e})
						}
					}
				}
				return list
			}).check(t)
		})
	}
}

// tallied is what a WindowReduce of the tests shows of a window; with "in", an
// event that is not late.
type tallied struct {
	What  string
	K     string
	Start Time
	End   Time
	N     string
}

func (w tallied) String() string {
	return fmt.Sprintf("%s %s %d..%d %s", w.What, w.K, w.Start, w.End, w.N)
}

// windowDigest is an aggregator that shows every value.
func windowDigest() Aggregator[event, string] {
	return Aggregator[event, string]{name: "digest", same: []any{"digest"}, make: func(b *builder) func() accumulator[event, string] {
		kind := newBagKind[event](b)
		return func() accumulator[event, string] { return &windowDigested{bag[event]{kind: kind}} }
	}}
}

type windowDigested struct{ bag[event] }

func (d *windowDigested) add(v event, diff int, _ Epoch) { d.bag.add(v, diff) }

func (d *windowDigested) result() string {
	var list []event
	for v, n := range d.all() {
		for range n {
			list = append(list, v)
		}
	}
	return windowEventsText(list)
}

func windowEventsText(events []event) string {
	list := make([]string, len(events))
	for i, e := range events {
		list[i] = fmt.Sprintf("%d@%d", e.N, e.T)
	}
	slices.Sort(list)
	return strings.Join(list, ",")
}

// windowBehaviors are those that the tests try.
func windowBehaviors() map[string]Behavior {
	once := ExactlyOnce(2)
	once.Watermark = Watermark{Recent: 3}
	return map[string]Behavior{
		"none":             {},
		"delay":            {Delay: 4},
		"cutoff":           {Cutoff: Some[time.Duration](3)},
		"cutoff keep":      {Cutoff: Some[time.Duration](0), KeepResults: true},
		"delay and cutoff": {Delay: 3, Cutoff: Some[time.Duration](2), KeepResults: true},
		"long delay":       {Delay: 30, Cutoff: Some[time.Duration](1)},
		"once":             ExactlyOnce(0),
		"once of recent":   once,
		"recent":           {Delay: 2, Cutoff: Some[time.Duration](2), Watermark: Watermark{Recent: 5}},
	}
}

// behavedTest is a test of WindowReduce whose output also has the events that are not
// late: the input less what is.
func behavedTest(w Window, b Behavior, naive func(h []moment[event, struct{}]) []tallied) operatorTest[event, struct{}, tallied] {
	return operatorTest[event, struct{}, tallied]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[tallied] {
			keyed := KeyBy(a, eventKey)
			r := WindowReduce(keyed, "windows", windowTime, w, b, windowDigest())
			results := Map(r.Results, func(r Keyed[Windowed[string], string]) tallied {
				return tallied{"result", r.Key.Key, r.Key.Start, r.Key.End, r.Value}
			})
			in := func(e windowedEvents) tallied {
				return tallied{"in", e.Key.Key, e.Key.Start, e.Key.End, windowEventsText([]event{e.Value})}
			}
			if w.session {
				in = func(e windowedEvents) tallied {
					return tallied{What: "in", K: e.Key.Key, N: windowEventsText([]event{e.Value})}
				}
				all := Map(keyed, func(e Keyed[string, event]) windowedEvents {
					return windowedEvents{Windowed[string]{Key: e.Key}, e.Value}
				})
				return Concat(results, Map(all, in), Negate(Map(r.Late, in)))
			}
			return Concat(results, Map(WindowBy(keyed, "", windowTime, w), in), Negate(Map(r.Late, in)))
		},
		naive: naive,
	}
}

// naiveWatermark is a watermark over times.
type naiveWatermark struct {
	at     Time
	recent int
	last   [][]Time
}

func (w *naiveWatermark) add(m moment[event, struct{}]) {
	n := make(map[Time]int)
	for _, d := range m.a {
		n[d.Value.T] += d.Diff
	}
	var times []Time
	for t, n := range n {
		for range max(0, n) {
			times = append(times, t)
		}
	}
	slices.Sort(times)
	if w.recent == 0 {
		if len(times) > 0 {
			w.at = max(w.at, slices.Max(times))
		}
		return
	}
	w.last = append(w.last, everyNth(times, w.recent))
	all := slices.Concat(w.last...)
	for ; len(all) > w.recent; all = slices.Concat(w.last...) {
		w.last[0] = everyNth(w.last[0], max(0, len(w.last[0])-(len(all)-w.recent)))
		if len(w.last[0]) == 0 {
			w.last = w.last[1:]
		}
	}
	if slices.Sort(all); len(all) == w.recent {
		w.at = max(w.at, all[(len(all)-1)/2])
	}
}

// everyNth takes n of the times, evenly.
func everyNth(times []Time, n int) []Time {
	if len(times) <= n {
		return times
	}
	var list []Time
	for i := range n {
		list = append(list, times[(2*i+1)*len(times)/(2*n)])
	}
	return list
}

func naiveWindowReduce(w Window, b Behavior) func(h []moment[event, struct{}]) []tallied {
	return func(h []moment[event, struct{}]) []tallied {
		clock := naiveWatermark{at: noTime, recent: b.Watermark.Recent}
		open := make(map[Windowed[string]][]event)
		closed := func(end Time) bool { return b.Cutoff.OK && end+Time(b.Cutoff.Value) <= clock.at }
		var final, in []tallied
		for _, m := range h {
			for _, d := range m.a {
				w.each(d.Value.T, func(start, end Time) {
					if closed(end) {
						return
					}
					k := Windowed[string]{d.Value.K, start, end}
					row := tallied{"in", k.Key, start, end, windowEventsText([]event{d.Value})}
					if d.Diff > 0 {
						open[k], in = append(open[k], d.Value), append(in, row)
						return
					}
					open[k] = withoutEvent(open[k], d.Value)
					in = withoutEvent(in, row)
				})
			}
			clock.add(m)
			for k, events := range open {
				if closed(k.End) {
					if delete(open, k); b.KeepResults && len(events) > 0 {
						final = append(final, tallied{"result", k.Key, k.Start, k.End, windowEventsText(events)})
					}
				}
			}
		}
		for k, events := range open {
			if len(events) > 0 && !b.once && (b.Delay == 0 || k.Start+Time(b.Delay) <= clock.at) {
				final = append(final, tallied{"result", k.Key, k.Start, k.End, windowEventsText(events)})
			}
		}
		return append(final, in...)
	}
}

func withoutEvent[T comparable](list []T, v T) []T {
	if i := slices.Index(list, v); i >= 0 {
		return slices.Delete(slices.Clone(list), i, i+1)
	}
	panic(fmt.Sprintf("%v is not in %v", v, list))
}

// checkPart runs a fourth of the trials, for one of many kinds of the same.
func checkPart[A, B, Out any](t *testing.T, o operatorTest[A, B, Out]) {
	t.Helper()
	for range max(1, *trials/4) {
		if seed := rand.Uint64(); !o.trial(t, seed) {
			t.Fatalf("seed %d", seed)
		}
	}
}

func TestWindowReduceBehaves(t *testing.T) {
	for name, b := range windowBehaviors() {
		t.Run(name, func(t *testing.T) {
			for _, w := range []Window{Tumbling(5, 1), Sliding(2, 5, 0)} {
				checkPart(t, behavedTest(w, b, naiveWindowReduce(w, b)))
			}
		})
	}
}

func TestSessionReduceBehaves(t *testing.T) {
	for name, b := range windowBehaviors() {
		for kindName, kind := range sessionKinds() {
			if kindName == "odd" && b.Cutoff.OK {
				continue // see SessionWhen
			}
			t.Run(name+" "+kindName, func(t *testing.T) {
				checkPart(t, behavedTest(kind.window, b, naiveSessionReduce(kind.window.gap, kind.together, b)))
			})
		}
	}
}

// naiveSessionReduce keeps the events of sessions that are not final in a list.
func naiveSessionReduce(gap time.Duration, together func(a, b Time) bool, b Behavior) func(h []moment[event, struct{}]) []tallied {
	return func(h []moment[event, struct{}]) []tallied {
		clock := naiveWatermark{at: noTime, recent: b.Watermark.Recent}
		closed := func(last Time) bool { return b.Cutoff.OK && last+Time(gap)+Time(b.Cutoff.Value) <= clock.at }
		var open, in []event
		var final []tallied
		for _, m := range h {
			open, in = naiveChange(open, in, m, together, closed)
			clock.add(m)
			var left []event
			for k, events := range eventsByKey(open) {
				for _, run := range naiveSessions(events, together) {
					last := run[len(run)-1].T
					if !closed(last) {
						left = append(left, run...)
						continue
					}
					if b.KeepResults {
						final = append(final, tallied{"result", k, run[0].T, last, windowEventsText(run)})
					}
				}
			}
			open = left
		}
		for k, events := range eventsByKey(open) {
			for _, run := range naiveSessions(events, together) {
				if !b.once && (b.Delay == 0 || run[0].T+Time(b.Delay) <= clock.at) {
					final = append(final, tallied{"result", k, run[0].T, run[len(run)-1].T, windowEventsText(run)})
				}
			}
		}
		for _, e := range in {
			final = append(final, tallied{What: "in", K: e.K, N: windowEventsText([]event{e})})
		}
		return final
	}
}

// naiveChange makes the changes of an epoch to the open events, and to all that
// came in time.
func naiveChange(open, in []event, m moment[event, struct{}], together func(a, b Time) bool, closed func(Time) bool) (_, _ []event) {
	net := make(map[event]int)
	for _, d := range m.a {
		net[d.Value] += d.Diff
	}
	for e, n := range net {
		for ; n < 0; n++ {
			if slices.Contains(open, e) {
				open, in = withoutEvent(open, e), withoutEvent(in, e)
				continue
			}
			in = append(in, event{}) // must not be reached unless it is late
			if !closed(e.T) {
				panic("a retraction of what is not there")
			}
			in = withoutEvent(in, event{})
		}
	}
	known := make(map[event]int)
	for _, e := range open {
		known[e]++
	}
	for e, n := range net {
		for range max(0, n) {
			open = append(slices.Clone(open), e)
		}
	}
	var left []event
	for _, events := range eventsByKey(open) {
		for _, run := range naiveSessions(events, together) {
			isKnown := slices.ContainsFunc(run, func(e event) bool { return known[e] > 0 })
			if !isKnown && closed(run[len(run)-1].T) {
				continue
			}
			left = append(left, run...)
			for _, e := range run {
				if known[e]--; known[e] < 0 {
					in = append(slices.Clone(in), e)
				}
			}
		}
	}
	return left, in
}
