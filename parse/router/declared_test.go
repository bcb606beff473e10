package router_test

import (
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/router"
)

func TestArchivesAreWhatTheySayTheyAre(t *testing.T) {
	const text = "application/vnd.oasis.opendocument.text"
	manifest := `<manifest:manifest><manifest:file-entry manifest:full-path="/" manifest:media-type="` + text + `"/></manifest:manifest>`
	for _, c := range []struct {
		members []string
		want    string
	}{
		{[]string{"content.xml", "<a/>", "mimetype", text + "\n"}, text},
		{[]string{"content.xml", "<a/>", "META-INF/manifest.xml", manifest}, text},
		{[]string{"META-INF/container.xml", "<a/>", "mimetype", "application/epub+zip"}, "application/epub+zip"},
		{[]string{"META-INF/container.xml", "<a/>", "x/book.opf", "<a/>"}, "application/epub+zip"},
		{[]string{"a.txt", "<a/>", "mimetype", "application/x-anything"}, "application/zip"},
	} {
		if got := router.Detect(parse.Input{Name: "x", Data: parsetest.ZipInOrder(t, c.members...)}); got != c.want {
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
