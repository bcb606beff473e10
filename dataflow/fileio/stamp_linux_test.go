package fileio

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ragserver/dataflow"
)

// TestStampOfBefore finds an edit of the same size that has its time set back.
func TestStampOfBefore(t *testing.T) {
	dir, b := t.TempDir(), dataflow.Memory()
	then := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	read := func(want string) {
		t.Helper()
		must(t, os.Chtimes(filepath.Join(dir, "a"), then, then))
		r := start(t, ReadLines, Config{Path: dir, Static: true}, dataflow.Options{Backend: b})
		must(t, r.end())
		if counts, _, _ := r.sink.now(); counts[want] != 1 {
			t.Errorf("got %v, want %q", counts, want)
		}
	}
	write(t, dir, "a", "1\n")
	read("1")
	write(t, dir, "a", "2\n")
	read("2")
}
