package vectors

import (
	"math/bits"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// inMemory is the number of parts of slabs that are not in files.
func inMemory(t *Table) int {
	n := 0
	for _, s := range t.slabs {
		if s != nil {
			n += slabParts - bits.OnesCount64(s.mapped)
		}
	}
	return n
}

// What was saved is read from the files, and what is written later from memory.
func TestSavedRowsLieInFiles(t *testing.T) {
	const dim = 40
	c := Config{Rows: "disk"}
	r := rand.New(rand.NewPCG(20, 20))
	s, twin := history(t, c, dim), history(t, Config{}, dim)
	old := s.Table()
	if got := inMemory(old); got != 3*slabParts {
		t.Fatalf("before: %d parts in memory, want %d", got, 3*slabParts)
	}
	last := save(t, s, old, "")
	if got := inMemory(s.Table()); got != 0 {
		t.Errorf("saved: %d parts in memory, want 0", got)
	}
	for i := range 40 {
		// Slot 0 is empty, 6 and 9 too; and some that were never filled.
		added := []Entry{
			{Slot: Slot([]int{0, 6, 9}[i%3]), Row: uint32(i), Vector: random(r, dim, 3)},
			{Slot: Slot(900 + i), Row: uint32(50 + i), Vector: random(r, dim, 3)},
		}
		var removed []Slot
		if i >= 3 {
			removed = []Slot{added[0].Slot}
		}
		for _, s := range []*Store{s, twin} {
			s.Publish(s.Write(removed, nil))
			s.Publish(s.Write(nil, added))
		}
		if i == 0 {
			if got := inMemory(s.Table()); got != 2 {
				t.Errorf("two slots filled: %d parts in memory, want 2", got)
			}
		}
		sameTable(t, s.Table(), twin.Table())
		if i%10 == 9 {
			// A write that was begun keeps the rows where they are.
			next := s.Write([]Slot{5}, nil)
			last = save(t, s, s.Table(), last)
			if inMemory(s.Table()) == 0 {
				t.Error("rows were moved between Write and Publish")
			}
			s.Publish(next)
			twin.Publish(twin.Write([]Slot{5}, nil))
			if got := inMemory(s.Table()); got != 0 {
				t.Errorf("saved again: %d parts in memory, want 0", got)
			}
			sameTable(t, s.Table(), twin.Table())
		}
	}
	last = save(t, s, s.Table(), last)
	sameTable(t, load(t, c, last).Table(), twin.Table())
	loaded := load(t, c, last)
	if got := inMemory(loaded.Table()); got != 0 {
		t.Errorf("loaded: %d parts in memory, want 0", got)
	}
}

// Rows that came in after the state that is saved stay in memory, and so does what
// shares a part with them.
func TestRowsWrittenDuringSaveStay(t *testing.T) {
	s, twin := history(t, Config{Rows: "disk"}, 30), history(t, Config{}, 30)
	table := s.Table()
	v := table.Vector(1)
	for _, s := range []*Store{s, twin} {
		s.Publish(s.Write(nil, []Entry{{Slot: 500, Row: 1, Vector: v}}))
	}
	dir := save(t, s, table, "")
	if got := inMemory(s.Table()); got != 1 {
		t.Errorf("%d parts in memory, want 1", got)
	}
	sameTable(t, s.Table(), twin.Table())
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	sameTable(t, s.Table(), twin.Table())
}

// Memory is given back while others read.
func TestGivingBackLosesNothing(t *testing.T) {
	s := history(t, Config{Rows: "disk"}, 30)
	save(t, s, s.Table(), "")
	table := s.Table()
	slots := []Slot{1, 2, 4, 5, 7}
	p := new(Probe)
	p.SetSlot(table, 10)
	want := make([]float32, len(slots))
	p.Exact(table, slots, want)
	done := make(chan bool)
	for range 2 {
		go func() {
			ok := true
			got := make([]float32, len(slots))
			for range touchLimit {
				p.Exact(table, slots, got)
				ok = ok && slices.Equal(got, want)
			}
			done <- ok
		}()
	}
	for range 2 {
		if !<-done {
			t.Error("other scores")
		}
	}
}

func TestRowsElsewhereAreRefused(t *testing.T) {
	if _, err := New(Config{Rows: "tape"}); err == nil {
		t.Error("tape was taken")
	}
}
