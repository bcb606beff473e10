package dataflow

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// eventN and its like are functions of an event, for aggregators.
func eventN(e event) int            { return e.N }
func eventFraction(e event) float64 { return math.Ldexp(0.1, 40*e.N) * (float64(e.T) - 9.5) }
func eventExtreme(e event) float64 {
	return []float64{inf(), nan(), math.MaxFloat64, -math.MaxFloat64, 1}[e.N]
}
func eventByTime(a, b event) int { return cmp.Compare(a.T, b.T) }

// encodedOrder sorts events as aggregators do that need any order.
func encodedOrder(list []event) []event {
	return slices.SortedFunc(slices.Values(list), newValueOrder[event]().compare)
}

// An aggregatorCase is an aggregator and what it means.
type aggregatorCase interface {
	name() string
	oracle(*testing.T) // any history
	inDebt(*testing.T) // retractions before what they retract
}

type aggregated[R any] struct {
	title string
	by    func() Aggregator[event, R]
	naive func([]event) R // of at least one event
}

func (c aggregated[R]) name() string { return c.title }

func (c aggregated[R]) byKey(events []event) []Keyed[string, R] {
	groups := make(map[string][]event)
	for _, e := range events {
		groups[e.K] = append(groups[e.K], e)
	}
	var list []Keyed[string, R]
	for k, group := range groups {
		list = append(list, Keyed[string, R]{k, c.naive(group)})
	}
	return list
}

func (c aggregated[R]) oracle(t *testing.T) {
	operatorTest[event, struct{}, Keyed[string, R]]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[Keyed[string, R]] {
			return GroupBy(a, "op", eventKey, c.by())
		},
		naive: func(h []moment[event, struct{}]) []Keyed[string, R] { return c.byKey(presentA(h)) },
	}.check(t)
}

// inDebt gives a history in any order, so that much is retracted before it comes,
// and looks at the outcome.
func (c aggregated[R]) inDebt(t *testing.T) {
	for range 1 + *trials/5 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		var deltas []Delta[event]
		var present []event
		for range 12 {
			var list []Delta[event]
			list, present = changes(r, present, randomEvent, false)
			deltas = append(deltas, list...)
		}
		r.Shuffle(len(deltas), func(i, j int) { deltas[i], deltas[j] = deltas[j], deltas[i] })
		options := Options{Workers: 1 + r.IntN(2), MaxBatch: 1 << 20}
		if r.IntN(2) == 0 {
			options.Backend, options.MaxKeys = Memory(), 1
		}
		out := &ledger[Keyed[string, R]]{t: t, codec: CBOR[Keyed[string, R]](), at: make(map[Epoch][]Delta[Keyed[string, R]])}
		g := New("debt")
		in := NewFeed[event](g, "a")
		To(GroupBy(in.Stream(), "op", eventKey, c.by()), "out", out)
		s, err := startStepper(t.Context(), g, options)
		if err != nil {
			t.Fatal(err)
		}
		for part := range slices.Chunk(deltas, 1+r.IntN(5)) {
			err := s.step(t.Context(), func() { deliver(t, in, Batch[event]{Deltas: slices.Clone(part)}) })
			if err != nil {
				t.Fatal(err)
			}
		}
		if got, want := out.sum(), sorted(c.byKey(present)); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %+v\nis   %s\nwant %s", seed, deltas, got, want)
		}
	}
}

func extremeOf(compare func(a, b event) int) func([]event) event {
	return func(list []event) event { return slices.MinFunc(encodedOrder(list), compare) }
}

func mapped[X any](list []event, f func(event) X) []X {
	var out []X
	for _, e := range list {
		out = append(out, f(e))
	}
	return out
}

