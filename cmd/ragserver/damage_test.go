package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
)

// damage spoils, every other time, one file of the index that the server would
// load, and returns its name; "" if it has not.
func (h *history) damage() string {
	h.t.Helper()
	dir := filepath.Join(h.data, "index", "checkpoint")
	files := []string{filepath.Join(dir, "manifest")}
	manifest, err := os.ReadFile(files[0])
	if errors.Is(err, os.ErrNotExist) || h.random.IntN(2) == 0 {
		return ""
	}
	h.must(err)
	var current struct{ Folder string }
	_, line, _ := bytes.Cut(manifest, []byte("\n"))
	h.must(json.Unmarshal(line, &current))
	h.must(eachFile(filepath.Join(dir, current.Folder), func(file string) error {
		files = append(files, file)
		return nil
	}))
	file := h.pick(files)
	data, err := os.ReadFile(file)
	h.must(err)
	switch how := h.random.IntN(3); {
	case len(data) == 0:
		return ""
	case how == 0:
		data = data[:h.random.IntN(len(data))]
	case how == 1 && file != files[0]: // without a manifest nothing was saved
		h.must(os.Remove(file))
		return file
	default:
		data[h.random.IntN(len(data))] ^= 1 << h.random.IntN(8)
	}
	// A file beside it takes its place: it may be linked from elsewhere.
	h.must(os.WriteFile(file+".damaged", data, 0o600))
	h.must(os.Rename(file+".damaged", file))
	return file
}

// rebuilt wants the server to say, in its log and status, that it could not use
// all of the saved index.
func (h *history) rebuilt(damaged string) {
	h.t.Helper()
	h.server.await("the status says that "+damaged+" was damaged", func() bool { return h.server.statistics().IndexRebuilt != "" })
	h.server.log.await(h.t, h.server.ended, regexp.MustCompile(`(cannot be used)`))
}
