// Package ooxmltest makes documents for the tests of parsers.
package ooxmltest

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
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(members[name]))
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

// Relations returns the part that holds relations: ID, type and target of each, in
// this order. A target with a colon is outside the document.
func Relations(list ...[3]string) string {
	var b bytes.Buffer
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, r := range list {
		mode := ""
		if bytes.ContainsRune([]byte(r[2]), ':') {
			mode = ` TargetMode="External"`
		}
		b.WriteString(`<Relationship Id="` + r[0] + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + r[1] + `" Target="` + r[2] + `"` + mode + `/>`)
	}
	b.WriteString(`</Relationships>`)
	return b.String()
}