// aggregatorCases are all aggregators whose result depends on the values alone.
func aggregatorCases() []aggregatorCase {
	fraction := func(list []event) float64 {
		var s exactSum
		for _, e := range list {
			s.add(eventFraction(e), 1)
		}
		return s.value()
	}
	sum := func(list []event) (n int) {
		for _, e := range list {
			n += e.N
		}
		return n
	}
	different := func(list []event) int {
		m := make(map[int]bool)
		for _, e := range list {
			m[e.N] = true
		}
		return len(m)
	}
	byN := func(a, b event) int { return cmp.Compare(a.N, b.N) }
	return []aggregatorCase{
		aggregated[int]{"count", Count[event], func(list []event) int { return len(list) }},
		aggregated[int]{"sum", func() Aggregator[event, int] { return Sum(eventN) }, sum},
		aggregated[uint8]{"sum that wraps", func() Aggregator[event, uint8] {
			return Sum(func(e event) uint8 { return uint8(100 * e.N) })
		}, func(list []event) uint8 { return uint8(100 * sum(list)) }},
		aggregated[float64]{"sum of floats", func() Aggregator[event, float64] { return Sum(eventFraction) }, fraction},
		aggregated[float64]{"sum of what is no number", func() Aggregator[event, float64] { return Sum(eventExtreme) },
			func(list []event) float64 {
				var s exactSum
				for _, e := range list {
					s.add(eventExtreme(e), 1)
				}
				return s.value()
			}},
		aggregated[float32]{"sum of float32", func() Aggregator[event, float32] {
			return Sum(func(e event) float32 { return float32(e.N) / 3 })
		}, func(list []event) float32 {
			var s exactSum
			for _, e := range list {
				s.add(float64(float32(e.N)/3), 1)
			}
			return float32(s.value())
		}},
		aggregated[float64]{"avg", func() Aggregator[event, float64] { return Avg(eventFraction) },
			func(list []event) float64 { return fraction(list) / float64(len(list)) }},
		aggregated[float64]{"avg of small integers", func() Aggregator[event, float64] {
			return Avg(func(e event) int8 { return int8(25 * e.N) })
		}, func(list []event) float64 { return float64(25*sum(list)) / float64(len(list)) }},
		aggregated[int]{"count distinct", func() Aggregator[event, int] { return CountDistinct(eventN) }, different},
		aggregated[int]{"count distinct approximately", func() Aggregator[event, int] { return CountDistinctApprox(12, eventN) }, different},
		aggregated[int]{"min", func() Aggregator[event, int] { return Min(eventN) },
			func(list []event) int { return slices.Min(mapped(list, eventN)) }},
		aggregated[int]{"max", func() Aggregator[event, int] { return Max(eventN) },
			func(list []event) int { return slices.Max(mapped(list, eventN)) }},
		aggregated[event]{"minby", func() Aggregator[event, event] { return MinBy(eventN) }, extremeOf(byN)},
		aggregated[event]{"maxby", func() Aggregator[event, event] { return MaxBy(eventN) },
			extremeOf(func(a, b event) int { return byN(b, a) })},
		aggregated[event]{"any", Any[event], extremeOf(func(a, b event) int { return 0 })},
		aggregated[[]event]{"tuple", Tuple[event], encodedOrder},
		aggregated[Optional[event]]{"unique", Unique[event], func(list []event) Optional[event] {
			for _, e := range list {
				if e != list[0] {
					return Optional[event]{}
				}
			}
			return Some(list[0])
		}},
		aggregated[[]event]{"topk", func() Aggregator[event, []event] { return TopK(3, eventByTime) },
			func(list []event) []event {
				list = encodedOrder(list)
				slices.SortStableFunc(list, eventByTime)
				return list[:min(3, len(list))]
			}},
		aggregated[[]int]{"sorted", func() Aggregator[event, []int] { return SortedTuple(eventN) },
			func(list []event) []int { return slices.Sorted(slices.Values(mapped(list, eventN))) }},
		aggregated[[]event]{"sorted by a comparison", func() Aggregator[event, []event] { return SortedFunc(eventByTime) },
			func(list []event) []event {
				list = encodedOrder(list)
				slices.SortStableFunc(list, eventByTime)
				return list
			}},
		aggregated[string]{"fold", func() Aggregator[event, string] {
			type state struct{ N, Squares int }
			return Fold(state{}, func(s state, e event, diff int) state {
				return state{s.N + diff, s.Squares + diff*e.N*e.N}
			}, func(s state) string { return fmt.Sprint(s.Squares, "/", s.N) })
		}, func(list []event) string {
			squares := 0
			for _, e := range list {
				squares += e.N * e.N
			}
			return fmt.Sprint(squares, "/", len(list))
		}},
		aggregated[string]{"foldall", func() Aggregator[event, string] {
			return FoldAll(func(list []event) string { return fmt.Sprint(list) })
		}, func(list []event) string { return fmt.Sprint(encodedOrder(list)) }},
		aggregated[string]{"combine", func() Aggregator[event, string] {
			return Combine4(Count[event](), Min(eventN), Tuple[event](), Combine3(Sum(eventN), Max(eventN), CountDistinct(eventN),
				func(sum, highest, n int) string { return fmt.Sprint(sum, highest, n) }),
				func(n, least int, all []event, rest string) string { return fmt.Sprint(n, least, all, rest) })
		}, func(list []event) string {
			ns := mapped(list, eventN)
			return fmt.Sprint(len(list), slices.Min(ns), encodedOrder(list), fmt.Sprint(sum(list), slices.Max(ns), different(list)))
		}},
	}
}

func TestAggregators(t *testing.T) {
	for _, c := range aggregatorCases() {
		t.Run(c.name(), c.oracle)
	}
}

func TestRetractionsMayComeBeforeWhatTheyRetract(t *testing.T) {
	for _, c := range aggregatorCases() {
		t.Run(c.name(), c.inDebt)
	}
}
