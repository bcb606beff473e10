package dataflow

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// side is a row of the join tests: few keys, few values, so that rows match and
// repeat.
type side struct {
	K string
	N int
}

func sideKey(s side) string { return s.K }

func randomSide(r *rand.Rand) side {
	return side{K: string(rune('a' + r.IntN(3))), N: r.IntN(3)}
}

// A signed row is one that its input has or, if Less, has one fewer of: histories
// of them have retractions that come before what they retract.
type signed struct {
	side
	Less bool
}

func randomSigned(r *rand.Rand) signed {
	return signed{randomSide(r), r.IntN(3) == 0}
}

// unsigned returns what signed rows stand for, by key.
func unsigned(s Stream[signed]) Stream[Keyed[string, side]] {
	more := Filter(s, func(v signed) bool { return !v.Less })
	less := Filter(s, func(v signed) bool { return v.Less })
	return KeyBy(Map(Concat(more, Negate(less)), func(v signed) side { return v.side }), sideKey)
}

// settled returns what signed rows come to: those that are there more than 0 times.
func settled(list []signed) []side {
	n := make(map[side]int)
	for _, v := range list {
		if v.Less {
			n[v.side]--
		} else {
			n[v.side]++
		}
	}
	var rows []side
	for v, n := range n {
		for range n {
			rows = append(rows, v)
		}
	}
	return rows
}

// checkSides checks an operator of two inputs with and without retractions that
// come too early.
func checkSides[Out any](t *testing.T, build func(a, b Stream[Keyed[string, side]]) Stream[Out], naive func(a, b []side) []Out) {
	t.Helper()
	t.Run("ordered", func(t *testing.T) {
		operatorTest[side, side, Out]{
			a: randomSide, b: randomSide,
			build: func(a Stream[side], b Stream[side]) Stream[Out] {
				return build(KeyBy(a, sideKey), KeyBy(b, sideKey))
			},
			naive: func(h []moment[side, side]) []Out { return naive(presentA(h), presentB(h)) },
		}.check(t)
	})
	t.Run("retracted first", func(t *testing.T) {
		operatorTest[signed, signed, Out]{
			a: randomSigned, b: randomSigned,
			build: func(a Stream[signed], b Stream[signed]) Stream[Out] { return build(unsigned(a), unsigned(b)) },
			naive: func(h []moment[signed, signed]) []Out { return naive(settled(presentA(h)), settled(presentB(h))) },
		}.check(t)
	})
}

// matched is a row that comes out of a join.
type matched struct {
	K    string
	A, B Optional[side]
}

// naiveJoin pairs rows; left and right say whose rows come out by themselves.
func naiveJoin(left, right bool) func(a, b []side) []matched {
	return func(a, b []side) (list []matched) {
		hasA, hasB := keysOf(a), keysOf(b)
		for _, v := range a {
			for _, w := range b {
				if v.K == w.K {
					list = append(list, matched{v.K, Some(v), Some(w)})
				}
			}
			if left && !hasB[v.K] {
				list = append(list, matched{K: v.K, A: Some(v)})
			}
		}
		for _, w := range b {
			if right && !hasA[w.K] {
				list = append(list, matched{K: w.K, B: Some(w)})
			}
		}
		return list
	}
}

func keysOf(list []side) map[string]bool {
	keys := make(map[string]bool)
	for _, v := range list {
		keys[v.K] = true
	}
	return keys
}

func TestJoinIsThePairs(t *testing.T) {
	checkSides(t, func(a, b Stream[Keyed[string, side]]) Stream[matched] {
		return Join(a, b, "join", func(k string, v, w side) matched { return matched{k, Some(v), Some(w)} })
	}, naiveJoin(false, false))
}

func TestLeftJoinIsThePairsAndTheRestOfA(t *testing.T) {
	checkSides(t, func(a, b Stream[Keyed[string, side]]) Stream[matched] {
		return LeftJoin(a, b, "join", func(k string, v side, w Optional[side]) matched { return matched{k, Some(v), w} })
	}, naiveJoin(true, false))
}

func TestRightJoinIsThePairsAndTheRestOfB(t *testing.T) {
	checkSides(t, func(a, b Stream[Keyed[string, side]]) Stream[matched] {
		return RightJoin(a, b, "join", func(k string, v Optional[side], w side) matched { return matched{k, v, Some(w)} })
	}, naiveJoin(false, true))
}

func TestOuterJoinIsThePairsAndTheRestOfBoth(t *testing.T) {
	checkSides(t, func(a, b Stream[Keyed[string, side]]) Stream[matched] {
		return OuterJoin(a, b, "join", func(k string, v, w Optional[side]) matched { return matched{k, v, w} })
	}, naiveJoin(true, true))
}

