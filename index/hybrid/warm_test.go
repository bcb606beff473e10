package hybrid

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"ragserver/index/indextest"
	inverted "ragserver/index/metadata"
)

// runs runs x and returns, when that has nothing more to do at once, how to end
// it.
func runs(t *testing.T, x *Index) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- x.Run(ctx) }()
	synctest.Wait()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// The fields of the configuration, and those that filters had asked for when the
// index was saved, are indexed after a start; not before Restore, and what is
// found does not depend on it.
func TestFieldsAreIndexedAheadOfFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, dir := newMemory(), t.TempDir()
		r := rand.New(rand.NewPCG(6, 6))
		for range 20 {
			m.step(r)
		}
		expect := func(what string, x *Index, want ...string) {
			t.Helper()
			if got := x.fieldNames(); !slices.Equal(got, want) {
				t.Errorf("%s: fields %q are indexed, want %q", what, got, want)
			}
		}
		warm := func(c *Config) { c.Warm = []string{"n"} }
		inB := &Filter{Key: "b", Match: inGroups("b").Match, Expr: inverted.Equal{Field: "group", Value: "b"}}
		q := ask(1, 1000)
		q.Filter = inB

		x := saversBoth.open(t, dir, files{}, warm)
		end := runs(t, x)
		expect("before Restore", x)
		restore(t, x, m)
		synctest.Wait()
		expect("after Restore", x, "n")
		want := hitsOf(t, x, q)
		expect("after a filter", x, "group", "n")
		save(t, x)
		end()
		kill(t, x)

		x = saversBoth.open(t, dir, files{})
		restore(t, x, m)
		expect("before Run", x)
		end = runs(t, x)
		expect("after a start", x, "group", "n")
		if got := hitsOf(t, x, q); len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("%d hits, want the same %d", len(got), len(want))
		}
		m.docs[50], m.chunk[5001], m.texts[indextest.ID(5001)] = "b", 50, addChunk(50, 5001).Text
		m.epoch++
		applyBatch(t, x, m.epoch, Batch{Documents: []DocumentChange{aDocument(50, "b")}, Chunks: []ChunkChange{addChunk(50, 5001)}})
		if got := hitsOf(t, x, q); len(got) != len(want)+1 {
			t.Errorf("%d hits after another document, want %d", len(got), len(want)+1)
		}
		end()
		kill(t, x)
	})
}
