package dataflow

import (
	"math"
	"testing"
	"time"
)

// naiveInterval returns the pairs, and the rows without a partner on the sides that
// are asked for.
func naiveInterval(h []moment[event, quote], lower, upper time.Duration, left, right bool) (rows []timeRow) {
	quotes := presentB(h)
	paired := make([]bool, len(quotes))
	for _, e := range presentA(h) {
		found := false
		for i, q := range quotes {
			if d := q.At.Sub(e.T); q.K == e.K && lower <= d && d <= upper {
				rows = append(rows, timeRow{Left: Some(e), Right: Some(q)})
				found, paired[i] = true, true
			}
		}
		if left && !found {
			rows = append(rows, timeRow{Left: Some(e)})
		}
	}
	for i, q := range quotes {
		if right && !paired[i] {
			rows = append(rows, timeRow{Right: Some(q)})
		}
	}
	return rows
}

func TestIntervalJoinsHaveThePairsAndTheLone(t *testing.T) {
	type joinOf func(a Stream[Keyed[string, event]], b Stream[Keyed[string, quote]], lower, upper time.Duration) Stream[timeRow]
	outer := func(_ string, e Optional[event], q Optional[quote]) timeRow { return timeRow{Left: e, Right: q} }
	for _, test := range []struct {
		name        string
		left, right bool
		join        joinOf
	}{
		{"inner", false, false, func(a Stream[Keyed[string, event]], b Stream[Keyed[string, quote]], lower, upper time.Duration) Stream[timeRow] {
			return IntervalJoin(a, eventTime, b, quoteTime, "join", lower, upper, func(_ string, e event, q quote) timeRow { return outer("", Some(e), Some(q)) })
		}},
		{"left", true, false, func(a Stream[Keyed[string, event]], b Stream[Keyed[string, quote]], lower, upper time.Duration) Stream[timeRow] {
			return IntervalLeftJoin(a, eventTime, b, quoteTime, "join", lower, upper, func(_ string, e event, q Optional[quote]) timeRow { return outer("", Some(e), q) })
		}},
		{"right", false, true, func(a Stream[Keyed[string, event]], b Stream[Keyed[string, quote]], lower, upper time.Duration) Stream[timeRow] {
			return IntervalRightJoin(a, eventTime, b, quoteTime, "join", lower, upper, func(_ string, e Optional[event], q quote) timeRow { return outer("", e, Some(q)) })
		}},
		{"outer", true, true, func(a Stream[Keyed[string, event]], b Stream[Keyed[string, quote]], lower, upper time.Duration) Stream[timeRow] {
			return IntervalOuterJoin(a, eventTime, b, quoteTime, "", lower, upper, outer)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, bounds := range [][2]time.Duration{{-2, 1}, {math.MinInt64, -4}} {
				operatorTest[event, quote, timeRow]{
					a: randomEvent, b: randomQuote,
					build: func(a Stream[event], b Stream[quote]) Stream[timeRow] {
						return test.join(KeyBy(a, eventKey), KeyBy(b, quoteKey), bounds[0], bounds[1])
					},
					naive: func(h []moment[event, quote]) []timeRow {
						return naiveInterval(h, bounds[0], bounds[1], test.left, test.right)
					},
				}.check(t)
			}
		})
	}
}

func TestIntervalsEndWhereTimeDoes(t *testing.T) {
	times := []Time{math.MinInt64, math.MinInt64 + 1, -1, 0, 1, math.MaxInt64 - 1, math.MaxInt64}
	bounds := []time.Duration{math.MinInt64, -2, 0, 2, math.MaxInt64}
	for _, lower := range bounds {
		for _, upper := range bounds {
			i := interval{lower: lower, upper: upper}
			for _, left := range times {
				for _, right := range times {
					if !i.holds(left, right) {
						continue
					}
					if first, last := i.around(left); right < first || right > last {
						t.Errorf("%d..%d: %d matches %d, which is not within %d..%d", lower, upper, left, right, first, last)
					}
					if first, last := i.reversed().around(right); left < first || left > last {
						t.Errorf("%d..%d: %d is matched by %d, which is not within %d..%d", lower, upper, right, left, first, last)
					}
				}
			}
		}
	}
}
