package hybrid

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/bleve"
	"ragserver/index/bm25"
	"ragserver/index/flat"
	"ragserver/index/hnsw"
)

// A saver makes any leg one that can be saved: it keeps the changes that lead
// to its state.
type saver struct {
	index.Leg
	disk disk // for Save

	mu   sync.Mutex // guards the rest
	held map[index.Row]index.Change
}

type savedSnapshot struct {
	index.Snapshot
	held map[index.Row]index.Change
}

func newSaver(leg index.Leg, d disk) *saver {
	return &saver{Leg: leg, disk: d, held: map[index.Row]index.Change{}}
}

func (l *saver) Durable() rag.Epoch { return 0 }

func (l *saver) Apply(ctx context.Context, e rag.Epoch, changes []index.Change) error {
	if err := l.Leg.Apply(ctx, e, changes); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = maps.Clone(l.held)
	for _, c := range changes {
		if c.Diff < 0 {
			delete(l.held, c.Row)
		}
	}
	for _, c := range changes {
		if c.Diff > 0 {
			l.held[c.Row] = c
		}
	}
	return nil
}

func (l *saver) Snapshot() index.Snapshot {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &savedSnapshot{l.Leg.Snapshot(), l.held}
}

func (l *saver) Save(_ context.Context, s index.Snapshot, dir, last string) error {
	if last != "" {
		if _, err := os.Stat(filepath.Join(last, "rows")); err != nil {
			return fmt.Errorf("the last folder is not whole: %w", err)
		}
	}
	sum := crc32.NewIEEE()
	err := l.disk.Write(filepath.Join(dir, "rows"), func(w io.Writer) error {
		return gob.NewEncoder(io.MultiWriter(w, sum)).Encode(s.(*savedSnapshot).held)
	})
	if err != nil {
		return err
	}
	return l.disk.Write(filepath.Join(dir, "sum"), func(w io.Writer) error {
		_, err := fmt.Fprint(w, sum.Sum32())
		return err
	})
}

func (l *saver) Load(ctx context.Context, dir string, e rag.Epoch) error {
	f, err := os.Open(filepath.Join(dir, "rows"))
	if err != nil {
		return fmt.Errorf("%w: %w", index.ErrCorrupt, err)
	}
	defer f.Close()
	want, err := os.ReadFile(filepath.Join(dir, "sum"))
	sum := crc32.NewIEEE()
	if _, copyErr := io.Copy(sum, f); copyErr != nil || err != nil || fmt.Sprint(sum.Sum32()) != string(want) {
		return fmt.Errorf("%w: rows", index.ErrCorrupt)
	}
	var held map[index.Row]index.Change
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := gob.NewDecoder(f).Decode(&held); err != nil {
		return fmt.Errorf("%w: %w", index.ErrCorrupt, err)
	}
	return l.Apply(ctx, e, slices.Collect(maps.Values(held)))
}

// A failer is a disk that fails from its n-th call on, in the middle of a write.
type failer struct {
	files
	mu     sync.Mutex // guards the rest
	left   int        // calls that succeed; negative: all
	once   bool       // only one call fails
	failed bool       // one has
}

var errBroken = errors.New("disk is broken")

// after makes the disk fail after some more calls.
func (f *failer) after(calls int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left = calls
}

func (f *failer) next() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		f.failed = true
		if f.once {
			f.left = -1
		}
		return errBroken
	}
	f.left--
	return nil
}

func (f *failer) Write(name string, fill func(w io.Writer) error) error {
	failed := f.next()
	return f.files.Write(name, func(w io.Writer) error {
		if failed != nil {
			_, err := w.Write([]byte("half of"))
			return errors.Join(failed, err)
		}
		return fill(w)
	})
}

func (f *failer) Rename(from, to string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.files.Rename(from, to)
}

func (f *failer) MkdirAll(dir string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.files.MkdirAll(dir)
}

func (f *failer) RemoveAll(name string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.files.RemoveAll(name)
}

func (f *failer) SyncDir(dir string) error {
	if err := f.next(); err != nil {
		return err
	}
	return f.files.SyncDir(dir)
}

// A setup says which legs an index has.
type setup int

const (
	flatAndBleve setup = iota // the text leg keeps its own files
	saversBoth
	bm25Saved   // the text leg saves itself
	hnswAndBM25 // both do, as by default; there is a graph from the first vector on
	setups
)

// open returns an index that saves itself in dir.
func (s setup) open(t testing.TB, dir string, d disk, change ...func(*Config)) *Index {
	t.Helper()
	var vector, text index.Leg
	vector, err := s.vector(d)
	if err != nil {
		t.Fatal(err)
	}
	if s == flatAndBleve {
		text, err = bleve.Open(bleve.Config{Dir: filepath.Join(dir, "bleve")})
	} else {
		text, err = bm25.New(bm25.Config{})
	}
	if err != nil {
		t.Fatal(err)
	}
	if s == saversBoth {
		text = newSaver(text, d)
	}
	config := Config{Dir: filepath.Join(dir, "checkpoint"), Legs: "test"}
	for _, f := range change {
		f(&config)
	}
	x, err := New(config, vector, text)
	if err != nil {
		t.Fatal(err)
	}
	x.disk = d
	return x
}

func (s setup) vector(d disk) (index.Leg, error) {
	if s == hnswAndBM25 {
		return hnsw.New(hnsw.Config{ExactBelow: 1, EfSearch: 32, M: 8, EfConstruction: 60})
	}
	leg, err := flat.New(flat.Config{})
	if err != nil {
		return nil, err
	}
	return newSaver(leg, d), nil
}

// kill ends x as a sudden end of the process does.
func kill(t testing.TB, x *Index) {
	t.Helper()
	x.mu.Lock()
	for _, s := range append(x.past, x.current) {
		x.release(s)
	}
	x.mu.Unlock()
	if err := errors.Join(x.vector.Close(), x.text.Close()); err != nil {
		t.Fatal(err)
	}
}

func save(t testing.TB, x *Index) {
	t.Helper()
	if err := x.Checkpoint(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func restore(t testing.TB, x *Index, m *memory) {
	t.Helper()
	if err := x.Restore(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}
