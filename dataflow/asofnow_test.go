package dataflow

import (
	"maps"
	"slices"
	"testing"
)

// naiveAsOfNow goes through the epochs: it answers what is asked in one, and takes
// back the oldest answers of what is not asked any more.
func naiveAsOfNow[A, B any](h []moment[A, B], query func(A) (side, int), row func(B) (side, int), left bool) []matched {
	rows, debts := make(map[side]int), make(map[side]int)
	answers := make(map[side][][]matched) // the oldest first
	for _, m := range h {
		for _, d := range m.b {
			v, n := row(d.Value)
			rows[v] += n * d.Diff
		}
		asked := make(map[side]int)
		for _, d := range m.a {
			v, n := query(d.Value)
			asked[v] += n * d.Diff
		}
		for q, n := range asked {
			for ; n > 0; n-- {
				if debts[q] > 0 {
					debts[q]--
					continue
				}
				answers[q] = append(answers[q], naiveAnswer(q, rows, left))
			}
			for ; n < 0; n++ {
				if len(answers[q]) == 0 {
					debts[q]++
					continue
				}
				answers[q] = answers[q][1:]
			}
		}
	}
	return slices.Concat(slices.Concat(slices.Collect(maps.Values(answers))...)...)
}

func naiveAnswer(q side, rows map[side]int, left bool) (list []matched) {
	for v, n := range rows {
		for range n {
			if v.K == q.K {
				list = append(list, matched{q.K, Some(q), Some(v)})
			}
		}
	}
	if left && len(list) == 0 {
		list = append(list, matched{K: q.K, A: Some(q)})
	}
	return list
}

func checkAsOfNow(t *testing.T, left bool, build func(queries, state Stream[Keyed[string, side]]) Stream[matched]) {
	t.Helper()
	t.Run("ordered", func(t *testing.T) {
		one := func(v side) (side, int) { return v, +1 }
		operatorTest[side, side, matched]{
			a: randomSide, b: randomSide,
			build: func(a, b Stream[side]) Stream[matched] { return build(KeyBy(a, sideKey), KeyBy(b, sideKey)) },
			naive: func(h []moment[side, side]) []matched { return naiveAsOfNow(h, one, one, left) },
		}.check(t)
	})
	t.Run("retracted first", func(t *testing.T) {
		sign := func(v signed) (side, int) {
			if v.Less {
				return v.side, -1
			}
			return v.side, +1
		}
		operatorTest[signed, signed, matched]{
			a: randomSigned, b: randomSigned,
			build: func(a, b Stream[signed]) Stream[matched] { return build(unsigned(a), unsigned(b)) },
			naive: func(h []moment[signed, signed]) []matched { return naiveAsOfNow(h, sign, sign, left) },
		}.check(t)
	})
}

func TestAsOfNowJoinAnswersOnce(t *testing.T) {
	checkAsOfNow(t, false, func(queries, state Stream[Keyed[string, side]]) Stream[matched] {
		return AsOfNowJoin(queries, state, "now", func(k string, q, s side) matched { return matched{k, Some(q), Some(s)} })
	})
}

func TestAsOfNowLeftJoinAnswersEveryQuery(t *testing.T) {
	checkAsOfNow(t, true, func(queries, state Stream[Keyed[string, side]]) Stream[matched] {
		return AsOfNowLeftJoin(queries, state, "now", func(k string, q side, s Optional[side]) matched {
			return matched{k, Some(q), s}
		})
	})
}
