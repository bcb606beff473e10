package dataflow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// hotEvents returns values of few keys and many times, so that a key has several
// chunks.
func hotEvents(r *rand.Rand, n int) (list []event) {
	for range n {
		list = append(list, event{K: string(rune('a' + r.IntN(2))), N: r.IntN(3), T: Time(r.IntN(600))})
	}
	return list
}

func hotQuotes(r *rand.Rand, n int) (list []quote) {
	for range n {
		list = append(list, quote{K: string(rune('a' + r.IntN(2))), At: Time(r.IntN(600)), Price: float64(r.IntN(3)) / 2})
	}
	return list
}

func diffsOf[T any](values []T, diff int) []Delta[T] {
	list := make([]Delta[T], len(values))
	for i, v := range values {
		list[i] = Delta[T]{v, diff}
	}
	return list
}

// Keys with thousands of rows, in epochs that change hundreds of them, are what the
// oracle does not come to.
func TestTimeJoinsOfManyRows(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	var h []moment[event, quote]
	for range 8 {
		var m moment[event, quote]
		if len(h) > 0 {
			events, quotes := presentA(h), presentB(h)
			r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
			r.Shuffle(len(quotes), func(i, j int) { quotes[i], quotes[j] = quotes[j], quotes[i] })
			m.a = diffsOf(events[:r.IntN(len(events))], -1)
			m.b = diffsOf(quotes[:r.IntN(len(quotes))], -1)
		}
		m.a = append(m.a, diffsOf(hotEvents(r, r.IntN(800)), +1)...)
		m.b = append(m.b, diffsOf(hotQuotes(r, 1+r.IntN(800)), +1)...)
		h = append(h, m)
	}
	lefts := func(_ string, e event, q Optional[quote]) timeRow { return timeRow{"left", Some(e), q} }
	for _, d := range directions {
		timeJoinTrial(t, seed, h, func(a Stream[Keyed[string, event]], b Stream[Keyed[string, quote]]) Stream[timeRow] {
			return AsOfLeftJoin(a, eventTime, b, quoteTime, "join", d, lefts)
		}, func(h []moment[event, quote]) []timeRow { return naiveAsOf(h, d) })
	}
	timeJoinTrial(t, seed, h, func(a Stream[Keyed[string, event]], b Stream[Keyed[string, quote]]) Stream[timeRow] {
		return IntervalOuterJoin(a, eventTime, b, quoteTime, "join", -2, 0,
			func(_ string, e Optional[event], q Optional[quote]) timeRow { return timeRow{"", e, q} })
	}, func(h []moment[event, quote]) []timeRow { return naiveInterval(h, -2, 0, true, true) })
}

