package dataflow

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Operators whose result depends on the epochs in which values came.

// nettedEvents returns what the epochs of h change under each key, consolidated: what
// goes first, each in the order of values.
func nettedEvents(h []moment[event, struct{}]) []map[string][]Delta[event] {
	order := newValueOrder[event]()
	epochs := make([]map[string][]Delta[event], len(h))
	for i, m := range h {
		epochs[i] = make(map[string][]Delta[event])
		net := make(map[event]int)
		for _, d := range m.a {
			net[d.Value] += d.Diff
		}
		for v, n := range net {
			if n != 0 {
				epochs[i][v.K] = append(epochs[i][v.K], Delta[event]{v, n})
			}
		}
		for _, rows := range epochs[i] {
			slices.SortFunc(rows, func(a, b Delta[event]) int {
				if (a.Diff < 0) != (b.Diff < 0) {
					return a.Diff
				}
				return order.compare(a.Value, b.Value)
			})
		}
	}
	return epochs
}

// keyed makes a list of what is under the keys.
func keyed[V any](m map[string]V) []Keyed[string, V] {
	var list []Keyed[string, V]
	for k, v := range m {
		list = append(list, Keyed[string, V]{k, v})
	}
	return list
}

// arrivalsOf returns every present event and the epoch in which the first or the
// last of its kind came.
func arrivalsOf(h []moment[event, struct{}], latest bool) map[event]int {
	number, at := make(map[event]int), make(map[event]int)
	for epoch, keys := range nettedEvents(h) {
		for _, rows := range keys {
			for _, d := range rows {
				if number[d.Value] == 0 || latest && d.Diff > 0 {
					at[d.Value] = epoch
				}
				if number[d.Value] += d.Diff; number[d.Value] == 0 {
					delete(at, d.Value)
				}
			}
		}
	}
	return at
}

func testArrival(t *testing.T, a Aggregator[event, event], latest bool) {
	order := newValueOrder[event]()
	operatorTest[event, struct{}, Keyed[string, event]]{
		a: randomEvent,
		build: func(s Stream[event], _ Stream[struct{}]) Stream[Keyed[string, event]] {
			return GroupBy(s, "op", eventKey, a)
		},
		naive: func(h []moment[event, struct{}]) []Keyed[string, event] {
			at, best := arrivalsOf(h, latest), make(map[string]event)
			for e, epoch := range at {
				b, ok := best[e.K]
				sooner := epoch < at[b]
				if latest {
					sooner = epoch > at[b]
				}
				if !ok || sooner || epoch == at[b] && order.compare(e, b) < 0 {
					best[e.K] = e
				}
			}
			return keyed(best)
		},
	}.check(t)
}

func TestEarliest(t *testing.T) { testArrival(t, Earliest[event](), false) }
func TestLatest(t *testing.T)   { testArrival(t, Latest[event](), true) }

// stillThere drops the keys that have no values.
func stillThere[V any](h []moment[event, struct{}], m map[string]V) map[string]V {
	there := make(map[string]V)
	for _, e := range presentA(h) {
		there[e.K] = m[e.K]
	}
	return there
}

func TestStatefulMany(t *testing.T) {
	record := func(state string, rows []Delta[event]) string {
		for _, d := range rows {
			state += fmt.Sprint(d.Value.N, "/", d.Diff, " ")
		}
		return state + "; "
	}
	operatorTest[event, struct{}, Keyed[string, string]]{
		a: randomEvent,
		build: func(s Stream[event], _ Stream[struct{}]) Stream[Keyed[string, string]] {
			return GroupBy(s, "op", eventKey, StatefulMany(record))
		},
		naive: func(h []moment[event, struct{}]) []Keyed[string, string] {
			states := make(map[string]string)
			for _, keys := range nettedEvents(h) {
				for k, rows := range keys {
					states[k] = record(states[k], rows)
				}
			}
			return keyed(stillThere(h, states))
		},
	}.check(t)
}

func TestStatefulSingle(t *testing.T) {
	operatorTest[event, struct{}, Keyed[string, []int]]{
		a: randomEvent,
		build: func(s Stream[event], _ Stream[struct{}]) Stream[Keyed[string, []int]] {
			return GroupBy(s, "op", eventKey, StatefulSingle(func(state []int, e event) []int {
				return append(slices.Clone(state), e.N)
			}))
		},
		naive: func(h []moment[event, struct{}]) []Keyed[string, []int] {
			states := make(map[string][]int)
			for _, keys := range nettedEvents(h) {
				for k, rows := range keys {
					for _, d := range rows {
						states[k] = append(states[k], slices.Repeat([]int{d.Value.N}, max(0, d.Diff))...)
					}
				}
			}
			return keyed(stillThere(h, states))
		},
	}.check(t)
}

func TestDeduplicate(t *testing.T) {
	accept := func(next, current event) bool { return next.N > current.N || next.T > current.T+5 }
	for _, insertOnly := range []bool{true, false} {
		operatorTest[event, struct{}, Keyed[string, event]]{
			a:          randomEvent,
			insertOnly: insertOnly,
			build: func(s Stream[event], _ Stream[struct{}]) Stream[Keyed[string, event]] {
				return Deduplicate(KeyBy(s, eventKey), "op", accept)
			},
			naive: func(h []moment[event, struct{}]) []Keyed[string, event] {
				current := make(map[string]event)
				for _, keys := range nettedEvents(h) {
					for k, rows := range keys {
						for _, d := range rows {
							c, ok := current[k]
							switch {
							case d.Diff < 0 && ok && c == d.Value:
								delete(current, k)
							case d.Diff > 0 && (!ok || accept(d.Value, c)):
								current[k] = d.Value
							}
						}
					}
				}
				return keyed(current)
			},
		}.check(t)
	}
}

func TestDistinct(t *testing.T) {
	operatorTest[event, struct{}, event]{
		a: func(r *rand.Rand) event { return event{K: string(rune('a' + r.IntN(3))), N: r.IntN(2)} },
		build: func(s Stream[event], _ Stream[struct{}]) Stream[event] {
			return Distinct(s, "op")
		},
		naive: func(h []moment[event, struct{}]) []event {
			return distinct(presentA(h), newValueOrder[event]().compare)
		},
	}.check(t)
}

func TestDistinctByAKey(t *testing.T) {
	type note struct{ Words []string } // which == does not compare
	join := func(n note) string { return strings.Join(n.Words, " ") }
	operatorTest[note, struct{}, note]{
		a: func(r *rand.Rand) note { return note{[]string{"some", "other", "words"}[r.IntN(3):]} },
		build: func(s Stream[note], _ Stream[struct{}]) Stream[note] {
			return DistinctBy(s, "op", join)
		},
		naive: func(h []moment[note, struct{}]) []note {
			return distinct(presentA(h), func(a, b note) int { return strings.Compare(join(a), join(b)) })
		},
	}.check(t)
}

// The first of the values under a key stands for it.
func TestDistinctByKeepsTheFirstInOrder(t *testing.T) {
	operatorTest[event, struct{}, event]{
		a: randomEvent,
		build: func(s Stream[event], _ Stream[struct{}]) Stream[event] {
			return DistinctBy(s, "", eventKey)
		},
		naive: func(h []moment[event, struct{}]) []event {
			first := make(map[string]event)
			for _, e := range encodedOrder(presentA(h)) {
				if _, ok := first[e.K]; !ok {
					first[e.K] = e
				}
			}
			var list []event
			for _, e := range first {
				list = append(list, e)
			}
			return list
		},
	}.check(t)
}
