package dataflow

import (
	"fmt"
	"testing"
)

// readCounter is a backend that counts the records which are read.
type readCounter struct {
	Backend
	records int
}

func (c *readCounter) Get(key []byte) ([]byte, error) {
	c.records++
	return c.Backend.Get(key)
}

func (c *readCounter) Scan(prefix []byte, fn func(key, value []byte) error) error {
	return c.Backend.Scan(prefix, func(key, value []byte) error {
		c.records++
		return fn(key, value)
	})
}

// A key has thousands of rows in the backend and none in memory. A change of one
// reads as much as it has matches, not what the key has.
func TestChangeOfAHotKeyReadsItsMatches(t *testing.T) {
	type row = Keyed[string, int]
	const many = 3_000
	for name, build := range map[string]func(a, b Stream[row]) Stream[string]{
		"join": func(a, b Stream[row]) Stream[string] {
			return Join(a, b, "op", func(k string, v, w int) string { return fmt.Sprint(k, v, w) })
		},
		"outer": func(a, b Stream[row]) Stream[string] {
			return OuterJoin(a, b, "op", func(k string, v, w Optional[int]) string { return fmt.Sprint(k, v, w) })
		},
		"anti": func(a, b Stream[row]) Stream[string] {
			return Map(AntiJoin(a, b, "op"), func(v row) string { return fmt.Sprint(v.Key, v.Value) })
		},
		"now": func(a, b Stream[row]) Stream[string] {
			return AsOfNowJoin(a, b, "op", func(k string, v, w int) string { return fmt.Sprint(k, v, w) })
		},
	} {
		backend, g, out := &readCounter{Backend: Memory()}, New("hot"), new(nothing[string])
		a, b := NewFeed[row](g, "a"), NewFeed[row](g, "b")
		To(build(a.Stream(), b.Stream()), "out", out)
		s, err := startStepper(t.Context(), g, Options{Workers: 1, MaxKeys: 1, Backend: backend, MaxBatch: many})
		if err != nil {
			t.Fatal(err)
		}
		step := func(what string, inA, inB []Delta[row], want int) {
			t.Helper()
			backend.records, out.n = 0, 0
			err := s.step(t.Context(), func() {
				deliver(t, a, Batch[row]{Deltas: inA})
				deliver(t, b, Batch[row]{Deltas: inB})
			})
			if err != nil {
				t.Fatal(err)
			}
			if out.n != want {
				t.Errorf("%s, %s: %d differences, want %d", name, what, out.n, want)
			}
		}
		rows := make([]Delta[row], many)
		for i := range rows {
			rows[i] = Delta[row]{row{"hot", i}, +1}
		}
		there, others := 1, 0 // differences of a change where b has the key, and where not
		switch name {
		case "anti":
			there, others = 0, 2
		case "outer":
			others = 2
		}
		step("rows", rows, []Delta[row]{{row{"hot", 1}, +1}}, many*there)
		for i, diff := range []int{-1, +1} {
			step("others", []Delta[row]{{row{fmt.Sprint(i, "x"), 1}, +1}, {row{fmt.Sprint(i, "y"), 1}, +1}}, nil, others)
			step("hot", []Delta[row]{{row{"hot", 7}, diff}}, nil, there)
			if backend.records > 8 {
				t.Errorf("%s: a change of one row reads %d records", name, backend.records)
			}
		}
	}
}

// Rows that were not in memory leave nothing there when they have gone.
func TestSpilledRowsThatGoLeaveNothing(t *testing.T) {
	b := &builder{g: New("spilled"), workers: 1}
	b.g.opts.Backend = Memory()
	kind := newBagKind[int](b)
	r := rowsOf(kind)
	r.open(stored{b.g.opts.Backend, []byte("rows")})
	for v := range 100 {
		if more, err := r.add(v, +1); more != 1 || err != nil {
			t.Fatalf("%d is there %d more times, %v", v, more, err)
		}
		if more, err := r.add(v, -1); more != -1 || err != nil {
			t.Fatalf("%d is there %d more times, %v", v, more, err)
		}
	}
	err := r.save(func(record, value []byte) {
		if value != nil {
			t.Errorf("%q is saved as %q", record, value)
		}
	})
	if len(r.list) > 0 || err != nil {
		t.Errorf("%d rows are left, %v", len(r.list), err)
	}
}
