package dataflow

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

// A resettable is a sink whose output outlives its graph; it can begin again.
type resettable struct {
	ledger[Keyed[string, int]]
	resets int
}

func (r *resettable) Reset(*Tx) error {
	clear(r.at)
	r.resets++
	return nil
}

func newResettable(t *testing.T) *resettable {
	return &resettable{ledger: ledger[Keyed[string, int]]{t: t, at: make(map[Epoch][]Delta[Keyed[string, int]])}}
}

// changing is a program over one backend that is another in every run.
type changing struct {
	t       *testing.T
	backend Backend
	counts  *resettable
}

// run runs the program that build makes of the notes, with one more batch.
func (c *changing) run(build func(notes, feed Stream[note]), deltas ...Delta[note]) error {
	c.t.Helper()
	g := New("changing")
	notes, feed := NewInput(g, "notes", noteKey, JSON[note]()), NewFeed[note](g, "feed")
	build(notes.Stream(), feed.Stream())
	s, err := startStepper(c.t.Context(), g, Options{Backend: c.backend, Workers: 2})
	if err != nil {
		return err
	}
	return s.step(c.t.Context(), func() {
		if _, err := notes.Send(c.t.Context(), Batch[note]{Deltas: deltas}); err != nil {
			c.t.Fatal(err)
		}
	})
}

func byText(n note) string { return n.Text }

func (c *changing) want(want ...string) {
	c.t.Helper()
	if got := c.counts.sum(); !slices.Equal(got, want) {
		c.t.Errorf("counts are %q, want %q", got, want)
	}
}

func TestUnchangedProgramGoesOn(t *testing.T) {
	c := &changing{t, Memory(), newResettable(t)}
	build := func(notes, _ Stream[note]) {
		To(Reduce(KeyBy(notes, byText), "count", Count[note]()), "out", c.counts)
	}
	check(t, c.run(build, is("1", "x"), is("2", "x")))
	check(t, c.run(build, is("3", "x")))
	c.want("{Key:x Value:3}")
	if n := len(c.counts.at[2]); n != 2 || c.counts.resets != 0 {
		t.Errorf("the second run wrote %d differences after %d resets, want 2 after none", n, c.counts.resets)
	}
}

func TestNewOperatorGetsWhatIsThere(t *testing.T) {
	c := &changing{t, Memory(), newResettable(t)}
	check(t, c.run(func(notes, _ Stream[note]) { Collect(notes, "all") }, is("1", "x"), is("2", "x"), is("3", "y")))
	check(t, c.run(func(notes, _ Stream[note]) {
		Collect(notes, "all")
		To(Reduce(KeyBy(notes, byText), "count", Count[note]()), "out", c.counts)
	}, is("1", "y")))
	c.want("{Key:x Value:1}", "{Key:y Value:2}")
}

func TestChangedOperatorIsComputedAgain(t *testing.T) {
	for left := range 12 {
		d := &deadly{Backend: Memory()}
		c := &changing{t, d, newResettable(t)}
		byKey := func(notes, _ Stream[note]) {
			To(Reduce(KeyBy(notes, noteKey), "count", Count[note]()), "out", c.counts)
		}
		other := func(notes, _ Stream[note]) {
			texts := Map(notes, byText)
			To(Reduce(KeyBy(texts, func(s string) string { return s }), "count", Count[string]()), "out", c.counts)
		}
		check(t, c.run(byKey, is("1", "x"), is("2", "x"), is("3", "y")))
		d.left, d.after = left, left%2 == 0
		for {
			err := c.run(other, is("3", "x"))
			if err == nil {
				break
			}
			if !errors.Is(err, errDied) {
				t.Fatal(err)
			}
			d.left = 0
			if b, err := d.Get((keyspace{}).epoch()); err != nil || len(b) != 1 {
				t.Fatalf("epoch %v, %v", b, err)
			} else {
				c.counts.forget(Epoch(b[0]))
			}
		}
		c.want("{Key:x Value:3}")
	}
}

func TestChangeThatCannotBeComputedIsRefused(t *testing.T) {
	toFeed := func(_, feed Stream[note]) {
		Collect(Reduce(KeyBy(feed, byText), "count", Count[note]()), "out")
	}
	nothing := func(notes, _ Stream[note]) { Collect(notes, "all") }
	written := func(notes, _ Stream[note]) {
		To(Reduce(KeyBy(notes, byText), "count", Count[note]()), "out", &ledger[Keyed[string, int]]{t: t, at: map[Epoch][]Delta[Keyed[string, int]]{}})
	}
	rewritten := func(notes, _ Stream[note]) {
		To(Reduce(KeyBy(Map(notes, byText), func(s string) string { return s }), "count", Count[string]()), "out", &ledger[Keyed[string, int]]{t: t, at: map[Epoch][]Delta[Keyed[string, int]]{}})
	}
	for want, programs := range map[string][2]func(notes, feed Stream[note]){
		`reduce "count" is new, but there is state of earlier runs: what it reads,`:           {nothing, toFeed},
		`sink "out" reads something that has changed, but there is state of earlier runs: it`: {written, rewritten},
	} {
		c := &changing{t: t, backend: Memory()}
		check(t, c.run(programs[0], is("1", "x")))
		before := dump(t, c.backend)
		if err := c.run(programs[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got the error %v, want %q", err, want)
		}
		if after := dump(t, c.backend); !maps.Equal(before, after) {
			t.Errorf("a refused program changed the state from %q to %q", before, after)
		}
		check(t, c.run(programs[0], is("2", "x")))
	}
}

func TestStateOfARemovedOperatorIsRemoved(t *testing.T) {
	c := &changing{t, Memory(), newResettable(t)}
	check(t, c.run(func(notes, _ Stream[note]) {
		Collect(Reduce(KeyBy(notes, byText), "count", Count[note]()), "out")
	}, is("1", "x")))
	check(t, c.run(func(notes, _ Stream[note]) { Collect(notes, "out") }, is("2", "x")))
	for k := range dump(t, c.backend) {
		if bytes.Contains([]byte(k), []byte("count")) {
			t.Errorf("%q is left", k)
		}
	}
}

func dump(t *testing.T, b Backend) map[string]string {
	t.Helper()
	all := make(map[string]string)
	check(t, b.Scan(nil, func(k, v []byte) error {
		all[string(k)] = string(v)
		return nil
	}))
	return all
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
