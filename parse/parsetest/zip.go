package parsetest

import (
	"archive/zip"
	"bytes"
	"maps"
	"slices"
	"testing"
)

// Zip returns an archive of members, by name.
func Zip(t testing.TB, members map[string]string) []byte {
	t.Helper()
	var list []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		list = append(list, name, members[name])
	}
	return ZipInOrder(t, list...)
}

// ZipInOrder returns an archive of members: names and texts in turn.
func ZipInOrder(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for pair := range slices.Chunk(members, 2) {
		f, err := w.Create(pair[0])
		if err == nil {
			_, err = f.Write([]byte(pair[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