// timeJoinTrial compares what comes out of a join after every epoch of h, with a
// naive computation.
func timeJoinTrial(t *testing.T, seed uint64, h []moment[event, quote],
	join func(Stream[Keyed[string, event]], Stream[Keyed[string, quote]]) Stream[timeRow], naive func([]moment[event, quote]) []timeRow) {
	t.Helper()
	g := New("trial")
	a, b := NewFeed[event](g, "a"), NewFeed[quote](g, "b")
	c := Collect(join(KeyBy(a.Stream(), eventKey), KeyBy(b.Stream(), quoteKey)), "out")
	s, err := startStepper(t.Context(), g, Options{Workers: 2, MaxBatch: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range h {
		err := s.step(t.Context(), func() {
			deliver(t, a, Batch[event]{Deltas: slices.Clone(m.a)})
			deliver(t, b, Batch[quote]{Deltas: slices.Clone(m.b)})
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(sorted(c.Values()), sorted(naive(h[:i+1]))) {
			t.Fatalf("seed %d: epoch %d is not what it should be", seed, i+1)
		}
	}
}

// A batch comes in many parts before the one step that outputs all.
func TestOrderedOperatorsInABatch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 0))
	h := []moment[event, quote]{{diffsOf(hotEvents(r, 3000), +1), diffsOf(hotQuotes(r, 3000), +1)}}
	g := New("batch")
	a, b := NewFeed[event](g, "a"), NewFeed[quote](g, "b")
	left, right := KeyBy(a.Stream(), eventKey), KeyBy(b.Stream(), quoteKey)
	asof := Collect(AsOfLeftJoin(left, eventTime, right, quoteTime, "", Nearest,
		func(_ string, e event, q Optional[quote]) timeRow { return timeRow{"left", Some(e), q} }), "asof")
	within := Collect(IntervalJoin(left, eventTime, right, quoteTime, "", 0, 1,
		func(_ string, e event, q quote) timeRow { return timeRow{"", Some(e), Some(q)} }), "within")
	steps := Collect(Diff(left, "", eventTime, func(prev, v event) int { return v.N - prev.N }), "steps")
	go func() {
		for i := 0; i < 3000; i += 100 {
			a.Send(t.Context(), Batch[event]{Deltas: slices.Clone(h[0].a[i : i+100])})
			b.Send(t.Context(), Batch[quote]{Deltas: slices.Clone(h[0].b[i : i+100])})
		}
		a.Close()
		b.Close()
	}()
	if err := g.Run(t.Context(), Options{Static: true, Workers: 2}); err != nil {
		t.Fatal(err)
	}
	if asof.Epoch() != 1 || !slices.Equal(sorted(asof.Values()), sorted(naiveAsOf(h, Nearest))) {
		t.Error("the as-of join is another")
	}
	if !slices.Equal(sorted(within.Values()), sorted(naiveInterval(h, 0, 1, false, false))) {
		t.Error("the interval join is another")
	}
	if n := len(steps.Values()); n != 3000 {
		t.Errorf("there are %d steps, want 3000", n)
	}
}

// A late quote revises the trades that it is the match of, and no other; the last
// one of them is in another chunk than the first.
func TestALateRowRevisesItsMatchesAlone(t *testing.T) {
	for _, test := range []struct {
		d     Direction
		at    Time // of the late quote, between those at 0 and 10000
		calls int  // a retraction and an addition for each
	}{
		{Backward, 9000, 2 * 1000}, {Forward, 1000, 2 * 1000}, {Nearest, 9000, 2 * (9500 - 4500)}, {Backward, 9999, 2},
	} {
		calls := 0
		g := New("late")
		a, b := NewFeed[event](g, "a"), NewFeed[quote](g, "b")
		To(AsOfLeftJoin(KeyBy(a.Stream(), eventKey), eventTime, KeyBy(b.Stream(), quoteKey), quoteTime, "join", test.d,
			func(_ string, e event, q Optional[quote]) timeRow { calls++; return timeRow{"", Some(e), q} }), "out", new(nothing[timeRow]))
		s, err := startStepper(t.Context(), g, Options{Workers: 1, MaxBatch: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		var trades []event
		for i := range 9999 {
			trades = append(trades, event{"k", 0, Time(i + 1)})
		}
		step := func(quotes ...quote) {
			t.Helper()
			if err := s.step(t.Context(), func() { deliver(t, b, Batch[quote]{Deltas: diffsOf(quotes, +1)}) }); err != nil {
				t.Fatal(err)
			}
		}
		deliver(t, a, Batch[event]{Deltas: diffsOf(trades, +1)})
		step(quote{"k", 0, 1}, quote{"k", 10000, 2})
		calls = 0
		step(quote{"k", test.at, 3})
		if calls != test.calls {
			t.Errorf("%v, a quote at %d: %d calls, want %d", test.d, test.at, calls, test.calls)
		}
		calls = 0
		step(quote{"k", test.at, 3}) // once more is no change
		if calls != 0 {
			t.Errorf("%v: %d calls for a second copy", test.d, calls)
		}
	}
}

// A value that comes changes three rows, and its copy one.
func TestSortReplacesTheNeighboursAlone(t *testing.T) {
	g := New("sort")
	a := NewFeed[event](g, "a")
	var got []string
	Subscribe(Sort(KeyBy(a.Stream(), eventKey), "sort", eventTime), "out", func(_ Epoch, batch []Delta[Keyed[string, Sorted[event]]]) error {
		got = got[:0]
		for _, d := range batch {
			number := func(e event) string { return fmt.Sprint(e.T) }
			s := d.Value.Value
			got = append(got, fmt.Sprintf("%+d %s<%s<%s", d.Diff, number(s.Prev.Value), number(s.Value), number(s.Next.Value)))
		}
		slices.Sort(got)
		return nil
	})
	s, err := startStepper(t.Context(), g, Options{Workers: 1, MaxBatch: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		at   []Time
		want []string
	}{
		{[]Time{10, 20, 30, 40}, []string{"+1 0<10<20", "+1 10<20<30", "+1 20<30<40", "+1 30<40<0"}},
		{[]Time{25}, []string{"+1 10<20<25", "+1 20<25<30", "+1 25<30<40", "-1 10<20<30", "-1 20<30<40"}},
		{[]Time{25}, []string{"+1 20<25<25", "+1 25<25<30", "-1 20<25<30"}},
		{[]Time{25}, []string{"+1 25<25<25"}},
	} {
		var list []event
		for _, at := range test.at {
			list = append(list, event{"k", 0, at})
		}
		if err := s.step(t.Context(), func() { deliver(t, a, Batch[event]{Deltas: diffsOf(list, +1)}) }); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("after %v: %q, want %q", test.at, got, test.want)
		}
	}
}

func TestOrderedOperatorsSayWhatIsWrong(t *testing.T) {
	g, other := New("g"), New("other")
	a, b := KeyBy(NewFeed[event](g, "a").Stream(), eventKey), KeyBy(NewFeed[quote](other, "b").Stream(), quoteKey)
	Sort[string, event, int](a, "sort", nil)
	Diff[string, event, Time, int](a, "diff", eventTime, nil)
	AsOfJoin(a, eventTime, b, quoteTime, "foreign", Backward, func(string, event, quote) int { return 0 })
	AsOfOuterJoin[string, event, event, int](a, eventTime, a, eventTime, "lacking", Backward, nil, nil)
	AsOfJoin(a, eventTime, a, eventTime, "where", 7, func(string, event, event) int { return 0 })
	IntervalJoin(a, eventTime, a, nil, "never", 2*time.Second, time.Second, func(string, event, event) int { return 0 })
	err := g.Validate()
	for _, want := range []string{
		`sort "sort" has no function for the order`, `diff "diff" has no function`, `asofjoin "foreign" reads a stream of another graph`,
		`asofouterjoin "lacking" lacks a function`, `asofjoin "where" has the unknown direction 7`,
		`intervaljoin "never" lacks a function`, `intervaljoin "never" has a lower bound above the upper one`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
	var none Stream[Keyed[string, event]]
	if Sort(none, "", eventTime).n != nil || AsOfJoin(none, eventTime, a, eventTime, "", Backward, func(string, event, event) int { return 0 }).n != nil {
		t.Error("something is made of no stream")
	}
}

// BenchmarkAsOfJoin is 100,000 trades and 100,000 quotes of 100 keys, in order of
// time but for one in ten, which is late; an event is a trade or a quote.
func BenchmarkAsOfJoin(b *testing.B) {
	const n, keys = 100_000, 100
	for _, bench := range []struct {
		name string
		o    Options
	}{
		{"batch", Options{Static: true, Workers: 1}},
		{"batch-2workers", Options{Static: true, Workers: 2}},
		{"stream", Options{Workers: 1}},
		{"durable", Options{Workers: 1, Backend: Memory()}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				asOfBenched(b, n, keys, bench.o)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(2*n), "ns/event")
		})
	}
}

func asOfBenched(b *testing.B, n, keys int, o Options) {
	g := New("bench")
	trades, quotes := NewFeed[event](g, "trades"), NewFeed[quote](g, "quotes")
	To(AsOfJoin(KeyBy(trades.Stream(), eventKey), eventTime, KeyBy(quotes.Stream(), quoteKey), quoteTime, "join", Backward,
		func(_ string, e event, q quote) float64 { return float64(e.N) * q.Price }), "out", new(nothing[float64]))
	if o.Backend != nil {
		o.Backend = Memory()
	}
	names := make([]string, keys)
	for i := range names {
		names[i] = fmt.Sprint("key", i)
	}
	go func() {
		r := rand.New(rand.NewPCG(1, 0))
		at := func(i int) Time {
			if r.IntN(10) == 0 {
				return Time(i - r.IntN(1000))
			}
			return Time(i)
		}
		for i := 0; i < n; i += 500 {
			var left []Delta[event]
			var right []Delta[quote]
			for j := i; j < i+500; j++ {
				left = append(left, Delta[event]{event{names[r.IntN(keys)], j % 7, at(j)}, +1})
				right = append(right, Delta[quote]{quote{names[r.IntN(keys)], at(j), float64(j % 11)}, +1})
			}
			trades.Send(context.Background(), Batch[event]{Deltas: left})
			quotes.Send(context.Background(), Batch[quote]{Deltas: right})
		}
		trades.Close()
		quotes.Close()
	}()
	if err := g.Run(context.Background(), o); err != nil {
		b.Fatal(err)
	}
}

// With Forget on the inputs a join keeps what is recent, whatever has gone through
// it, and so does its output.
func TestForgetBoundsAJoin(t *testing.T) {
	const epochs, perEpoch, cutoff = 30, 100, 200
	g := New("bounded")
	a, b := NewFeed[event](g, "a"), NewFeed[quote](g, "b")
	left := Forget(KeyBy(a.Stream(), eventKey), "left", func(e Keyed[string, event]) Time { return e.Value.T }, cutoff, Watermark{}).OnTime
	right := Forget(KeyBy(b.Stream(), quoteKey), "right", func(q Keyed[string, quote]) Time { return q.Value.At }, cutoff, Watermark{}).OnTime
	out := Collect(IntervalJoin(left, eventTime, right, quoteTime, "join", -5, 5,
		func(_ string, e event, q quote) timeRow { return timeRow{"", Some(e), Some(q)} }), "out")
	backend := Memory()
	s, err := startStepper(t.Context(), g, Options{Backend: backend, Workers: 2, MaxBatch: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	most := 0
	for i := range epochs {
		var events []event
		var quotes []quote
		for j := range perEpoch {
			at := Time(i*perEpoch + j)
			events, quotes = append(events, event{"k", j, at}), append(quotes, quote{"k", at, 1})
		}
		err := s.step(t.Context(), func() {
			deliver(t, a, Batch[event]{Deltas: diffsOf(events, +1)})
			deliver(t, b, Batch[quote]{Deltas: diffsOf(quotes, +1)})
		})
		if err != nil {
			t.Fatal(err)
		}
		records := 0
		if err := backend.Scan(g.keys.state("join", 0), func(_, _ []byte) error { records++; return nil }); err != nil {
			t.Fatal(err)
		}
		most = max(most, records)
	}
	// Both sides have the last 200 times and the epoch that moved the watermark.
	if limit := 2 * (cutoff + 2*perEpoch); most > limit || most == 0 {
		t.Errorf("the join has kept up to %d records, want at most %d", most, limit)
	}
	if n := len(out.Values()); n == 0 || n > 11*(cutoff+2*perEpoch) {
		t.Errorf("there are %d pairs", n)
	}
}
