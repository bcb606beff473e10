package flat

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
	"ragserver/index/vectors"
)

var _ index.Saver = (*Leg)(nil)

// A leg that is loaded answers like the one that was saved, skips the epoch that
// it holds, and goes on.
func TestSavedLegIsLoaded(t *testing.T) {
	l := open(t, Config{}, vectors.Kernels()[0])
	var changes []index.Change
	for i := range 300 {
		changes = append(changes, indextest.Add(i, index.Row(i)))
	}
	later := []index.Change{indextest.Remove(7, 7), indextest.Add(900, 900)}
	if err := l.Apply(t.Context(), 1, changes); err != nil {
		t.Fatal(err)
	}
	snap := l.Snapshot()
	if err := l.Apply(t.Context(), 2, later); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := l.Save(t.Context(), snap, dir, ""); err != nil {
		t.Fatal(err)
	}
	loaded := open(t, Config{}, vectors.Kernels()[0])
	if err := loaded.Load(t.Context(), dir, 1); err != nil {
		t.Fatal(err)
	}
	for epoch, c := range [][]index.Change{changes, later} {
		if err := loaded.Apply(t.Context(), rag.Epoch(epoch+1), c); err != nil {
			t.Fatal(err)
		}
		want := [2]int{300, 300}[epoch]
		if got := loaded.Snapshot().Len(); got != want {
			t.Fatalf("epoch %d: %d chunks, want %d", epoch+1, got, want)
		}
	}
	q := index.Query{Vector: indextest.Vector(900), K: 20}
	got, err := loaded.Snapshot().Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	want, err := l.Snapshot().Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestDamagedLegStaysEmpty(t *testing.T) {
	l := open(t, Config{}, vectors.Kernels()[0])
	dir := t.TempDir()
	if err := l.Save(t.Context(), l.Snapshot(), dir, ""); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("nothing was saved", err)
	}
	if err := os.Truncate(files[0], 3); err != nil {
		t.Fatal(err)
	}
	if err := l.Load(t.Context(), dir, 4); !errors.Is(err, index.ErrCorrupt) {
		t.Errorf("got error %v, want one that matches ErrCorrupt", err)
	}
	if err := l.Apply(t.Context(), 1, []index.Change{indextest.Add(1, 1)}); err != nil {
		t.Fatal(err)
	}
	if l.Snapshot().Len() != 1 {
		t.Errorf("%d chunks, want 1", l.Snapshot().Len())
	}
}
