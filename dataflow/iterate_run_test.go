package dataflow

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// steps runs a graph of one feed of arcs, one epoch at a time.
type steps struct {
	t *testing.T
	g *Graph
	f *Feed[arc]
	s *stepper
}

func startSteps(t *testing.T, o Options, build func(Stream[arc])) steps {
	t.Helper()
	g := New("steps")
	f := NewFeed[arc](g, "arcs")
	build(f.Stream())
	o.MaxBatch = 1 << 20
	s, err := startStepper(t.Context(), g, o)
	if err != nil {
		t.Fatal(err)
	}
	return steps{t, g, f, s}
}

func (s steps) step(diff int, arcs ...arc) error {
	s.t.Helper()
	deltas := make([]Delta[arc], len(arcs))
	for i, a := range arcs {
		deltas[i] = Delta[arc]{a, diff}
	}
	return s.s.step(s.t.Context(), func() { deliver(s.t, s.f, Batch[arc]{Deltas: deltas}) })
}

func (s steps) must(diff int, arcs ...arc) {
	s.t.Helper()
	if err := s.step(diff, arcs...); err != nil {
		s.t.Fatal(err)
	}
}

// path leads from 0 to n.
func path(n int) (arcs []arc) {
	for i := range n {
		arcs = append(arcs, arc{From: i, To: i + 1})
	}
	return arcs
}

func longerArc(a arc) arc { return arc{a.From, a.To + 1, a.Length} }

func TestIterateEndsWhatDoesNotSettle(t *testing.T) {
	runaway := func(limit ...IterateOption) (steps, *Collection[arc]) {
		var out *Collection[arc]
		s := startSteps(t, Options{}, func(a Stream[arc]) {
			grown := Iterate(a, "runaway", func(_ *Scope, x Stream[arc]) Stream[arc] { return Map(x, longerArc) }, limit...)
			out = Collect(grown, "out")
		})
		return s, out
	}
	s, _ := runaway()
	err := s.step(+1, arc{})
	if want := `iterate "runaway": has not settled after 1000 iterations`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
	s, out := runaway(Limit(3))
	s.must(+1, arc{To: 1})
	if got := fmt.Sprint(out.Values()); got != "[{0 4 0}]" {
		t.Errorf("after 3 iterations it is %s", got)
	}
}

func TestIterateSaysWhereAPanicIs(t *testing.T) {
	s := startSteps(t, Options{Workers: 2}, func(a Stream[arc]) {
		grown := Iterate(a, "careful", func(_ *Scope, x Stream[arc]) Stream[arc] {
			return Map(x, func(a arc) arc {
				if a.To == 3 {
					panic("three")
				}
				return longerArc(a)
			})
		})
		Collect(grown, "out")
	})
	err := s.step(+1, arc{})
	var p *PanicError
	if want := `iterate "careful": iteration 4: map#2: panic: three`; !errors.As(err, &p) || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func iterationOf[T any](g *Graph) *iteration[T] {
	for _, o := range g.running.ops {
		if it, ok := o.stage.(*iteration[T]); ok {
			return it
		}
	}
	return nil
}

// Passes of a long path go with it, and so does what they have stored.
func TestIterateDropsIdlePasses(t *testing.T) {
	for _, durable := range []bool{false, true} {
		b, o := Memory(), Options{Workers: 2, MaxKeys: 64}
		if durable {
			o.Backend = b
		}
		var out *Collection[marked]
		s := startSteps(t, o, func(a Stream[arc]) { out = Collect(components(a), "out") })
		s.must(+1, path(16)...)
		it := iterationOf[marked](s.g)
		if n := len(it.passes); n != 17 {
			t.Errorf("%d passes for a path of 16 arcs, want 17: one for each arc and one that sees the end", n)
		}
		s.must(-1, path(16)[2:]...)
		s.must(+1, arc{From: 5, To: 6})
		if n := len(it.passes); n < 3 || n > 10 {
			t.Errorf("%d passes for a path of 2 arcs", n)
		}
		if durable {
			checkStored(t, b, s.g, len(it.passes))
		}
		s.must(+1, path(12)[2:]...)
		if got, want := sorted(out.Values()), sorted(componentsOf(path(12))); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("a path again has\n%v, want\n%v", got, want)
		}
	}
}

