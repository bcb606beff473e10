package dataflow

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// An arc leads from a node of a graph to another.
type arc struct{ From, To, Length int }

// A marked is a node with what an algorithm found of it.
type marked = Keyed[int, int]

// randomArc makes random graphs of few nodes, half of whose arcs are on one path: so
// that some need many iterations, and others few.
func randomArc(r *rand.Rand) arc {
	a := arc{From: r.IntN(9), Length: 1 + r.IntN(3)}
	if a.To = a.From + 1; r.IntN(2) == 0 {
		a.To = r.IntN(9)
	}
	return a
}

func arcFrom(a arc) int             { return a.From }
func bothWays(a arc) []arc          { return []arc{a, {a.To, a.From, a.Length}} }
func reversed(a arc) arc            { return arc{a.To, a.From, a.Length} }
func ownLabel(n int) marked         { return marked{Key: n, Value: n} }
func markOf(value int) int          { return value }
func follow(_, l int, a arc) marked { return marked{Key: a.To, Value: l} }

func flatten[A, B any](s Stream[A], f func(A) []B) Stream[B] {
	return FlatMap(s, func(v A, yield func(B)) {
		for _, w := range f(v) {
			yield(w)
		}
	})
}

// uniqueOf has every value of s once.
func uniqueOf[T comparable](s Stream[T]) Stream[T] {
	once := Reduce(KeyBy(s, func(v T) T { return v }), "", Count[T]())
	return Map(once, func(k Keyed[T, int]) T { return k.Key })
}

// components labels every node with the least node that is connected with it.
func components(arcs Stream[arc]) Stream[marked] {
	arcs = flatten(arcs, bothWays)
	labels := Map(uniqueOf(Map(arcs, arcFrom)), ownLabel)
	return Iterate(labels, "components", func(s *Scope, x Stream[marked]) Stream[marked] {
		near := Join(x, Enter(s, KeyBy(arcs, arcFrom)), "near", follow)
		return Reduce(Concat(near, Enter(s, labels)), "least", Min(markOf))
	})
}

func componentsOf(arcs []arc) []marked {
	parent := make(map[int]int)
	var root func(int) int
	root = func(n int) int {
		if p, ok := parent[n]; ok && p != n {
			return root(p)
		}
		parent[n] = n
		return n
	}
	for _, a := range arcs {
		from, to := root(a.From), root(a.To)
		parent[max(from, to)] = min(from, to)
	}
	var list []marked
	for n := range parent {
		list = append(list, marked{n, root(n)})
	}
	return list
}

func TestIterateFindsConnectedComponents(t *testing.T) {
	operatorTest[arc, struct{}, marked]{
		a:     randomArc,
		build: func(a Stream[arc], _ Stream[struct{}]) Stream[marked] { return components(a) },
		naive: func(h []moment[arc, struct{}]) []marked { return componentsOf(presentA(h)) },
	}.check(t)
}

func TestIterateFindsShortestPaths(t *testing.T) {
	operatorTest[arc, int, marked]{
		a: randomArc,
		b: func(r *rand.Rand) int { return r.IntN(9) },
		build: func(arcs Stream[arc], from Stream[int]) Stream[marked] {
			start := Map(from, func(n int) marked { return marked{Key: n} })
			return Iterate(start, "", func(s *Scope, x Stream[marked]) Stream[marked] {
				further := Join(x, Enter(s, KeyBy(arcs, arcFrom)), "", func(_, d int, a arc) marked { return marked{a.To, d + a.Length} })
				return Reduce(Concat(further, Enter(s, start)), "", Min(markOf))
			})
		},
		naive: func(h []moment[arc, int]) []marked { return bellmanFord(presentA(h), presentB(h)) },
	}.check(t)
}

func bellmanFord(arcs []arc, from []int) []marked {
	distance := make(map[int]int)
	for _, n := range from {
		distance[n] = 0
	}
	for changed := true; changed; {
		changed = false
		for _, a := range arcs {
			d, ok := distance[a.From]
			if was, is := distance[a.To]; ok && (!is || d+a.Length < was) {
				distance[a.To], changed = d+a.Length, true
			}
		}
	}
	return marks(distance)
}

func marks(values map[int]int) []marked {
	var list []marked
	for n, v := range values {
		list = append(list, marked{n, v})
	}
	return list
}

// reach returns all pairs of nodes such that arcs lead from the first to the second.
func reach(arcs []arc) map[[2]int]bool {
	pairs := make(map[[2]int]bool)
	for _, a := range arcs {
		pairs[[2]int{a.From, a.To}] = true
	}
	for via := range 10 {
		for from := range 10 {
			for to := range 10 {
				if pairs[[2]int{from, via}] && pairs[[2]int{via, to}] {
					pairs[[2]int{from, to}] = true
				}
			}
		}
	}
	return pairs
}

