package hnsw

import (
	"testing"

	"ragserver/index"
)

// The width that a leg chooses for itself finds as much as is wanted, of what is
// asked for beside what is stored, and it says so.
func TestWidthGivesTheRecall(t *testing.T) {
	for _, want := range []float64{0.9, 0.99} {
		w := newWorld(t, Config{ExactBelow: 1, Recall: want, M: 8, EfConstruction: 60}, clustered(60))
		w.change(t, 0, 5000)
		w.wait(t)
		s := w.leg.Snapshot()
		got := recallOf(t, s, w.random, w.cloud, 200, nil)
		s.Close()
		g := w.leg.Graph()
		if got < want-0.01 || g.Recall < want || g.Width == 0 || g.Vectors != 5000 || g.Waiting != 0 {
			t.Errorf("recall %.3f, want %v: %+v", got, want, g)
		}
	}
}

// What is asked most counts when it is harder than what is stored.
func TestRealQuestionsCount(t *testing.T) {
	w := newWorld(t, Config{ExactBelow: 1, M: 8, EfConstruction: 60}, clustered(60))
	w.change(t, 0, 5000)
	w.wait(t)
	before := w.leg.Graph().Width
	far := func() []float32 { return normalized(gaussian(w.random)) }
	s := w.leg.Snapshot()
	defer s.Close()
	for range samples * keepEvery {
		if _, err := s.Search(t.Context(), index.Query{Vector: far(), K: 10}); err != nil {
			t.Fatal(err)
		}
	}
	w.wait(t)
	if after := w.leg.Graph().Width; after != 0 && after <= before { // 0: no width was enough
		t.Errorf("width %d, and %d before questions from nowhere", after, before)
	}
}
