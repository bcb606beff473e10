package main

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestDataFolderInsideASourceIsLeftOut(t *testing.T) {
	root := t.TempDir()
	for _, tc := range []struct {
		source, data string
		want         []string
	}{
		{root, filepath.Join(root, "data"), []string{"data"}},
		{root, filepath.Join(root, "a", "b*[c]"), []string{`a/b\*\[c\]`}},
		{filepath.Join(root, "docs"), filepath.Join(root, "data"), nil},
		{filepath.Join(root, "data", "docs"), filepath.Join(root, "data"), nil},
		{root, root, nil},
	} {
		if got := inside(tc.source, tc.data); !slices.Equal(got, tc.want) {
			t.Errorf("source %s, data %s: got %q, want %q", tc.source, tc.data, got, tc.want)
		}
	}
}

func TestSourceIsNamedByItsPath(t *testing.T) {
	for path, want := range map[string]string{"docs": "docs", "./docs/": "docs", "a/../b": "b", "/x:y": "/x_y"} {
		if got := sourceName(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
}
