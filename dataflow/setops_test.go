package dataflow

import "testing"

func naiveGate(in bool) func(a, b []side) []Keyed[string, side] {
	return func(a, b []side) (list []Keyed[string, side]) {
		has := keysOf(b)
		for _, v := range a {
			if has[v.K] == in {
				list = append(list, Keyed[string, side]{v.K, v})
			}
		}
		return list
	}
}

// A key is in b while its rows number above 0, rows that are owed included; that
// is not the same as having a row, so b has one value for each key here.
func oneValue(s Stream[Keyed[string, side]]) Stream[Keyed[string, int]] {
	return Map(s, func(v Keyed[string, side]) Keyed[string, int] { return Keyed[string, int]{Key: v.Key} })
}

// checkGate is checkSides with the rows of b numbered by key.
func checkGate(t *testing.T, in bool, build func(a Stream[Keyed[string, side]], b Stream[Keyed[string, int]]) Stream[Keyed[string, side]]) {
	t.Helper()
	t.Run("ordered", func(t *testing.T) {
		operatorTest[side, side, Keyed[string, side]]{
			a: randomSide, b: randomSide,
			build: func(a, b Stream[side]) Stream[Keyed[string, side]] {
				return build(KeyBy(a, sideKey), oneValue(KeyBy(b, sideKey)))
			},
			naive: func(h []moment[side, side]) []Keyed[string, side] {
				return naiveGate(in)(presentA(h), presentB(h))
			},
		}.check(t)
	})
	t.Run("retracted first", func(t *testing.T) {
		operatorTest[signed, signed, Keyed[string, side]]{
			a: randomSigned, b: randomSigned,
			build: func(a, b Stream[signed]) Stream[Keyed[string, side]] {
				return build(unsigned(a), oneValue(unsigned(b)))
			},
			naive: func(h []moment[signed, signed]) []Keyed[string, side] {
				b := presentB(h)
				for i := range b {
					b[i].N = 0
				}
				return naiveGate(in)(settled(presentA(h)), settled(b))
			},
		}.check(t)
	})
}

func TestSemiJoinIsTheRowsWithAKeyInB(t *testing.T) {
	checkGate(t, true, func(a Stream[Keyed[string, side]], b Stream[Keyed[string, int]]) Stream[Keyed[string, side]] {
		return SemiJoin(a, b, "semi")
	})
}

func TestAntiJoinIsTheRowsWithoutAKeyInB(t *testing.T) {
	checkGate(t, false, func(a Stream[Keyed[string, side]], b Stream[Keyed[string, int]]) Stream[Keyed[string, side]] {
		return AntiJoin(a, b, "anti")
	})
}

func TestDifferenceIntersectAndRestrictGoByKey(t *testing.T) {
	checkGate(t, false, func(a Stream[Keyed[string, side]], b Stream[Keyed[string, int]]) Stream[Keyed[string, side]] {
		return Difference(a, b, "")
	})
	checkGate(t, true, func(a Stream[Keyed[string, side]], b Stream[Keyed[string, int]]) Stream[Keyed[string, side]] {
		return Restrict(Intersect(a, b, ""), b, "")
	})
}

// Groups of two rows and more, as HAVING count(*) > 1 has them.
func TestHaving(t *testing.T) {
	operatorTest[side, struct{}, Keyed[string, side]]{
		a: randomSide,
		build: func(a Stream[side], _ Stream[struct{}]) Stream[Keyed[string, side]] {
			rows := KeyBy(a, sideKey)
			many := Filter(Reduce(rows, "count", Count[side]()), func(n Keyed[string, int]) bool { return n.Value > 1 })
			return SemiJoin(rows, many, "having")
		},
		naive: func(h []moment[side, struct{}]) (list []Keyed[string, side]) {
			n := make(map[string]int)
			for _, v := range presentA(h) {
				n[v.K]++
			}
			for _, v := range presentA(h) {
				if n[v.K] > 1 {
					list = append(list, Keyed[string, side]{v.K, v})
				}
			}
			return list
		},
	}.check(t)
}

func TestUpdateRowsReplacesByKey(t *testing.T) {
	operatorTest[side, side, Keyed[string, side]]{
		a: randomSide, b: randomSide,
		build: func(a, b Stream[side]) Stream[Keyed[string, side]] {
			return UpdateRows(KeyBy(a, sideKey), KeyBy(b, sideKey), "update")
		},
		naive: func(h []moment[side, side]) []Keyed[string, side] {
			list := naiveGate(false)(presentA(h), presentB(h))
			for _, v := range presentB(h) {
				list = append(list, Keyed[string, side]{v.K, v})
			}
			return list
		},
	}.check(t)
}

func TestUpdateCellsPatchesByKey(t *testing.T) {
	patch := func(v, w side) side { return side{v.K, 10*v.N + w.N} }
	checkSides(t, func(a, b Stream[Keyed[string, side]]) Stream[Keyed[string, side]] {
		return UpdateCells(a, b, "update", patch)
	}, func(a, b []side) (list []Keyed[string, side]) {
		for _, m := range naiveJoin(true, false)(a, b) {
			v := m.A.Value
			if m.B.OK {
				v = patch(v, m.B.Value)
			}
			list = append(list, Keyed[string, side]{m.K, v})
		}
		return list
	})
}

func TestLookupFindsTheRowReferredTo(t *testing.T) {
	ref := func(v Keyed[string, side]) string { return string(rune('a' + v.Value.N)) }
	type found struct {
		A side
		B Optional[side]
	}
	checkSides(t, func(a, b Stream[Keyed[string, side]]) Stream[found] {
		return Lookup(a, b, "lookup", ref, func(v Keyed[string, side], w Optional[side]) found { return found{v.Value, w} })
	}, func(a, b []side) (list []found) {
		for _, v := range a {
			n := 0
			for _, w := range b {
				if w.K == ref(Keyed[string, side]{v.K, v}) {
					list = append(list, found{v, Some(w)})
					n++
				}
			}
			if n == 0 {
				list = append(list, found{A: v})
			}
		}
		return list
	})
}

func TestSplitIsBothParts(t *testing.T) {
	type part struct {
		Yes bool
		V   side
	}
	even := func(v side) bool { return v.N%2 == 0 }
	operatorTest[side, struct{}, part]{
		a: randomSide,
		build: func(a Stream[side], _ Stream[struct{}]) Stream[part] {
			yes, no := Split(a, even)
			return Concat(Map(yes, func(v side) part { return part{true, v} }), Map(no, func(v side) part { return part{false, v} }))
		},
		naive: func(h []moment[side, struct{}]) (list []part) {
			for _, v := range presentA(h) {
				list = append(list, part{even(v), v})
			}
			return list
		},
	}.check(t)
}
