package dataflow

import (
	"cmp"
	"slices"
	"testing"
)

func eventTime(e event) Time  { return e.T }
func eventNumber(e event) int { return e.N }

// byKeyInOrder returns the values under each key, in the order of by and then of
// their fields.
func byKeyInOrder[X cmp.Ordered](values []event, by func(event) X) map[string][]event {
	m := make(map[string][]event)
	for _, v := range values {
		m[v.K] = append(m[v.K], v)
	}
	for _, list := range m {
		slices.SortFunc(list, func(a, b event) int {
			return cmp.Or(cmp.Compare(by(a), by(b)), cmp.Compare(a.N, b.N), cmp.Compare(a.T, b.T))
		})
	}
	return m
}

func TestSortKnowsTheNeighbours(t *testing.T) {
	operatorTest[event, struct{}, Keyed[string, Sorted[event]]]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[Keyed[string, Sorted[event]]] {
			return Sort(KeyBy(a, eventKey), "sort", eventNumber)
		},
		naive: func(h []moment[event, struct{}]) []Keyed[string, Sorted[event]] {
			var out []Keyed[string, Sorted[event]]
			for k, list := range byKeyInOrder(presentA(h), eventNumber) {
				for i, v := range list {
					row := Sorted[event]{Value: v}
					if i > 0 {
						row.Prev = Some(list[i-1])
					}
					if i < len(list)-1 {
						row.Next = Some(list[i+1])
					}
					out = append(out, Keyed[string, Sorted[event]]{k, row})
				}
			}
			return out
		},
	}.check(t)
}

func TestDiffIsTheDifferenceToTheValueBefore(t *testing.T) {
	operatorTest[event, struct{}, Keyed[string, Step[event, int]]]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[Keyed[string, Step[event, int]]] {
			return Diff(KeyBy(a, eventKey), "diff", eventTime, func(prev, v event) int { return v.N - prev.N })
		},
		naive: func(h []moment[event, struct{}]) []Keyed[string, Step[event, int]] {
			var out []Keyed[string, Step[event, int]]
			for k, list := range byKeyInOrder(presentA(h), eventTime) {
				for i, v := range list {
					row := Step[event, int]{Value: v}
					if i > 0 {
						row.Diff = Some(v.N - list[i-1].N)
					}
					out = append(out, Keyed[string, Step[event, int]]{k, row})
				}
			}
			return out
		},
	}.check(t)
}
