package hnsw

import (
	"testing"
	"time"
)

// TestBulkIsLinkedWhenItIsOver looks at a leg while vectors come in bulk.
func TestBulkIsLinkedWhenItIsOver(t *testing.T) {
	w := newWorld(t, Config{ExactBelow: 1, Builders: 1}, clustered(10))
	coming := func() { w.leg.added.Store(time.Now().Add(time.Hour).UnixNano()) }
	w.change(t, 0, 10)
	if coming(); w.leg.rests(0) {
		t.Error("a few vectors have to wait")
	}
	w.change(t, 0, 5*bulk)
	coming()
	if !w.leg.rests(0) && w.leg.waiting.Load() > bulk {
		t.Error("the only builder works while a bulk comes")
	}
	two := &Leg{config: Config{Builders: 2}}
	two.state.Store(w.leg.state.Load())
	two.waiting.Store(2 * bulk)
	two.added.Store(time.Now().Add(time.Hour).UnixNano())
	if two.rests(0) || !two.rests(1) {
		t.Errorf("of two builders the first rests: %v, the second: %v", two.rests(0), two.rests(1))
	}
	two.waiting.Store(10_000_000)
	if two.rests(1) {
		t.Error("so many wait that searches are slow, and a builder rests")
	}
	s := w.leg.Snapshot()
	defer s.Close()
	if recall := recallOf(t, s, w.random, clustered(10), 20, nil); recall < 0.98 {
		t.Errorf("recall is %.3f while vectors wait", recall)
	}
	w.leg.added.Store(time.Now().UnixNano())
	for w.leg.waiting.Load() > 0 { // nobody calls Wait
		time.Sleep(time.Millisecond)
	}
}