// A stream may be joined with itself: both sides of the match change at once.
func TestJoinWithItself(t *testing.T) {
	operatorTest[side, struct{}, matched]{
		a: randomSide,
		build: func(a Stream[side], _ Stream[struct{}]) Stream[matched] {
			k := KeyBy(a, sideKey)
			return Join(k, k, "", func(k string, v, w side) matched { return matched{k, Some(v), Some(w)} })
		},
		naive: func(h []moment[side, struct{}]) []matched {
			return naiveJoin(false, false)(presentA(h), presentA(h))
		},
	}.check(t)
}

// Joins that feed each other see consistent epochs: a row in the middle comes and
// goes in the same epoch at both.
func TestJoinOfJoins(t *testing.T) {
	checkSides(t, func(a, b Stream[Keyed[string, side]]) Stream[matched] {
		first := LeftJoin(a, b, "first", func(_ string, v side, w Optional[side]) side { return side{v.K, v.N + w.Value.N} })
		return OuterJoin(KeyBy(first, sideKey), b, "second", func(k string, v, w Optional[side]) matched { return matched{k, v, w} })
	}, func(a, b []side) []matched {
		var first []side
		for _, m := range naiveJoin(true, false)(a, b) {
			first = append(first, side{m.K, m.A.Value.N + m.B.Value.N})
		}
		return naiveJoin(true, true)(first, b)
	})
}

// Values without == are told apart by their encoding.
func TestJoinOfSlices(t *testing.T) {
	checkSides(t, func(a, b Stream[Keyed[string, side]]) Stream[matched] {
		wrap := func(s Stream[Keyed[string, side]]) Stream[Keyed[string, []side]] {
			return Map(s, func(v Keyed[string, side]) Keyed[string, []side] {
				return Keyed[string, []side]{v.Key, []side{v.Value}}
			})
		}
		return Join(wrap(a), wrap(b), "join", func(k string, v, w []side) matched { return matched{k, Some(v[0]), Some(w[0])} })
	}, naiveJoin(false, false))
}

// What is wrong with the definition of a join is an error of Validate.
func TestJoinIsDefinedWrongly(t *testing.T) {
	pair := func(string, side, side) side { return side{} }
	g, other := New("graph"), New("other")
	a, b := NewFeed[Keyed[string, side]](g, "a").Stream(), NewFeed[Keyed[string, side]](other, "b").Stream()
	for name, define := range map[string]func() *Graph{
		"another graph": func() *Graph { Join(a, b, "j1", pair); return g },
		"no function":   func() *Graph { Join[string, side, side, side](a, a, "j2", nil); return g },
		"no patch":      func() *Graph { UpdateCells[string, side, side](a, a, "j3", nil); return g },
		"no reference": func() *Graph {
			Lookup(a, b, "j4", nil, func(Keyed[string, side], Optional[side]) int { return 0 })
			return g
		},
		"no condition": func() *Graph { Split(b, nil); return other },
	} {
		g := define()
		if g.Validate() == nil {
			t.Errorf("%s: no error", name)
		}
		g.problems = nil
	}
	var zero Stream[Keyed[string, side]]
	if s := Join(a, zero, "j5", pair); s.n != nil || g.Validate() != nil {
		t.Errorf("a join with nothing is %v, %v", s.n, g.Validate())
	}
}

// Ten thousand rows share a key: a change of the other side's rows that come and
// go in one epoch touches none of them.
func TestOuterRowsStayWhenTheOtherSideChanges(t *testing.T) {
	g := New("hot")
	a, b := NewFeed[Keyed[string, int]](g, "a"), NewFeed[Keyed[string, int]](g, "b")
	out := new(nothing[string])
	To(LeftJoin(a.Stream(), b.Stream(), "join", func(_ string, v int, w Optional[int]) string { return fmt.Sprint(v, w) }), "out", out)
	s, err := startStepper(t.Context(), g, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]Delta[Keyed[string, int]], 10_000)
	for i := range rows {
		rows[i] = Delta[Keyed[string, int]]{Keyed[string, int]{"hot", i}, +1}
	}
	one := func(v, diff int) []Delta[Keyed[string, int]] {
		return []Delta[Keyed[string, int]]{{Keyed[string, int]{"hot", v}, diff}}
	}
	for i, c := range []struct {
		a, b []Delta[Keyed[string, int]]
		want int
	}{
		{a: rows, want: 10_000},
		{b: append(one(1, +1), one(1, -1)...), want: 20_000}, // matches that cancel, nothing by itself
		{b: one(1, +1), want: 20_000},
		{a: one(7, -1), want: 1},
		{a: one(7, +1), want: 1},
	} {
		out.n = 0
		err := s.step(t.Context(), func() {
			deliver(t, a, Batch[Keyed[string, int]]{Deltas: c.a})
			deliver(t, b, Batch[Keyed[string, int]]{Deltas: c.b})
		})
		if err != nil {
			t.Fatal(err)
		}
		if out.n != c.want {
			t.Errorf("epoch %d has %d differences, want %d", i+1, out.n, c.want)
		}
	}
}
