package coderhnsw

import (
	"testing"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

func TestLeg(t *testing.T) {
	indextest.Run(t, indextest.Subject{
		Vector: true,
		Recall: 0.5, // of 500 vectors; see the package's words
		Open: func(t testing.TB, dir string) index.Leg {
			l, err := New(Config{})
			if err != nil {
				t.Fatal(err)
			}
			return l
		},
	})
}

// The graph alone panics at each of these.
func TestManyRemovalsAndAdditions(t *testing.T) {
	l, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	const n = 600
	row := index.Row(0)
	at := map[int]index.Row{}
	for round := range 4 {
		var changes []index.Change
		for i := range n {
			if old, ok := at[i]; ok {
				changes = append(changes, indextest.Remove(i, old))
				delete(at, i)
			}
			if (i+round)%3 != 0 {
				changes = append(changes, indextest.Add(i, row))
				at[i] = row
				row++
			}
		}
		if err := l.Apply(t.Context(), rag.Epoch(1+round), changes); err != nil {
			t.Fatal(err)
		}
	}
	s := l.Snapshot()
	defer s.Close()
	if s.Len() != len(at) {
		t.Fatalf("Len = %d, want %d", s.Len(), len(at))
	}
	found, err := s.Search(t.Context(), index.Query{Vector: indextest.Vector(4), K: 10})
	if err != nil || len(found) != 10 {
		t.Fatalf("%d results, %v; want 10", len(found), err)
	}
	live := map[index.Row]bool{}
	for _, r := range at {
		live[r] = true
	}
	for _, f := range found {
		if !live[f.Row] {
			t.Errorf("row %d was removed and is found", f.Row)
		}
	}
}