// checkStored fails if there is state of other passes than the first ones.
func checkStored(t *testing.T, b Backend, g *Graph, passes int) {
	t.Helper()
	prefix := g.keys.key('s', "components", "\xff")
	stored := make(map[int]bool)
	err := b.Scan(prefix, func(k, _ []byte) error {
		var pass int
		if _, err := fmt.Fscanf(bytes.NewReader(k[len(prefix):]), "%d/", &pass); err != nil {
			return err
		}
		stored[pass] = true
		return nil
	})
	if err != nil || len(stored) == 0 {
		t.Errorf("state of %d passes, %v", len(stored), err)
	}
	for pass := range stored {
		if pass >= passes {
			t.Errorf("there is state of pass %d of %d", pass, passes)
		}
	}
}

// A change costs what it changes, whatever else there is.
func TestIterateWorksInProportionToTheChange(t *testing.T) {
	const groups = 500
	var calls int
	s := startSteps(t, Options{Workers: 1}, func(arcs Stream[arc]) {
		arcs = flatten(arcs, bothWays)
		labels := Map(uniqueOf(Map(arcs, arcFrom)), ownLabel)
		found := Iterate(labels, "", func(s *Scope, x Stream[marked]) Stream[marked] {
			x = Map(x, func(m marked) marked {
				calls++
				return m
			})
			near := Join(x, Enter(s, KeyBy(arcs, arcFrom)), "", follow)
			return Reduce(Concat(near, Enter(s, labels)), "", Min(markOf))
		})
		Collect(found, "out")
	})
	var all []arc
	for i := range groups {
		for _, a := range path(4) {
			all = append(all, arc{a.From + 10*i, a.To + 10*i, 0})
		}
	}
	s.must(+1, all...)
	if calls < 5*groups {
		t.Fatalf("%d calls for %d groups: the test does not count", calls, groups)
	}
	for _, diff := range []int{-1, +1} {
		calls = 0
		s.must(diff, arc{From: 2500, To: 2501})
		if calls == 0 || calls > 50 {
			t.Errorf("a change of one arc made %d calls in a graph of %d", calls, len(all))
		}
	}
}

// What follows an iteration knows which batches it is part of, and nothing holds
// on to a batch that is done.
func TestIterateBeforeAsync(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newSlow()
		r := &rig{t: t, g: New("test"), sink: new(epochs[string])}
		r.in = NewInput(r.g, "notes", noteKey, JSON[note]())
		x := Iterate(r.in.Stream(), "shorter", func(_ *Scope, x Stream[note]) Stream[note] {
			return Map(x, func(n note) note { return note{n.Key, n.Text[:min(1, len(n.Text))]} })
		})
		done := Async(x, s.AsyncConfig)
		To(Map(done, func(d Done[note, string]) string { return d.In.Key + "=" + d.Result }), "sink", r.sink)
		r.run(Options{Workers: 2})
		for _, text := range []string{"one", "two", "three", "four"} {
			ticket := r.send(is("a", text))
			if err := r.g.Wait(t.Context(), ticket); err != nil {
				t.Fatal(err)
			}
		}
		r.drain()
		r.sink.want(t, "+1a=O", "-1a=O +1a=T", "-1a=T +1a=F")
	})
}

func TestIterateOfABatch(t *testing.T) {
	g := New("batch")
	in := NewFeed[arc](g, "arcs")
	out := Collect(components(in.Stream()), "out")
	stop := background(t, g, Options{Static: true, Workers: 2, MaxBatch: 8})
	arcs := path(60)
	for _, a := range arcs {
		deliver(t, in, Batch[arc]{Deltas: []Delta[arc]{{a, +1}, {arc{a.To, a.From, 9}, +1}}})
		deliver(t, in, Batch[arc]{Deltas: []Delta[arc]{{arc{a.To, a.From, 9}, -1}}})
	}
	in.Close()
	if err := g.Drained(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(sorted(out.Values())), fmt.Sprint(sorted(componentsOf(arcs))); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
