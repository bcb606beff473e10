package dataflow

import (
	"slices"
	"testing"
)

// windowPair is a pair of a window join, or what has no partner.
type windowPair struct {
	W    Windowed[string]
	L, R Optional[event]
}

// naiveWindowJoin joins by window; of a pair that has none, lone says whether the
// sides come out alone.
func naiveWindowJoin(h []moment[event, event], windows func(k string, all []event) []Windowed[string], loneL, loneR bool) []windowPair {
	inside := func(w Windowed[string], events []event) (in []event) {
		for _, e := range events {
			if e.K == w.Key && w.Start <= e.T && e.T <= w.End {
				in = append(in, e)
			}
		}
		return in
	}
	a, b := presentA(h), presentB(h)
	var list []windowPair
	for k, all := range eventsByKey(slices.Concat(a, b)) {
		for _, w := range windows(k, all) {
			l, r := inside(w, a), inside(w, b)
			for _, x := range l {
				for _, y := range r {
					list = append(list, windowPair{w, Some(x), Some(y)})
				}
				if loneL && len(r) == 0 {
					list = append(list, windowPair{W: w, L: Some(x)})
				}
			}
			for _, y := range r {
				if loneR && len(l) == 0 {
					list = append(list, windowPair{W: w, R: Some(y)})
				}
			}
		}
	}
	return list
}

func TestWindowJoins(t *testing.T) {
	kinds := map[string]struct {
		window  Window
		windows func(k string, all []event) []Windowed[string]
	}{
		// A window has its end in these, so that sessions need nothing else.
		"sliding": {Sliding(3, 5, 0), func(k string, _ []event) (list []Windowed[string]) {
			for start := Time(-6); start < 30; start += 3 {
				list = append(list, Windowed[string]{k, start, start + 4})
			}
			return list
		}},
		"sessions": {Session(3), func(k string, all []event) (list []Windowed[string]) {
			for _, run := range naiveSessions(all, func(a, b Time) bool { return b-a < 3 }) {
				list = append(list, Windowed[string]{k, run[0].T, run[len(run)-1].T})
			}
			return list
		}},
	}
	type keyed = Stream[Keyed[string, event]]
	joins := map[string]struct {
		join         func(l, r keyed, w Window) Stream[windowPair]
		loneL, loneR bool
	}{
		"inner": {func(l, r keyed, w Window) Stream[windowPair] {
			return WindowJoin(l, windowTime, r, windowTime, "join", w, func(k Windowed[string], l, r event) windowPair { return windowPair{k, Some(l), Some(r)} })
		}, false, false},
		"left": {func(l, r keyed, w Window) Stream[windowPair] {
			return WindowLeftJoin(l, windowTime, r, windowTime, "", w, func(k Windowed[string], l event, r Optional[event]) windowPair { return windowPair{k, Some(l), r} })
		}, true, false},
		"right": {func(l, r keyed, w Window) Stream[windowPair] {
			return WindowRightJoin(l, windowTime, r, windowTime, "", w, func(k Windowed[string], l Optional[event], r event) windowPair { return windowPair{k, l, Some(r)} })
		}, false, true},
		"outer": {func(l, r keyed, w Window) Stream[windowPair] {
			return WindowOuterJoin(l, windowTime, r, windowTime, "", w, func(k Windowed[string], l, r Optional[event]) windowPair { return windowPair{k, l, r} })
		}, true, true},
	}
	for kindName, kind := range kinds {
		for name, join := range joins {
			t.Run(name+" "+kindName, func(t *testing.T) {
				checkPart(t, operatorTest[event, event, windowPair]{
					a: randomEvent, b: randomEvent,
					build: func(a, b Stream[event]) Stream[windowPair] {
						pairs := join.join(KeyBy(a, eventKey), KeyBy(b, eventKey), kind.window)
						if kind.window.session {
							return pairs
						}
						return Map(pairs, func(p windowPair) windowPair { p.W.End--; return p })
					},
					naive: func(h []moment[event, event]) []windowPair {
						return naiveWindowJoin(h, kind.windows, join.loneL, join.loneR)
					},
				})
			})
		}
	}
}

func TestIntervalsOverTimes(t *testing.T) {
	for _, lone := range []bool{false, true} {
		operatorTest[event, event, Keyed[Windowed[string], Optional[event]]]{
			a: randomEvent, b: randomEvent,
			build: func(a, b Stream[event]) Stream[Keyed[Windowed[string], Optional[event]]] {
				at := Map(a, func(e event) Keyed[string, Time] { return Keyed[string, Time]{e.K, e.T} })
				if lone {
					return IntervalsOverAll(KeyBy(b, eventKey), "over", windowTime, at, -2, 1)
				}
				return Map(IntervalsOver(KeyBy(b, eventKey), "", windowTime, at, -2, 1), func(k Keyed[Windowed[string], event]) Keyed[Windowed[string], Optional[event]] {
					return Keyed[Windowed[string], Optional[event]]{k.Key, Some(k.Value)}
				})
			},
			naive: func(h []moment[event, event]) []Keyed[Windowed[string], Optional[event]] {
				var list []Keyed[Windowed[string], Optional[event]]
				windows := make(map[Windowed[string]]bool)
				for _, at := range presentA(h) {
					windows[Windowed[string]{at.K, at.T - 2, at.T + 1}] = true
				}
				for w := range windows {
					n := len(list)
					for _, e := range presentB(h) {
						if e.K == w.Key && w.Start <= e.T && e.T <= w.End {
							list = append(list, Keyed[Windowed[string], Optional[event]]{w, Some(e)})
						}
					}
					if lone && len(list) == n {
						list = append(list, Keyed[Windowed[string], Optional[event]]{Key: w})
					}
				}
				return list
			},
		}.check(t)
	}
}
