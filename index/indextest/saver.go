package indextest

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index"
)

// A saver is a leg that can be saved.
type saver interface {
	index.Leg
	index.Saver
}

// testSave saves a state while the leg goes on, and reads it back: it answers as
// it did, goes on from there, and can be saved again beside what is the same.
func testSave(t *testing.T, s Subject) {
	leg := s.open(t).(saver)
	fill(t, leg, 1, 400)
	for n := range 60 {
		apply(t, leg, rag.Epoch(2+n), Remove(n, index.Row(n)), Add(500+n, index.Row(500+n)))
	}
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	dir := t.TempDir()
	done := make(chan error)
	go func() { done <- leg.Save(t.Context(), snapshot, dir, "") }()
	for n := range 60 {
		apply(t, leg, rag.Epoch(100+n), Remove(100+n, index.Row(100+n)), Add(700+n, index.Row(700+n)))
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	second := s.load(t, dir, 61)
	s.sameAnswers(t, second, snapshot)
	apply(t, second, 61, Remove(399, 399)) // skipped: the epoch is held
	apply(t, second, 62, Remove(61, 61), Add(900, 61))
	if found := now(t, second, s.query(900, 1)); len(found) != 1 || found[0].Row != 61 {
		t.Errorf("found %v, want row 61", found)
	}
	after := second.Snapshot()
	defer after.Close()
	again := t.TempDir()
	if err := second.Save(t.Context(), after, again, dir); err != nil {
		t.Fatal(err)
	}
	s.sameAnswers(t, s.load(t, again, 62), after)
}

func (s Subject) load(t *testing.T, dir string, epoch rag.Epoch) saver {
	t.Helper()
	leg := s.open(t).(saver)
	if err := leg.Load(t.Context(), dir, epoch); err != nil {
		t.Fatal(err)
	}
	return leg
}

func (s Subject) sameAnswers(t *testing.T, leg index.Leg, want index.Snapshot) {
	t.Helper()
	got := leg.Snapshot()
	defer got.Close()
	if got.Len() != want.Len() {
		t.Fatalf("Len = %d, want %d", got.Len(), want.Len())
	}
	hits, all := 0, 0
	for n := range 30 {
		q := s.broad(n, 50)
		a, b := search(t, want, q), search(t, got, q)
		if s.Recall > 0 {
			a = exact(t, want, q, 1000)
		}
		if s.Recall == 0 {
			if diff := cmp.Diff(a, b); diff != "" {
				t.Fatalf("query %d (-saved +loaded)\n%s", n, diff)
			}
		}
		scores := make(map[index.Row]float64)
		for _, f := range a {
			scores[f.Row] = f.Score
		}
		for _, f := range b {
			if score, ok := scores[f.Row]; ok && score == f.Score {
				hits++
			}
		}
		all += len(a)
	}
	if float64(hits) < s.Recall*float64(all) {
		t.Errorf("%d of the %d best are found", hits, all)
	}
}

// testDamage changes what was saved: bytes, and the ends of files. It is noticed,
// and leaves a leg that can be filled.
func testDamage(t *testing.T, s Subject) {
	leg := s.open(t).(saver)
	fill(t, leg, 1, 100)
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	dir := t.TempDir()
	if err := leg.Save(t.Context(), snapshot, dir, ""); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(5, 5))
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			damaged := append([]byte(nil), whole...)
			switch {
			case i < 40 && len(whole) > 0:
				damaged[random.IntN(len(whole))] ^= 1 << random.IntN(8)
			default:
				damaged = damaged[:random.IntN(len(whole)+1)]
			}
			s.loadDamaged(t, dir, path, damaged, snapshot)
		}
		s.loadDamaged(t, dir, path, nil, snapshot)
		if err := replace(path, whole); err != nil {
			t.Fatal(err)
		}
	}
}

// replace writes a new file: the old one may be mapped into memory.
func replace(path string, data []byte) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if data == nil {
		return nil
	}
	return os.WriteFile(path, data, 0o600)
}

func (s Subject) loadDamaged(t *testing.T, dir, path string, data []byte, want index.Snapshot) {
	t.Helper()
	if err := replace(path, data); err != nil {
		t.Fatal(err)
	}
	leg := s.Open(t, t.TempDir()).(saver)
	defer leg.Close()
	err := leg.Load(t.Context(), dir, 1)
	if err == nil {
		s.sameAnswers(t, leg, want) // the damage is where nothing is
		return
	}
	if !errors.Is(err, index.ErrCorrupt) {
		t.Fatalf("%s: %v, want an error that says corrupt", filepath.Base(path), err)
	}
	fill(t, leg, 1, 20)
	if found := now(t, leg, s.query(7, 1)); len(found) != 1 || found[0].Row != 7 {
		t.Errorf("%s: after the damage found %v, want row 7", filepath.Base(path), found)
	}
}
