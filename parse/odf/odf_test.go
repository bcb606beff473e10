package odf_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/odf"
	"ragserver/parse/parsetest"
)

const spaces = ` xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" xmlns:math="http://www.w3.org/1998/Math/MathML" xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"`

const styles = `<office:styles><style:style style:name="Title" style:family="paragraph"/><style:style style:name="Hid" style:family="paragraph"><style:text-properties text:display="none"/></style:style>
<style:style style:name="Pre" style:parent-style-name="Preformatted_20_Text" style:family="paragraph"/>
<text:outline-style><text:outline-level-style text:level="1" style:num-format="1" style:num-suffix="."/></text:outline-style>
<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1"/><text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/></text:list-style></office:styles>`

const body = `<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:p text:style-name="Title">Doc</text:p><text:h text:outline-level="1">One</text:h>
<text:p>Some <text:span>words</text:span><text:s text:c="2"/>and<text:tab/>tab<text:line-break/> line <text:a xlink:href="https://a.example">link</text:a><text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>The note</text:p></text:note-body></text:note><office:annotation><dc:creator>Ann</dc:creator><text:p>Really?</text:p></office:annotation>.</text:p>
<text:p text:style-name="Hid">secret</text:p><text:section text:display="none"><text:p>secret</text:p></text:section>
<text:list text:style-name="L"><text:list-item><text:p>first</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>second</text:p></text:list-item></text:list>
<text:p><text:soft-page-break/>Next</text:p><text:p text:style-name="Pre">a  b</text:p><text:p text:style-name="Pre"> c<text:s/> d</text:p>
<table:table><table:table-header-rows><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>Item</text:p></table:table-cell><table:covered-table-cell/><table:table-cell><text:p>Price</text:p></table:table-cell></table:table-row></table:table-header-rows><table:table-row><table:table-cell><text:p>Tea |</text:p><text:p>black</text:p></table:table-cell><table:table-cell><text:p>x</text:p></table:table-cell><table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table>
<text:p><draw:frame><draw:text-box><text:p>Boxed</text:p></draw:text-box></draw:frame><draw:frame><draw:object><math:math><math:annotation>a^2</math:annotation></math:math></draw:object></draw:frame></text:p>`

func content(kind, body string) string {
	return `<office:document-content` + spaces + `>` + styles + `<office:body><office:` + kind + `>` + body + `</office:` + kind + `></office:body></office:document-content>`
}

func text(t testing.TB) []byte {
	return parsetest.Zip(t, map[string]string{
		"content.xml": content("text", body),
		"meta.xml":    `<office:document-meta` + spaces + `><office:meta><dc:title>T</dc:title><meta:initial-creator>Jane</meta:initial-creator><dc:language>de-DE</dc:language><meta:keyword>k1</meta:keyword><meta:keyword>k2</meta:keyword><meta:creation-date>2020-01-02T03:04:05</meta:creation-date></office:meta></office:document-meta>`,
		"styles.xml":  `<office:document-styles` + spaces + `><office:master-styles><style:master-page><style:footer><text:p>Foot</text:p></style:footer></style:master-page></office:master-styles></office:document-styles>`,
	})
}

func sections(got rag.Text) string {
	var b strings.Builder
	for _, s := range got.Sections {
		b.WriteString(string(s.Kind) + string(rune('0'+s.Page)) + "|" + strings.Join(s.Heading, "/") + "|" + got.Text[s.Start:s.End] + "\n")
	}
	return b.String()
}

