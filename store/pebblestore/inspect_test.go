package pebblestore

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ragserver/store"
)

var update = flag.Bool("update", false, "write the golden store anew")

// filled returns the folder of a closed store with tables and a log.
func filled(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "store")
	s := mustOpen(t, quiet(dir))
	fill(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func fill(t *testing.T, s *Store) {
	t.Helper()
	for i := range 40 {
		write(t, s, fmt.Sprintf("key %02d", i), strings.Repeat(fmt.Sprint("value ", i, " "), 1+i%3), false)
	}
	if err := s.db.Flush(); err != nil {
		t.Fatal(err)
	}
	write(t, s, "in the log", "yes", true)
}

// contents returns the bytes of every file in dir, except the lock's.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != "LOCK" {
			all[e.Name()] = string(data)
		}
	}
	return all
}

func one(t *testing.T, dir, pattern string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("no %s in %s (%v)", pattern, dir, err)
	}
	return found[len(found)-1]
}

func edit(t *testing.T, path string, f func([]byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, f(data), 0o600); err != nil {
		t.Fatal(err)
	}
}

func half(b []byte) []byte   { return b[:len(b)/2] }
func nothing([]byte) []byte  { return nil }
func garble(b []byte) []byte { return bytes.Repeat([]byte("garbage!"), len(b)/8+1)[:len(b)] }

func TestCorruptStoreIsRefusedUntouched(t *testing.T) {
	for _, c := range []struct {
		name, file string
		damage     func([]byte) []byte
	}{
		{"garbled manifest", "MANIFEST-*", garble},
		{"truncated manifest", "MANIFEST-*", func(b []byte) []byte { return b[:20] }},
		{"empty manifest", "MANIFEST-*", nothing},
		{"truncated table", "*.sst", half},
		{"empty table", "*.sst", nothing},
		{"garbled format", formatFile, garble},
		{"empty format", formatFile, nothing},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filled(t)
			edit(t, one(t, dir, c.file), c.damage)
			refusedUntouched(t, dir)
		})
	}
	for _, file := range []string{"marker.manifest.*", "marker.format-version.*", "MANIFEST-*", "*.sst"} {
		t.Run("no "+file, func(t *testing.T) {
			dir := filled(t)
			if err := os.Remove(one(t, dir, file)); err != nil {
				t.Fatal(err)
			}
			refusedUntouched(t, dir)
		})
	}
}

func refusedUntouched(t *testing.T, dir string) {
	t.Helper()
	before := contents(t, dir)
	s, err := Open(quiet(dir))
	if err == nil {
		s.Close()
	}
	if !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "move the folder away") {
		t.Fatalf("Open says %v, want ErrCorrupt with the folder and what to do", err)
	}
	if after := contents(t, dir); !maps.Equal(before, after) {
		t.Error("the refused store has changed on disk")
	}
}

func TestGarbledTableIsFoundByReading(t *testing.T) {
	dir := filled(t)
	edit(t, one(t, dir, "*.sst"), func(b []byte) []byte { return append(garble(b[:100]), b[100:]...) })
	s := mustOpen(t, quiet(dir))
	defer s.Close()
	if _, err := s.Get([]byte("key 00")); !errors.Is(err, store.ErrCorrupt) {
		t.Errorf("Get from a garbled table: %v, want ErrCorrupt", err)
	}
	var last error
	for _, err := range s.Scan(nil) {
		last = err
	}
	if !errors.Is(last, store.ErrCorrupt) {
		t.Errorf("Scan of a garbled table ends with %v, want ErrCorrupt", last)
	}
}

func TestTornLogLosesOnlyItsEnd(t *testing.T) {
	dir := filled(t)
	edit(t, one(t, dir, "*.log"), func(b []byte) []byte { return b[:12] })
	s := mustOpen(t, quiet(dir))
	defer s.Close()
	want(t, s, "in the log", "")
	want(t, s, "key 00", "value 0 ")
}

func TestFolderThatIsNoStore(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filled(t)
	edit(t, filepath.Join(newer, formatFile), func([]byte) []byte { return []byte(formatPrefix + "2\n") })
	for _, c := range []struct{ dir, want string }{
		{dir, "holds other things"},
		{file, "is a file"},
		{filepath.Join(file, "below"), "not a directory"},
		{newer, "newer version"},
		{"", "no folder"},
	} {
		if _, err := Open(quiet(c.dir)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), c.dir) {
			t.Errorf("Open(%q) says %v, want %q", c.dir, err, c.want)
		}
	}
	if got := contents(t, dir); len(got) != 1 || got["file"] != "mine" {
		t.Errorf("the refused folder holds %q now", got)
	}
}

func TestFolderWithoutPermission(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "locked")
	if err := os.Mkdir(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	s, err := Open(quiet(dir))
	if os.Geteuid() == 0 { // to root it is a folder like any other
		if err != nil || s.Close() != nil {
			t.Errorf("Open as root: %v", err)
		}
		return
	}
	if !errors.Is(err, os.ErrPermission) || !strings.Contains(err.Error(), dir) {
		t.Errorf("Open says %v, want a permission error with the folder", err)
	}
}

func TestCreationCutShortIsTakenUp(t *testing.T) {
	dir := filled(t)
	cut := t.TempDir()
	for _, name := range []string{formatFile, "MANIFEST-000001", "LOCK"} {
		data := []byte{}
		if name == formatFile {
			data = []byte(contents(t, dir)[name])
		}
		if err := os.WriteFile(filepath.Join(cut, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := mustOpen(t, quiet(cut))
	defer s.Close()
	write(t, s, "a", "1", true)
	want(t, s, "a", "1")
}

// TestGolden opens a store that an earlier build has written.
func TestGolden(t *testing.T) {
	golden := filepath.Join("testdata", "format1")
	if *update {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(golden, os.DirFS(filled(t))); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(golden)); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, quiet(dir))
	defer s.Close()
	n := 0
	for kv, err := range s.Scan([]byte("key ")) {
		if err != nil {
			t.Fatal(err)
		}
		value := strings.Repeat(fmt.Sprint("value ", n, " "), 1+n%3)
		if string(kv.Key) != fmt.Sprintf("key %02d", n) || string(kv.Value) != value {
			t.Errorf("pair %d is %q = %q", n, kv.Key, kv.Value)
		}
		n++
	}
	if n != 40 {
		t.Errorf("the golden store has %d pairs, want 40", n)
	}
	want(t, s, "in the log", "yes")
}
