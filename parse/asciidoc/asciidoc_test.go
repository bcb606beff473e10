package asciidoc_test

import (
	"fmt"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/asciidoc"
	"ragserver/parse/parsetest"
)

const source = `= The Guide
Ann Author <ann@example.org>
v1.0, 2026-01-02
:lang: de
:toc:

Intro with https://example.org/a[a link].

== Lists

* one
** two

* three
+
----
attached
----
. first

term:: what it is

[source,go]
----
func f() {}

== no heading
----

.A caption
[cols="1,2"]
|===
|a |b

|1 |2
|===

=== Notes

NOTE: Take care.

[WARNING]
====
Inside.

More.
====

[[anchor]]
== Quotes

____
Quoted.
____

////
hidden
////
// hidden too
image::a.png[A picture]
include::other.adoc[]

Old style
---------

 literal text

é last`

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, asciidoc.New(), parse.Input{Name: "a.adoc", Data: []byte(source)}, parse.Input{Name: "b.adoc", Data: []byte(strings.ReplaceAll(source, "\n", "\r\n"))})
}

func read(t testing.TB, source string) (rag.Text, []string) {
	t.Helper()
	got, err := asciidoc.New().Parse(t.Context(), parse.Input{Data: []byte(source)})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	var list []string
	for _, s := range got.Sections {
		list = append(list, string(s.Kind)+"|"+strings.Join(s.Heading, "/")+"|"+got.Text[s.Start:s.End])
	}
	return got, list
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n--\n") != strings.Join(want, "\n--\n") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestStructure(t *testing.T) {
	got, list := read(t, source)
	equal(t, list,
		"heading|The Guide|= The Guide", "note|The Guide|Ann Author <ann@example.org>\nv1.0, 2026-01-02\n:lang: de\n:toc:",
		"paragraph|The Guide|Intro with https://example.org/a[a link].", "heading|The Guide/Lists|== Lists",
		"list|The Guide/Lists|* one\n** two\n\n* three\n+\n----\nattached\n----\n. first\n\nterm:: what it is",
		"code|The Guide/Lists|[source,go]\n----\nfunc f() {}\n\n== no heading\n----",
		"caption|The Guide/Lists|.A caption", "table|The Guide/Lists|[cols=\"1,2\"]\n|===\n|a |b\n\n|1 |2\n|===",
		"heading|The Guide/Lists/Notes|=== Notes", "note|The Guide/Lists/Notes|NOTE: Take care.",
		"note|The Guide/Lists/Notes|[WARNING]\n====\nInside.\n\nMore.\n====", "heading|The Guide/Quotes|[[anchor]]\n== Quotes",
		"paragraph|The Guide/Quotes|Quoted.", "caption|The Guide/Quotes|image::a.png[A picture]", "note|The Guide/Quotes|include::other.adoc[]",
		"heading|The Guide/Old style|Old style\n---------", "code|The Guide/Old style| literal text", "paragraph|The Guide/Old style|é last")
	if got.Text != source || got.Title != "The Guide" || got.Author != "Ann Author" || got.Language != "de" {
		t.Errorf("got %q by %q in %q", got.Title, got.Author, got.Language)
	}
	if links := got.Sections[2].Links; len(links) != 1 || links[0] != "https://example.org/a" {
		t.Errorf("got links %q", links)
	}
}

func TestLongListsAreCutBetweenItems(t *testing.T) {
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "* item %d with some more words\n", i)
	}
	_, list := read(t, b.String())
	if len(list) < 2 || len(list) > 4 {
		t.Errorf("got %d sections", len(list))
	}
	for _, s := range list {
		if !strings.HasPrefix(s, "list||* item") {
			t.Errorf("got %.40q", s)
		}
	}
}

func TestFencesWithoutEnd(t *testing.T) {
	_, list := read(t, "----\ncode\n\nmore")
	equal(t, list, "code||----\ncode\n\nmore")
	read(t, strings.Repeat("====\n=====\n", 5000))
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(source))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, asciidoc.New(), parse.Input{Data: data})
	})
}
