package ooxml

import (
	"errors"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/ooxml/ooxmltest"
	"ragserver/parse/parsetest"
)

func TestRelationsLeadToParts(t *testing.T) {
	pkg, err := Open(parsetest.Zip(t, map[string]string{
		"_rels/.rels":           ooxmltest.Relations([3]string{"a", "officeDocument", "/Word/d.xml"}),
		"word/d.xml":            "<d/>",
		"word/_rels/d.xml.rels": ooxmltest.Relations([3]string{"a", "image", `..\media/../media/p.png`}, [3]string{"b", "hyperlink", "https://b.example/x"}, [3]string{"c", "image", "../../../etc/passwd"}),
	}))
	if err != nil {
		t.Fatal(err)
	}
	main, err := pkg.Main(t.Context(), "other.xml")
	if err != nil || !strings.EqualFold(main, "word/d.xml") {
		t.Fatalf("got %q, error %v", main, err)
	}
	if got := pkg.Related(t.Context(), "word/d.xml", "a").Target; got != "media/p.png" {
		t.Errorf("got %q", got)
	}
	if got := pkg.Related(t.Context(), "word/d.xml", "c").Target; got != "etc/passwd" {
		t.Errorf("got %q, outside of the document", got)
	}
	if got := pkg.Address(t.Context(), "word/d.xml", "b"); got != "https://b.example/x" {
		t.Errorf("got %q", got)
	}
	if got := pkg.Address(t.Context(), "word/d.xml", "a"); got != "" {
		t.Errorf("got %q for a part", got)
	}
	if got := pkg.Of(t.Context(), "word/d.xml", "image"); got != "media/p.png" {
		t.Errorf("got %q", got)
	}
}

func TestLargePartsAreNotRead(t *testing.T) {
	pkg, err := Open(parsetest.Zip(t, map[string]string{"a.xml": "<a>" + strings.Repeat("x", 100) + "</a>"}))
	if err != nil {
		t.Fatal(err)
	}
	if pkg.largest = 50; pkg.Tree(t.Context(), "a.xml") != nil {
		t.Error("it was read")
	}
	if _, err := pkg.XML("a.xml"); !errors.Is(err, parse.ErrLimit) || len(pkg.Warnings()) != 1 {
		t.Errorf("got %v, warnings %q", err, pkg.Warnings())
	}
	if pkg.largest = maxPart; pkg.Tree(t.Context(), "a.xml") == nil {
		t.Error("it was not read")
	}
}