func TestIterateFindsTheTransitiveClosure(t *testing.T) {
	operatorTest[arc, struct{}, [2]int]{
		a: randomArc,
		build: func(arcs Stream[arc], _ Stream[struct{}]) Stream[[2]int] {
			pairs := uniqueOf(Map(arcs, func(a arc) [2]int { return [2]int{a.From, a.To} }))
			return Iterate(pairs, "closure", func(s *Scope, x Stream[[2]int]) Stream[[2]int] {
				known := Enter(s, pairs)
				next := KeyBy(known, func(p [2]int) int { return p[0] })
				longer := Join(KeyBy(x, func(p [2]int) int { return p[1] }), next, "longer", func(_ int, a, b [2]int) [2]int { return [2]int{a[0], b[1]} })
				return uniqueOf(Concat(longer, known))
			})
		},
		naive: func(h []moment[arc, struct{}]) (list [][2]int) {
			for p := range reach(presentA(h)) {
				list = append(list, p)
			}
			return list
		},
	}.check(t)
}

const (
	rankRounds = 6
	fullRank   = 1000
	keptRank   = 150
)

func passedOn(rank, arcs int) int { return rank * 85 / (100 * arcs) }

func TestIterateRanksPages(t *testing.T) {
	operatorTest[arc, struct{}, marked]{
		a: randomArc,
		build: func(arcs Stream[arc], _ Stream[struct{}]) Stream[marked] {
			nodes := uniqueOf(Map(flatten(arcs, bothWays), arcFrom))
			start := Map(nodes, func(n int) marked { return marked{n, fullRank} })
			base := Map(nodes, func(n int) marked { return marked{n, keptRank} })
			degrees := Reduce(KeyBy(arcs, arcFrom), "degrees", Count[arc]())
			return Iterate(start, "ranks", func(s *Scope, x Stream[marked]) Stream[marked] {
				shares := Join(x, Enter(s, degrees), "shares", func(n, rank, arcs int) marked { return marked{n, passedOn(rank, arcs)} })
				parts := Join(shares, Enter(s, KeyBy(arcs, arcFrom)), "parts", follow)
				return Reduce(Concat(parts, Enter(s, base)), "sum", Sum(markOf))
			}, Limit(rankRounds))
		},
		naive: func(h []moment[arc, struct{}]) []marked { return ranksOf(presentA(h)) },
	}.check(t)
}

func ranksOf(arcs []arc) []marked {
	ranks, degrees := make(map[int]int), make(map[int]int)
	for _, a := range arcs {
		ranks[a.From], ranks[a.To] = fullRank, fullRank
		degrees[a.From]++
	}
	for range rankRounds {
		next := make(map[int]int)
		for n := range ranks {
			next[n] = keptRank
		}
		for _, a := range arcs {
			next[a.To] += passedOn(ranks[a.From], degrees[a.From])
		}
		ranks = next
	}
	return marks(ranks)
}

// The arcs within strongly connected components are those left when arcs between
// nodes of different labels are removed, forwards and backwards in turn, until
// nothing changes: an iteration of iterations.
func TestIterateInsideOfIterate(t *testing.T) {
	operatorTest[arc, struct{}, arc]{
		a: randomArc,
		build: func(arcs Stream[arc], _ Stream[struct{}]) Stream[arc] {
			return Iterate(arcs, "strong", func(_ *Scope, x Stream[arc]) Stream[arc] {
				for range 2 {
					x = Map(withinLabels(x), reversed)
				}
				return x
			})
		},
		naive: func(h []moment[arc, struct{}]) []arc {
			all := presentA(h)
			pairs := reach(all)
			return slices.DeleteFunc(all, func(a arc) bool { return a.From != a.To && !pairs[[2]int{a.To, a.From}] })
		},
	}.check(t)
}

// withinLabels keeps the arcs whose ends are reached from the same least node.
func withinLabels(arcs Stream[arc]) Stream[arc] {
	own := Map(uniqueOf(Map(flatten(arcs, bothWays), arcFrom)), ownLabel)
	labels := Iterate(own, "", func(s *Scope, x Stream[marked]) Stream[marked] {
		near := Join(x, Enter(s, KeyBy(arcs, arcFrom)), "", follow)
		return Reduce(Concat(near, Enter(s, own)), "", Min(markOf))
	})
	type labelled struct {
		A     arc
		Label int
	}
	from := Join(KeyBy(arcs, arcFrom), labels, "", func(_ int, a arc, l int) Keyed[int, labelled] { return Keyed[int, labelled]{a.To, labelled{a, l}} })
	both := Join(from, labels, "", func(_ int, a labelled, l int) labelled {
		a.Label -= l
		return a
	})
	return Map(Filter(both, func(a labelled) bool { return a.Label == 0 }), func(a labelled) arc { return a.A })
}

// Values that == does not tell apart, and some that are there less than 0 times.
func TestIterateOfAnyCollection(t *testing.T) {
	type words = []string
	operatorTest[event, event, words]{
		a: randomEvent,
		b: randomEvent,
		build: func(a, b Stream[event]) Stream[words] {
			start := Map(Concat(a, Negate(b)), func(e event) words { return words{e.K} })
			grown := Iterate(start, "words", func(s *Scope, x Stream[words]) Stream[words] {
				longer := Map(x, func(w words) words {
					if len(w) > 3 {
						return w
					}
					return append(slices.Clone(w), w[0])
				})
				return longer
			})
			return Concat(grown, Map(b, func(e event) words { return words{e.K, e.K, e.K, e.K} }))
		},
		naive: func(h []moment[event, event]) (list []words) {
			for _, e := range presentA(h) {
				list = append(list, words{e.K, e.K, e.K, e.K})
			}
			return list
		},
	}.check(t)
}
