package bm25

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

// save saves a leg of one segment with deletions and a head, and returns the
// folder and what a leg that loads it should say.
func save(t testing.TB) (dir string, want []index.Scored) {
	t.Helper()
	l := open(t, Config{})
	defer l.Close()
	var changes []index.Change
	for n := range 12 {
		changes = append(changes, indextest.Add(n, index.Row(n)))
	}
	apply(t, l, 1, changes...)
	l = load(t, saved1(t, l, ""))
	apply(t, l, 3, indextest.Remove(3, 3), indextest.Remove(8, 8), indextest.Add(50, 50))
	want = answers(t, l)
	return saved1(t, l, ""), want
}

// saved1 saves the present state of l in a new folder.
func saved1(t testing.TB, l *Leg, last string) string {
	t.Helper()
	dir := t.TempDir()
	s := l.Snapshot()
	defer s.Close()
	if err := l.Save(t.Context(), s, dir, last); err != nil {
		t.Fatal(err)
	}
	return dir
}

func load(t testing.TB, dir string) *Leg {
	t.Helper()
	l := open(t, Config{})
	if err := l.Load(t.Context(), dir, 2); err != nil {
		t.Fatal(err)
	}
	return l
}

func apply(t testing.TB, l *Leg, epoch rag.Epoch, changes ...index.Change) {
	t.Helper()
	if err := l.Apply(t.Context(), epoch, changes); err != nil {
		t.Fatal(err)
	}
}

// answers asks l for all that it has.
func answers(t testing.TB, l *Leg) []index.Scored {
	t.Helper()
	s := l.Snapshot()
	defer s.Close()
	found, err := s.Search(t.Context(), index.Query{Text: "river* window mountain garden +u*", K: 100, Syntax: true})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestSaveAndLoad(t *testing.T) {
	dir, want := save(t)
	l := load(t, dir)
	defer l.Close()
	if diff := cmp.Diff(want, answers(t, l)); diff != "" || len(want) != 11 {
		t.Errorf("%d chunks were there (-before +after)\n%s", len(want), diff)
	}
	apply(t, l, 2, indextest.Remove(5, 5)) // is held
	apply(t, l, 3, indextest.Remove(6, 6))
	if n := len(answers(t, l)); n != 10 {
		t.Errorf("%d chunks after one was removed, want 10", n)
	}
	if err := l.Load(t.Context(), dir, 9); err == nil {
		t.Error("a leg that is not empty was loaded")
	}
}

func TestUnchangedFilesAreLinked(t *testing.T) {
	first, _ := save(t)
	l := load(t, first)
	defer l.Close()
	apply(t, l, 3, indextest.Remove(7, 7), indextest.Add(60, 60))
	second := saved1(t, l, first)
	linked, written := 0, 0
	for _, name := range files(t, second) {
		a, errA := os.Stat(filepath.Join(first, name))
		b, err := os.Stat(filepath.Join(second, name))
		if err != nil {
			t.Fatal(err)
		}
		if errA == nil && os.SameFile(a, b) {
			linked++
		} else {
			written++
		}
	}
	if linked != 2 || written != 2 {
		t.Errorf("%d files are linked and %d written, want 2 segments, and 1 with the manifest", linked, written)
	}
	third := saved1(t, l, filepath.Join(first, "nowhere"))
	if diff := cmp.Diff(answers(t, l), answers(t, load(t, third))); diff != "" {
		t.Errorf("without the folder before: (-want +got)\n%s", diff)
	}
}

func files(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestDamageIsNoticed flips every byte of every file, and cuts each at every
// length.
func TestDamageIsNoticed(t *testing.T) {
	dir, _ := save(t)
	l := open(t, Config{})
	for _, name := range files(t, dir) {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		try := func(what string, at int) {
			t.Helper()
			if err := l.Load(t.Context(), dir, 1); !errors.Is(err, index.ErrCorrupt) {
				t.Fatalf("%s %s at %d: %v, want it to be corrupt", name, what, at, err)
			}
			if l.Snapshot().Len() != 0 {
				t.Fatalf("%s %s at %d: the leg is not empty", name, what, at)
			}
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i, b := range whole {
			_, err := f.WriteAt([]byte{b ^ 1<<(i%8)}, int64(i))
			if err != nil {
				t.Fatal(err)
			}
			try("flipped", i)
			if _, err := f.WriteAt([]byte{b}, int64(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(path, append(bytes.Clone(whole), 0), 0o600); err != nil {
			t.Fatal(err)
		}
		for i := len(whole) + 1; i >= 0; i-- {
			if err := f.Truncate(int64(i)); err != nil {
				t.Fatal(err)
			}
			if i != len(whole) {
				try("cut", i)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if err := l.Load(t.Context(), dir, 1); !errors.Is(err, index.ErrCorrupt) {
			t.Fatalf("without %s: %v, want it to be corrupt", name, err)
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	load(t, dir)
}

func TestASaveThatEndsHalfwayIsCorrupt(t *testing.T) {
	whole, _ := save(t)
	l := load(t, whole)
	defer l.Close()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := l.Snapshot()
	defer s.Close()
	if err := l.Save(ctx, s, dir, ""); !errors.Is(err, context.Canceled) {
		t.Fatalf("Save: %v, want it to be cancelled", err)
	}
	if err := open(t, Config{}).Load(t.Context(), dir, 1); !errors.Is(err, index.ErrCorrupt) {
		t.Errorf("Load: %v, want it to be corrupt", err)
	}
	other := open(t, Config{})
	if err := other.Save(t.Context(), s, t.TempDir(), ""); err == nil {
		t.Error("a leg saved a snapshot of another one")
	}
}

func TestAnotherConfigIsNotLoaded(t *testing.T) {
	dir, _ := save(t)
	for _, c := range []Config{{K1: 1.3}, {B: 0.7}, {Boosts: Boosts{Title: 2}}, {Analyzer: "standard"}} {
		if err := open(t, c).Load(t.Context(), dir, 1); !errors.Is(err, index.ErrCorrupt) {
			t.Errorf("%+v: %v, want it to be corrupt", c, err)
		}
	}
}

func TestFilesThatCannotBeReadAreNotCorrupt(t *testing.T) {
	if err := corrupt("x", fs.ErrPermission); errors.Is(err, index.ErrCorrupt) {
		t.Errorf("%v is said to be corrupt", err)
	}
}

// FuzzSegment reads any bytes as a segment, with a checksum that is right.
func FuzzSegment(f *testing.F) {
	dir, _ := save(f)
	for _, name := range files(f, dir) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if verify(data) == nil {
			if _, err := openSegment(data); err != nil {
				t.Logf("verified, but %v", err)
			}
			return
		}
		name := filepath.Join(t.TempDir(), "x.segment")
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := (saved{File: "x.segment"}).open(name); err == nil {
			t.Fatal("bytes with a wrong checksum were read")
		}
	})
}
