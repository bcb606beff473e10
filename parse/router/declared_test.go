package router_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/router"
)

func TestArchivesAreWhatTheySayTheyAre(t *testing.T) {
	const text = "application/vnd.oasis.opendocument.text"
	manifest := `<manifest:manifest><manifest:file-entry manifest:full-path="/" manifest:media-type="` + text + `"/></manifest:manifest>`
	for _, c := range []struct {
		members [][2]string
		want    string
	}{
		{[][2]string{{"content.xml", "<a/>"}, {"mimetype", text + "\n"}}, text},
		{[][2]string{{"content.xml", "<a/>"}, {"META-INF/manifest.xml", manifest}}, text},
		{[][2]string{{"META-INF/container.xml", "<a/>"}, {"mimetype", "application/epub+zip"}}, "application/epub+zip"},
		{[][2]string{{"META-INF/container.xml", "<a/>"}, {"x/book.opf", "<a/>"}}, "application/epub+zip"},
		{[][2]string{{"a.txt", "<a/>"}, {"mimetype", "application/x-anything"}}, "application/zip"},
	} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, m := range c.members {
			f, err := w.Create(m[0])
			if err == nil {
				_, err = f.Write([]byte(m[1]))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if got := router.Detect(parse.Input{Name: "x", Data: b.Bytes()}); got != c.want {
			t.Errorf("%q: got %q, want %q", c.members, got, c.want)
		}
	}
}

func TestSingleFileOfOpenDocumentIsNoMereXML(t *testing.T) {
	doc := `<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ` + strings.Repeat(`xmlns:a="urn:x" `, 400) +
		`office:mimetype="application/vnd.oasis.opendocument.presentation">`
	if got := router.Detect(parse.Input{Name: "a.xml", Data: []byte(doc)}); got != "application/vnd.oasis.opendocument.presentation" {
		t.Errorf("got %q", got)
	}
}
