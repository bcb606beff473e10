package rst_test

import (
	"fmt"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/rst"
)

const source = `=========
The Guide
=========

:Author: Ann
:Language: en

Intro with ` + "`a link <https://example.org/a>`_" + `.
Second line.

Lists
=====

- one

  - two
- three

1. first
2. second

term
    what it is

Code::

    x = 1

    y = 2

.. code-block:: python
   :linenos:

   print(1)

Deeper
------

.. note:: Take care.

   More care.

.. hidden comment
   of two lines

.. _target: https://example.org

+-----+-----+
| a   | b   |
+=====+=====+
| 1   | 2   |
+-----+-----+

=====  =====
a      b
=====  =====
1      2
=====  =====

.. function:: f(x)

   It does things.

   .. warning:: Not these.

.. include:: other.rst

.. [1] A footnote.

>>> 1 + 1
2

----

Tables
======
é last`

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, rst.New(), parse.Input{Name: "a.rst", Data: []byte(source)}, parse.Input{Name: "b.rst", Data: []byte(strings.ReplaceAll(source, "\n", "\r\n"))})
}

func read(t testing.TB, source string) (rag.Text, []string) {
	t.Helper()
	got, err := rst.New().Parse(t.Context(), parse.Input{Data: []byte(source)})
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
	const top, deep = "|The Guide/Lists|", "|The Guide/Lists/Deeper|"
	equal(t, list,
		"heading|The Guide|=========\nThe Guide\n=========", "note|The Guide|:Author: Ann\n:Language: en",
		"paragraph|The Guide|Intro with `a link <https://example.org/a>`_.\nSecond line.", "heading"+top+"Lists\n=====",
		"list"+top+"- one\n\n  - two\n- three\n\n1. first\n2. second", "list"+top+"term\n    what it is",
		"paragraph"+top+"Code::", "code"+top+"    x = 1\n\n    y = 2", "code"+top+".. code-block:: python\n   :linenos:\n\n   print(1)",
		"heading"+deep+"Deeper\n------", "note"+deep+".. note:: Take care.\n\n   More care.",
		"table"+deep+"+-----+-----+\n| a   | b   |\n+=====+=====+\n| 1   | 2   |\n+-----+-----+",
		"table"+deep+"=====  =====\na      b\n=====  =====\n1      2\n=====  =====",
		"code"+deep+".. function:: f(x)", "paragraph"+deep+"   It does things.", "note"+deep+"   .. warning:: Not these.",
		"note"+deep+".. include:: other.rst", "note"+deep+".. [1] A footnote.", "code"+deep+">>> 1 + 1\n2",
		"heading|The Guide/Tables|Tables\n======", "paragraph|The Guide/Tables|é last")
	if got.Text != source || got.Title != "The Guide" || got.Author != "Ann" || got.Language != "en" {
		t.Errorf("got %q by %q in %q", got.Title, got.Author, got.Language)
	}
	if links := got.Sections[2].Links; len(links) != 1 || links[0] != "https://example.org/a" {
		t.Errorf("got links %q", links)
	}
}

func TestLongListsAreCutIntoItems(t *testing.T) {
	var b strings.Builder
	for i := range 50 {
		fmt.Fprintf(&b, "* item %d with some more words\n  and a second line\n", i)
	}
	_, list := read(t, b.String())
	if len(list) != 50 || list[49] != "list||* item 49 with some more words\n  and a second line" {
		t.Errorf("got %d sections, the last is %q", len(list), list[len(list)-1])
	}
}

func TestDeepIndentationEnds(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		b.WriteString(strings.Repeat(" ", i) + "x\n\n")
	}
	if got, _ := read(t, b.String()); len(got.Sections) == 0 {
		t.Error("nothing was found")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(source))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, rst.New(), parse.Input{Data: data})
	})
}
