package dataflow

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// eventsOf returns the changes of each epoch, added up.
func eventsOf(h []moment[event, struct{}]) (list []Event[event]) {
	for i, m := range h {
		for _, d := range Consolidate(append([]Delta[event](nil), m.a...), func(e event) event { return e }) {
			list = append(list, Event[event]{d.Value, d.Diff, Epoch(i + 1)})
		}
	}
	return list
}

func TestToStreamIsTheChanges(t *testing.T) {
	operatorTest[event, struct{}, Event[event]]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[Event[event]] {
			return AssertAppendOnly(ToStream(a), "events")
		},
		naive: eventsOf,
	}.check(t)
}

func TestFromStreamUndoesToStream(t *testing.T) {
	operatorTest[event, struct{}, event]{
		a:     randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[event] { return FromStream(ToStream(a)) },
		naive: presentA[event, struct{}],
	}.check(t)
}

// Events can come back as assignments, and can themselves be retracted.
func TestAssignmentsOfEventsAreTheCollection(t *testing.T) {
	operatorTest[event, struct{}, Keyed[string, int]]{
		a: randomEvent,
		build: func(a Stream[event], _ Stream[struct{}]) Stream[Keyed[string, int]] {
			counts := Reduce(KeyBy(a, eventKey), "", Count[event]())
			return Upsert(Map(ToStream(counts), AssignmentOf[string, int]), "")
		},
		naive: func(h []moment[event, struct{}]) []Keyed[string, int] {
			n := make(map[string]int)
			for _, v := range presentA(h) {
				n[v.K]++
			}
			var list []Keyed[string, int]
			for k, v := range n {
				list = append(list, Keyed[string, int]{k, v})
			}
			return list
		},
	}.check(t)

	operatorTest[Event[event], struct{}, event]{
		a:     func(r *rand.Rand) Event[event] { return Event[event]{Value: randomEvent(r), Diff: 1 + r.IntN(2)} },
		build: func(a Stream[Event[event]], _ Stream[struct{}]) Stream[event] { return FromStream(a) },
		naive: func(h []moment[Event[event], struct{}]) (list []event) {
			for _, e := range presentA(h) {
				for range e.Diff {
					list = append(list, e.Value)
				}
			}
			return list
		},
	}.check(t)
}

func TestAssertAppendOnlyIsTheCollection(t *testing.T) {
	operatorTest[event, struct{}, event]{
		a:          randomEvent,
		insertOnly: true,
		build:      func(a Stream[event], _ Stream[struct{}]) Stream[event] { return AssertAppendOnly(a, "") },
		naive:      presentA[event, struct{}],
	}.check(t)
}

func TestAssertAppendOnlyNamesWhatIsRetracted(t *testing.T) {
	for _, workers := range []int{1, 4} {
		g := New("grows")
		in := NewFeed[string](g, "in")
		Collect(AssertAppendOnly(in.Stream(), "log"), "out")
		s, err := startStepper(t.Context(), g, Options{Workers: workers, eager: true})
		if err != nil {
			t.Fatal(err)
		}
		send := func(deltas ...Delta[string]) error {
			return s.step(t.Context(), func() { deliver(t, in, Batch[string]{Deltas: deltas}) })
		}
		if err := send(Delta[string]{"a", -1}, Delta[string]{"b", +1}, Delta[string]{"a", +1}); err != nil {
			t.Errorf("what comes and goes: %v", err)
		}
		err = send(Delta[string]{"b", -1})
		if want := `append only "log": b was retracted`; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// An epoch of many parts is added up on the way.
func TestToStreamOfABatch(t *testing.T) {
	g := New("batch")
	in := NewFeed[int](g, "in")
	out := Collect(ToStream(in.Stream()), "out")
	stop := background(t, g, Options{Static: true, Workers: 2, MaxBatch: 100})
	const rounds = 200
	for i := range rounds {
		deltas := make([]Delta[int], 0, 100)
		for v := range 50 {
			deltas = append(deltas, Delta[int]{v, +1}, Delta[int]{v + 50*(i%2), -1})
		}
		deliver(t, in, Batch[int]{Deltas: deltas})
	}
	in.Close()
	if err := g.Drained(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	got := out.Values()
	if len(got) != 100 {
		t.Errorf("%d events, want 100", len(got))
	}
	for _, e := range got {
		want := rounds / 2
		if e.Value >= 50 {
			want = -want
		}
		if e.Diff != want || e.Epoch != 1 {
			t.Errorf("event %+v, want a difference of %d in epoch 1", e, want)
		}
	}
}
