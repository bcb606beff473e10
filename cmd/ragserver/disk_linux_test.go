package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDiskIsWaitedFor fills the disk of the data folder: searches go on, the
// status says what is wrong, and with room again everything that changed
// meanwhile is there. It needs a file system of its own, which only root may
// mount; with RAGSERVER_CI=1 it must.
func TestFullDiskIsWaitedFor(t *testing.T) {
	t.Parallel()
	data, err := mount(t, 128<<20)
	if err != nil && os.Getenv("RAGSERVER_CI") == "" {
		t.Logf("not tried without a file system for it: %v", err)
		return
	} else if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "docs")
	put(t, root, lakes())
	config := filepath.Join(t.TempDir(), "config.yaml")
	settings := fmt.Sprintf("sources:\n  - {kind: fs, path: %s, name: docs}\nlimits: {disk_reserve: 2MiB}\n", root)
	if err := os.WriteFile(config, []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
	s := begin(t, "--config", config, "--data", data)
	s.ready()

	filler := filepath.Join(data, "filler")
	fill(t, filler)
	late := make(map[string]string) // more than fits into the space that the store holds already
	for i := range 20 {
		var text strings.Builder
		for n := range 2000 {
			fmt.Fprintf(&text, "Penguin %d of colony %d came late, at %d minutes. ", n, i, n*i)
		}
		late[fmt.Sprintf("late%d.md", i)] = text.String()
	}
	put(t, root, late)
	s.await("the status says that the disk is full", func() bool {
		trouble := strings.Join(s.statistics().Trouble, "\n")
		return strings.Contains(trouble, "cannot be written") && strings.Contains(trouble, "full")
	})
	if hits := s.search("lake", 1, "hybrid"); len(hits) != 1 {
		t.Error("with a full disk nothing is found")
	}
	if status, _, err := s.request("GET", "/healthz", nil); err != nil || status != 200 {
		t.Errorf("with a full disk: status %d, %v", status, err)
	}
	status, body, err := s.request("POST", "/v1/documents?path=big.txt", strings.Repeat("Too much. ", 100_000))
	if err != nil || status != 507 {
		t.Errorf("upload to a full disk: status %d, %v, want 507: %s", status, err, body)
	}

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.await("it goes on", func() bool { return s.statistics().Indexed == len(lakes())+len(late) && s.idle() })
	if hits := s.search("penguin of colony 19", 5, "bm25"); len(hits) != 5 {
		t.Errorf("what came meanwhile is found %d times, want 5", len(hits))
	}
	if trouble := s.statistics().Trouble; len(trouble) > 0 {
		t.Errorf("there is still trouble: %q", trouble)
	}
	s.stop()
}

// mount returns a folder with a file system of its own of this many bytes.
func mount(t *testing.T, size int) (string, error) {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		return "", fmt.Errorf("mounting a file system: %w", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmounting: %v", err)
		}
	})
	return dir, nil
}

// fill writes to file until there is no room.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}
