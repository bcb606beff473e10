package dataflow

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// quote is the right side of the tests of joins by time.
type quote struct {
	K     string
	At    Time
	Price float64
}

func randomQuote(r *rand.Rand) quote {
	return quote{K: string(rune('a' + r.IntN(3))), At: Time(r.IntN(20)), Price: float64(r.IntN(3)) / 2}
}

func quoteKey(q quote) string { return q.K }
func quoteTime(q quote) Time  { return q.At }

// timeRow is what comes out of the tests of joins by time.
type timeRow struct {
	Of    string // the side whose row it is, where that matters
	Left  Optional[event]
	Right Optional[quote]
}

// quotesByKey returns the right side by key, in the order of time.
func quotesByKey(h []moment[event, quote]) map[string][]quote {
	m := make(map[string][]quote)
	for _, q := range presentB(h) {
		m[q.K] = append(m[q.K], q)
	}
	for _, list := range m {
		slices.SortFunc(list, func(a, b quote) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Price, b.Price)) })
	}
	return m
}

// naiveMatch returns the match for time t among peers, which are in order.
func naiveMatch[T any](d Direction, t Time, peers []T, at func(T) Time) Optional[T] {
	var back, forth Optional[T]
	for _, p := range peers {
		if at(p) <= t {
			back = Some(p)
		}
		if at(p) >= t && !forth.OK {
			forth = Some(p)
		}
	}
	switch {
	case d == Backward:
		return back
	case d == Forward:
		return forth
	case !back.OK, forth.OK && at(forth.Value)-t < t-at(back.Value):
		return forth
	}
	return back
}

// naiveAsOf returns the rows of the left with their matches.
func naiveAsOf(h []moment[event, quote], d Direction) (rows []timeRow) {
	quotes := quotesByKey(h)
	for _, e := range presentA(h) {
		rows = append(rows, timeRow{"left", Some(e), naiveMatch(d, e.T, quotes[e.K], quoteTime)})
	}
	return rows
}

var directions = []Direction{Backward, Forward, Nearest}

func TestAsOfJoinFindsTheMatch(t *testing.T) {
	for _, d := range directions {
		t.Run(d.String(), func(t *testing.T) {
			operatorTest[event, quote, timeRow]{
				a: randomEvent, b: randomQuote,
				build: func(a Stream[event], b Stream[quote]) Stream[timeRow] {
					return AsOfJoin(KeyBy(a, eventKey), eventTime, KeyBy(b, quoteKey), quoteTime, "asof", d,
						func(_ string, e event, q quote) timeRow { return timeRow{"left", Some(e), Some(q)} })
				},
				naive: func(h []moment[event, quote]) []timeRow {
					return slices.DeleteFunc(naiveAsOf(h, d), func(r timeRow) bool { return !r.Right.OK })
				},
			}.check(t)
		})
	}
}

func TestAsOfLeftJoinKeepsRowsWithoutAMatch(t *testing.T) {
	for _, d := range directions {
		t.Run(d.String(), func(t *testing.T) {
			operatorTest[event, quote, timeRow]{
				a: randomEvent, b: randomQuote,
				build: func(a Stream[event], b Stream[quote]) Stream[timeRow] {
					return AsOfLeftJoin(KeyBy(a, eventKey), eventTime, KeyBy(b, quoteKey), quoteTime, "", d,
						func(_ string, e event, q Optional[quote]) timeRow { return timeRow{"left", Some(e), q} })
				},
				naive: func(h []moment[event, quote]) []timeRow { return naiveAsOf(h, d) },
			}.check(t)
		})
	}
}

func TestAsOfOuterJoinHasTheRowsOfBothSides(t *testing.T) {
	for _, d := range directions {
		t.Run(d.String(), func(t *testing.T) {
			operatorTest[event, quote, timeRow]{
				a: randomEvent, b: randomQuote,
				build: func(a Stream[event], b Stream[quote]) Stream[timeRow] {
					return AsOfOuterJoin(KeyBy(a, eventKey), eventTime, KeyBy(b, quoteKey), quoteTime, "asof", d,
						func(_ string, e event, q Optional[quote]) timeRow { return timeRow{"left", Some(e), q} },
						func(_ string, e Optional[event], q quote) timeRow { return timeRow{"right", e, Some(q)} })
				},
				naive: func(h []moment[event, quote]) []timeRow {
					rows := naiveAsOf(h, d)
					events := byKeyInOrder(presentA(h), eventTime)
					for _, q := range presentB(h) {
						rows = append(rows, timeRow{"right", naiveMatch(d, q.At, events[q.K], eventTime), Some(q)})
					}
					return rows
				},
			}.check(t)
		})
	}
}
