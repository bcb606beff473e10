package pebblestore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"ragserver/store"
)

func write(t *testing.T, s store.Store, key, value string, sync bool) {
	t.Helper()
	b := new(store.Batch)
	b.Put([]byte(key), []byte(value))
	if err := s.Commit(b, sync); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, s store.Reader, key, value string) {
	t.Helper()
	if got, err := s.Get([]byte(key)); err != nil || string(got) != value {
		t.Errorf("Get(%q) = %q, %v; want %q", key, got, err, value)
	}
}

func TestSecondOpenIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, quiet(dir))
	write(t, s, "a", "1", true)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{dir, link} {
		_, err := Open(quiet(name))
		if !errors.Is(err, store.ErrLocked) || !strings.Contains(err.Error(), name) {
			t.Errorf("second Open of %q: %v, want ErrLocked with the folder", name, err)
		}
	}
	write(t, s, "a", "2", true)
	want(t, s, "a", "2")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, quiet(dir))
	want(t, s, "a", "2")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestKilledProcessLosesNothing copies what the operating system holds while
// the store is open, as a killed process would leave it.
func TestKilledProcessLosesNothing(t *testing.T) {
	dir, left := t.TempDir(), filepath.Join(t.TempDir(), "left")
	s := mustOpen(t, quiet(dir))
	defer s.Close()
	for i := range 100 {
		write(t, s, fmt.Sprint(i), "v", false)
	}
	if err := os.CopyFS(left, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	again := mustOpen(t, quiet(left))
	defer again.Close()
	for i := range 100 {
		want(t, again, fmt.Sprint(i), "v")
	}
}

// TestLossOfPowerKeepsASyncedPrefix crashes a file system that forgets what was
// not synced. Some logs are full and have been closed by then.
func TestLossOfPowerKeepsASyncedPrefix(t *testing.T) {
	fs := vfs.NewCrashableMem()
	c := quiet("/store")
	c.fs = roomy(fs)
	s := mustOpen(t, c)
	defer s.Close()
	big := strings.Repeat("0123456789abcdef", 4<<10) // 64 KiB
	for i := range 40 {
		write(t, s, fmt.Sprint(i), big, i == 19 || i == 30)
	}
	for i := range 5 {
		write(t, s, fmt.Sprint("late", i), "v", false)
	}
	c.fs = roomy(fs.CrashClone(vfs.CrashCloneCfg{}))
	again := mustOpen(t, c)
	defer again.Close()
	for i := range 31 {
		want(t, again, fmt.Sprint(i), big)
	}
	gap := false
	for i := 31; i < 45; i++ {
		key := fmt.Sprint(i)
		if i >= 40 {
			key = fmt.Sprint("late", i-40)
		}
		v, err := again.Get([]byte(key))
		if err != nil {
			t.Fatal(err)
		}
		if gap && v != nil {
			t.Errorf("commit %q survived although an earlier one did not", key)
		}
		gap = gap || v == nil
	}
	if !gap {
		t.Error("every unsynced commit survived: this test does not test syncing")
	}
}

// A tight file system says how much is free and fails writes while it is full.
type tight struct {
	vfs.FS
	free atomic.Int64
}

func (f *tight) GetDiskUsage(string) (vfs.DiskUsage, error) {
	return vfs.DiskUsage{AvailBytes: uint64(f.free.Load())}, nil
}

func newTight(inject errorfs.Injector) *tight { return roomy(errorfs.Wrap(vfs.NewMem(), inject)) }

func roomy(fs vfs.FS) *tight {
	f := &tight{FS: fs}
	f.free.Store(1 << 40)
	return f
}

func TestFullDiskRefusesInTime(t *testing.T) {
	fs := newTight(errorfs.Any())
	c := quiet("/store")
	c.fs, c.Reserve = fs, 10<<20
	s := mustOpen(t, c)
	defer s.Close()
	write(t, s, "a", "1", false)
	fs.free.Store(10<<20 + 1000)
	s.room.at = s.room.at.Add(-asked)
	b := new(store.Batch)
	b.Put([]byte("a"), make([]byte, 600))
	if err := s.Commit(b, false); !errors.Is(err, store.ErrFull) {
		t.Fatalf("Commit with too little room: %v, want ErrFull", err)
	}
	want(t, s, "a", "1")
	write(t, s, "b", "small enough", true)
	fs.free.Store(1 << 40)
	if err := s.Commit(b, true); err != nil {
		t.Errorf("Commit when there is room again: %v", err)
	}
}

func TestFullDiskAtOpening(t *testing.T) {
	fs := newTight(errorfs.Any())
	c := quiet("/store")
	c.fs = fs
	fs.free.Store(1000)
	if _, err := Open(c); !errors.Is(err, store.ErrFull) {
		t.Errorf("Open on a full disk: %v, want ErrFull", err)
	}
	fs.free.Store(1 << 40)
	s := mustOpen(t, c)
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestTakenReserveIsWaitedFor lets every write find the disk full while the
// free space looks good, as when another program takes it.
func TestTakenReserveIsWaitedFor(t *testing.T) {
	var failing atomic.Bool
	var failed atomic.Int64
	hit := make(chan struct{}, 1)
	c := quiet("/store")
	c.fs = newTight(errorfs.InjectorFunc(func(op errorfs.Op) error {
		if !failing.Load() || op.Kind != errorfs.OpFileWrite {
			return nil
		}
		if failed.Add(1) == 3 {
			hit <- struct{}{}
		}
		return &os.PathError{Op: "write", Path: op.Path, Err: syscall.ENOSPC}
	}))
	s := mustOpen(t, c)
	write(t, s, "a", "1", true)
	failing.Store(true)
	done := make(chan error)
	go func() {
		b := new(store.Batch)
		b.Put([]byte("a"), []byte("2"))
		done <- s.Commit(b, true)
	}()
	<-hit
	want(t, s, "missing", "") // readers go on
	failing.Store(false)
	if err := <-done; err != nil {
		t.Fatalf("Commit after a wait: %v", err)
	}
	want(t, s, "a", "2")
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestFailingDiskEndsCommits fails the n-th write to the log for good.
func TestFailingDiskEndsCommits(t *testing.T) {
	for n := int64(1); n <= 4; n++ {
		var writes atomic.Int64
		var counting atomic.Bool
		c := quiet("/store")
		c.fs = newTight(errorfs.InjectorFunc(func(op errorfs.Op) error {
			if counting.Load() && strings.HasSuffix(op.Path, ".log") && op.Kind == errorfs.OpFileWrite && writes.Add(1) >= n {
				return &os.PathError{Op: "write", Path: op.Path, Err: syscall.EIO}
			}
			return nil
		}))
		s := mustOpen(t, c)
		write(t, s, "before", "v", true)
		counting.Store(true)
		var err error
		for i := 0; err == nil && i < 100; i++ {
			b := new(store.Batch)
			b.Put([]byte("k"), []byte(fmt.Sprint(i)))
			err = s.Commit(b, i%2 == 0)
		}
		if !errors.Is(err, syscall.EIO) {
			t.Fatalf("write %d fails: Commit says %v, want EIO", n, err)
		}
		b := new(store.Batch)
		if again := s.Commit(b, true); !errors.Is(again, syscall.EIO) || !strings.Contains(again.Error(), "started again") {
			t.Errorf("a later Commit says %v", again)
		}
		want(t, s, "before", "v")
		if err := s.Close(); !errors.Is(err, syscall.EIO) {
			t.Errorf("Close of a broken store says %v", err)
		}
	}
}

func TestTooLargeBatchIsRefused(t *testing.T) {
	s := mustOpen(t, quiet(t.TempDir()))
	defer s.Close()
	b, same := new(store.Batch), make([]byte, 64<<20)
	for i := range 17 {
		b.Put([]byte{byte(i)}, same)
	}
	if err := s.Commit(b, false); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("Commit of 1088 MiB: %v, want ErrTooLarge", err)
	}
	write(t, s, "a", "1", false)
	want(t, s, "a", "1")
}