func parsed(t *testing.T, data []byte) rag.Text {
	t.Helper()
	got, err := odf.New(nil).Parse(t.Context(), parse.Input{Name: "a", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

const wantText = `heading1|Doc|Doc
heading1|Doc/1. One|1. One
paragraph1|Doc/1. One|Some words and	tab
line link[1].
note1|Doc/1. One|[1] The note
note1|Doc/1. One|Comment by Ann: Really?
list1|Doc/1. One|1. first
  a) inner
2. second
paragraph2|Doc/1. One|Next
code2|Doc/1. One|a b
c  d
table2|Doc/1. One|| Item |  | Price |
| --- | --- | --- |
| Tea \| black | x | 2 |
paragraph2|Doc/1. One|a^2
paragraph2|Doc/1. One|Boxed
`

func TestTextIsReadAsPeopleSeeIt(t *testing.T) {
	got := parsed(t, text(t))
	if s := sections(got); s != wantText+"note0||Foot\n" {
		t.Errorf("got\n%s\nwant\n%s", s, wantText)
	}
	if got.Title != "T" || got.Author != "Jane" || got.Language != "de-DE" || got.Meta["keywords"] != "k1, k2" || got.Created.Year() != 2020 || got.Pages != 2 {
		t.Errorf("metadata %+v", got)
	}
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "2 hidden") {
		t.Errorf("warnings %q", got.Warnings)
	}
	if l := got.Sections[2].Links; len(l) != 1 || l[0] != "https://a.example" {
		t.Errorf("links %q", l)
	}
}

func TestSingleFileIsTheSame(t *testing.T) {
	flat := strings.ReplaceAll(content("text", body), "document-content", "document")
	if s := sections(parsed(t, []byte(`<?xml version="1.0"?>`+flat))); s != wantText {
		t.Errorf("got\n%s", s)
	}
}

const slides = `<draw:page draw:name="Opening"><draw:frame presentation:class="footer"><draw:text-box><text:p>Foot</text:p></draw:text-box></draw:frame>
<draw:frame svg:x="15cm" svg:y="5cm" svg:width="10cm" svg:height="10cm"><draw:text-box><text:p>right</text:p></draw:text-box></draw:frame>
<draw:g><draw:custom-shape svg:x="1cm" svg:y="12cm" svg:width="10cm" svg:height="3cm"><text:p>left low</text:p></draw:custom-shape><draw:custom-shape svg:x="1cm" svg:y="6cm" svg:width="10cm" svg:height="3cm"><text:p>left high</text:p></draw:custom-shape></draw:g>
<draw:frame presentation:class="title" svg:x="1cm" svg:y="1cm" svg:width="20cm" svg:height="2cm"><draw:text-box><text:p>Title</text:p></draw:text-box></draw:frame>
<presentation:notes><draw:frame presentation:class="notes"><draw:text-box><text:p>say this</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>
<draw:page draw:name="page2"><draw:frame presentation:class="title" presentation:placeholder="true"><draw:text-box><text:p>Click</text:p></draw:text-box></draw:frame><draw:custom-shape draw:transform="rotate (1.5707963) translate (2cm 14cm)" svg:width="7cm" svg:height="2cm"><text:p>turned</text:p></draw:custom-shape></draw:page>`

func show(t testing.TB) []byte {
	page := `<office:automatic-styles><style:page-layout style:name="PL"><style:page-layout-properties fo:page-width="28cm" fo:page-height="21cm"/></style:page-layout></office:automatic-styles><office:master-styles><style:master-page style:name="" style:page-layout-name="PL"/></office:master-styles>`
	return parsetest.Zip(t, map[string]string{"content.xml": content("presentation", slides), "styles.xml": `<office:document-styles` + spaces + `>` + page + `</office:document-styles>`})
}

func TestSlidesAreReadInTheirOrder(t *testing.T) {
	got := parsed(t, show(t))
	want := "heading1|Title|Title\nparagraph1|Title|left high\nparagraph1|Title|left low\nparagraph1|Title|right\nnote1|Title|say this\nparagraph2||turned\n"
	if s := sections(got); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if got.Pages != 2 || len(got.Labels) != 2 || got.Labels[0] != "Opening" || got.Labels[1] != "" {
		t.Errorf("pages %d, labels %q", got.Pages, got.Labels)
	}
	near := func(a, b float32) bool { return a-b < 0.001 && b-a < 0.001 }
	if b := got.Sections[3].Box; !near(b.Left, 15./28) || !near(b.Bottom, 15./21) {
		t.Errorf("box %+v", b)
	}
	if b := got.Sections[5].Box; !near(b.Left, 2./28) || !near(b.Right, 4./28) || !near(b.Top, 7./21) || !near(b.Bottom, 14./21) {
		t.Errorf("box of a turned shape %+v", b)
	}
}

func TestNumbersBeginAgainBelowTheNextItem(t *testing.T) {
	item := func(s string) string { return "<text:list-item><text:p>" + s + "</text:p>" }
	list := `<text:list text:style-name="L">` + item("a") + "<text:list>" + item("b") + "</text:list-item></text:list></text:list-item>" +
		item("c") + "<text:list>" + item("d") + "</text:list-item></text:list></text:list-item></text:list>"
	got := parsed(t, parsetest.Zip(t, map[string]string{"content.xml": content("text", list)}))
	if want := "1. a\n  a) b\n2. c\n  a) d"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

func TestRowsAcrossTheSlideComeBeforeColumns(t *testing.T) {
	at := func(x, y, w, s string) string {
		return `<draw:custom-shape svg:x="` + x + `cm" svg:y="` + y + `cm" svg:width="` + w + `cm" svg:height="2cm"><text:p>` + s + `</text:p></draw:custom-shape>`
	}
	// The gap below the first row is wider than the one between its columns.
	page := "<draw:page>" + at("1", "12", "10", "third") + at("12", "1", "10", "second") + at("1", "1", "10", "first") + at("12", "12", "10", "fourth") + "</draw:page>"
	got := parsed(t, parsetest.Zip(t, map[string]string{"content.xml": content("presentation", page)}))
	if want := "first\n\nsecond\n\nthird\n\nfourth"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
}

type names struct{ list []string }

func (n *names) Parse(_ context.Context, in parse.Input) (rag.Text, error) {
	n.list = append(n.list, in.Name+"="+string(in.Data))
	return rag.Text{Text: "x"}, nil
}

func TestObjectsAreTextOrParts(t *testing.T) {
	inner := &names{}
	data := parsetest.Zip(t, map[string]string{
		"content.xml":          content("text", `<text:p>a<draw:frame draw:name="File"><draw:object-ole xlink:href="./Object 2"/></draw:frame><draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>`),
		"Object 1/content.xml": content("spreadsheet", `<table:table><table:table-row><table:table-cell><text:p>h</text:p></table:table-cell><table:table-cell><text:p>i</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>1</text:p></table:table-cell></table:table-row></table:table>`),
		"Object 2":             "bytes",
	})
	got, err := odf.New(inner).Parse(t.Context(), parse.Input{Data: data})
	if err != nil || got.Text != "a\n\n| h | i |\n| --- | --- |\n| 1 | 1 |" || len(got.Parts) != 1 || len(inner.list) != 1 || inner.list[0] != "File=bytes" {
		t.Errorf("got %q, parts %v, read %q, error %v", got.Text, got.Parts, inner.list, err)
	}
}

func TestEncryptedDocumentSaysSo(t *testing.T) {
	data := parsetest.Zip(t, map[string]string{"content.xml": "\x00noise", "META-INF/manifest.xml": `<manifest:manifest` + spaces + `><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`})
	if _, err := odf.New(nil).Parse(t.Context(), parse.Input{Data: data}); !errors.Is(err, parse.ErrEncrypted) {
		t.Errorf("error %v", err)
	}
}

func TestDamagedContentKeepsItsBeginning(t *testing.T) {
	whole := content("text", `<text:p>kept</text:p><text:p>lost</text:p>`)
	got := parsed(t, parsetest.Zip(t, map[string]string{"content.xml": whole[:strings.Index(whole, "lost")-3]}))
	if got.Text != "kept" || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "content.xml is damaged") {
		t.Errorf("got %q, warnings %q", got.Text, got.Warnings)
	}
}

func TestHostileDocumentsStayBounded(t *testing.T) {
	deep := func(tag string, n int) string {
		return strings.Repeat("<"+tag+">", n) + "<text:p>end</text:p>" + strings.Repeat("</"+tag+">", n)
	}
	cells := `<table:table><table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="1000000"><text:p>` + strings.Repeat("long ", 10_000) + `</text:p></table:table-cell></table:table-row></table:table>`
	for _, s := range []string{cells, deep("text:section", 5000), deep("text:list", 5000), deep("draw:g", 5000), deep("text:note", 5000), deep("table:table", 3000)} {
		data := parsetest.Zip(t, map[string]string{"content.xml": content("text", s)})
		got, err := odf.New(nil).Parse(t.Context(), parse.Input{Data: data})
		if err != nil && !errors.Is(err, parse.ErrNoText) {
			t.Errorf("%.60s: %v", s, err)
		}
		if len(got.Text) > 32<<20 {
			t.Errorf("%.60s: %d bytes of text", s, len(got.Text))
		}
	}
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, odf.New(nil), parse.Input{Name: "a.odt", Data: text(t)}, parse.Input{Name: "a.odp", Data: show(t)},
		parse.Input{Name: "a.fodt", Data: []byte(content("text", body))})
}

func FuzzContent(f *testing.F) {
	f.Add([]byte(content("text", body)))
	f.Add([]byte(content("presentation", slides)))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, odf.New(nil), parse.Input{Data: append([]byte("<"), data...)})
	})
}
