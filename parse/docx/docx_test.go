package docx_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/docx"
	"ragserver/parse/ooxml/ooxmltest"
	"ragserver/parse/parsetest"
)

const namespaces = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"` +
	` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"` +
	` xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"` +
	` xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:v="urn:v" xmlns:wp="urn:wp" xmlns:wps="urn:wps" xmlns:c="urn:c" xmlns:a="urn:a"`

// word is a document: its parts by name, without the folder.
type word map[string]string

func (w word) zip(t testing.TB) []byte {
	members := map[string]string{"[Content_Types].xml": "<Types/>"}
	for name, content := range w {
		switch {
		case strings.Contains(name, "/"):
			members[name] = content
		default:
			members["word/"+name] = content
		}
	}
	return parsetest.Zip(t, members)
}

// body is a document with only a body.
func body(s string) word {
	return word{"document.xml": `<w:document` + namespaces + `><w:body>` + s + `</w:body></w:document>`}
}

func (w word) with(more word) word {
	out := maps.Clone(w)
	maps.Copy(out, more)
	return out
}

func p(style, text string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>` + r(text) + `</w:p>`
}

func r(text string) string { return `<w:r><w:t xml:space="preserve">` + text + `</w:t></w:r>` }

func read(t testing.TB, w word) rag.Text {
	t.Helper()
	got, err := docx.New(nil).Parse(t.Context(), parse.Input{Name: "a.docx", Data: w.zip(t)})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	return got
}

// shown returns sections as lines: kind, page where there is one, text.
func shown(t rag.Text) (list []string) {
	for _, s := range t.Sections {
		kind := string(s.Kind)
		if s.Level > 0 {
			kind += fmt.Sprint(s.Level)
		}
		if s.Page > 0 {
			kind += fmt.Sprintf(" p%d", s.Page)
		}
		list = append(list, kind+": "+t.Text[s.Start:s.End])
	}
	return list
}

func check(t *testing.T, got rag.Text, want ...string) {
	t.Helper()
	if list := shown(got); !slices.Equal(list, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(list, "\n"), strings.Join(want, "\n"))
	}
}

const stylesXML = `<w:styles` + namespaces + `><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="de-DE"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:basedOn w:val="Standard"/></w:style>
<w:style w:type="paragraph" w:styleId="Abschnitt"><w:name w:val="Abschnitt"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Mein"><w:name w:val="Mein Abschnitt"/><w:basedOn w:val="Abschnitt"/></w:style>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Beschriftung"><w:name w:val="caption"/></w:style>
<w:style w:type="paragraph" w:styleId="Quelle"><w:name w:val="Source Code"/></w:style>
<w:style w:type="paragraph" w:styleId="Verzeichnis2"><w:name w:val="toc 2"/></w:style>
<w:style w:type="paragraph" w:styleId="A"><w:basedOn w:val="B"/></w:style><w:style w:type="paragraph" w:styleId="B"><w:basedOn w:val="A"/></w:style>
<w:style w:type="paragraph" w:styleId="Liste"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="character" w:styleId="Geheim"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>`

func TestHeadingsComeFromStylesInAnyLanguage(t *testing.T) {
	got := read(t, body(p("Titel", "Bericht")+p("berschrift1", "Eins")+p("Mein", "Zwei")+p("A", "Text")+
		`<w:p><w:pPr><w:pStyle w:val="Mein"/><w:outlineLvl w:val="9"/></w:pPr>`+r("Kein Titel")+`</w:p>`+
		p("Beschriftung", "Bild 1")+p("Quelle", "if a {")+p("Quelle", "  b()")+p("Verzeichnis2", "Zwei\t3")).with(word{"styles.xml": stylesXML}))
	check(t, got, "heading1: Bericht", "heading1: Eins", "heading2: Zwei", "paragraph: Text", "paragraph: Kein Titel",
		"caption: Bild 1", "code: if a {\n  b()", "list:   - Zwei 3")
	if h := got.Sections[3].Heading; !slices.Equal(h, []string{"Eins", "Zwei"}) {
		t.Errorf("got path %q", h)
	}
	if got.Title != "Bericht" || got.Language != "de-DE" || got.Parser != "docx" {
		t.Errorf("got title %q, language %q, parser %q", got.Title, got.Language, got.Parser)
	}
}

func TestHeadingsWithoutStylesAreKnownByTheirID(t *testing.T) {
	check(t, read(t, body(p("Heading2", "A"))), "heading2: A")
}

func TestBreaksThatWereNotedMakePages(t *testing.T) {
	const turn = `<w:r><w:lastRenderedPageBreak/></w:r>`
	got := read(t, body(`<w:p>`+r("one ")+turn+r("goes on")+`</w:p><w:p>`+turn+r("three")+`</w:p>`))
	check(t, got, "paragraph p1: one goes on", "paragraph p3: three")
	if got.Pages != 3 {
		t.Errorf("got %d pages, want 3", got.Pages)
	}
	if got := read(t, body(`<w:p><w:r><w:br w:type="page"/></w:r>`+r("a")+`</w:p>`)); got.Pages != 0 {
		t.Errorf("got %d pages of a document without noted breaks", got.Pages)
	}
}

func TestRunsAreReadAsTheyAreShown(t *testing.T) {
	got := read(t, body(`<w:p>`+r("in\u00ADvisible")+`<w:r><w:tab/><w:noBreakHyphen/><w:sym w:font="Symbol" w:char="F061"/><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>`+
		`<w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins>`+r(" new")+`</w:ins><w:moveFrom>`+r("old")+`</w:moveFrom>`+
		`<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r><w:r><w:rPr><w:rStyle w:val="Geheim"/></w:rPr><w:t>more</w:t></w:r>`+
		`<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>!</w:t></w:r><w:sdt><w:sdtContent>`+r(" control")+`</w:sdtContent></w:sdt></w:p>`+
		`<w:p><m:oMath><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></w:p>`).
		with(word{"styles.xml": stylesXML}))
	check(t, got, "paragraph: invisible\t-α✓ new! control", "paragraph: (a+b)/2")
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "10 characters of hidden text") {
		t.Errorf("got warnings %q", got.Warnings)
	}
}

func TestFieldsShowTheirResults(t *testing.T) {
	char := func(kind string) string { return `<w:r><w:fldChar w:fldCharType="` + kind + `"/></w:r>` }
	instr := func(s string) string { return `<w:r><w:instrText>` + s + `</w:instrText></w:r>` }
	box := `<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox></w:ffData></w:fldChar></w:r>` + instr("FORMCHECKBOX") + char("end")
	got := read(t, body(
		`<w:p>`+char("begin")+instr(` HYPERLINK "https://a.example/?x=1" \o "tip"`)+r("no")+char("separate")+r("here")+char("end")+r(" and ")+
			`<w:fldSimple w:instr='HYPERLINK "https://b.example"'>`+r("there")+`</w:fldSimple></w:p>`+
			`<w:p><w:hyperlink r:id="r1">`+r("out")+`</w:hyperlink><w:hyperlink w:anchor="x">`+r(" in")+`</w:hyperlink></w:p>`+
			`<w:p>`+box+r(" done")+`</w:p><w:p>`+char("begin")+r("lost")+`</w:p><w:p>`+r("after an open field")+`</w:p>`).
		with(word{"word/_rels/document.xml.rels": ooxmltest.Relations([3]string{"r1", "hyperlink", "https://c.example"})}))
	check(t, got, "paragraph: here and there", "paragraph: out in", "paragraph: ☒ done", "paragraph: after an open field")
	if l := got.Sections[0].Links; !slices.Equal(l, []string{"https://a.example/?x=1", "https://b.example"}) {
		t.Errorf("got links %q", l)
	}
	if l := got.Sections[1].Links; !slices.Equal(l, []string{"https://c.example"}) {
		t.Errorf("got links %q", l)
	}
}

func TestTextBoxesStandOnce(t *testing.T) {
	content := func(s string) string { return `<w:txbxContent><w:p>` + r(s) + `</w:p></w:txbxContent>` }
	got := read(t, body(`<w:p>`+r("around")+`<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:docPr descr="A  cat"/><wps:txbx>`+content("in a box")+
		`</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>`+content("in a box")+`</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`+
		`<w:p><w:r><w:pict><v:shape alt="photo.png"><v:textpath string="Big letters"/></v:shape></w:pict></w:r></w:p>`))
	check(t, got, "paragraph: around", "caption: A cat", "paragraph: in a box", "paragraph: Big letters")
}

func TestNotesAndCommentsFollowTheirPassage(t *testing.T) {
	note := func(kind, attrs, text string) string {
		return `<w:` + kind + ` ` + attrs + `><w:p>` + r(text) + `</w:p></w:` + kind + `>`
	}
	got := read(t, body(p("Heading1", "H")+`<w:p>`+r("first")+`<w:r><w:footnoteReference w:id="2"/></w:r>`+r(" second")+`<w:r><w:endnoteReference w:id="2"/><w:commentReference w:id="0"/></w:r></w:p>`+p("", "next")).
		with(word{
			"footnotes.xml": `<w:footnotes` + namespaces + `>` + note("footnote", `w:id="-1" w:type="separator"`, "---") + note("footnote", `w:id="2"`, "below") + `</w:footnotes>`,
			"endnotes.xml":  `<w:endnotes` + namespaces + `>` + note("endnote", `w:id="2"`, "behind") + `</w:endnotes>`,
			"comments.xml":  `<w:comments` + namespaces + `>` + note("comment", `w:id="0" w:author="Ann"`, "why?") + note("comment", `w:id="1"`, "loose") + `</w:comments>`,
			"header1.xml":   `<w:hdr` + namespaces + `><w:p>` + r("Company") + `</w:p></w:hdr>`,
			"footer1.xml":   `<w:ftr` + namespaces + `><w:p>` + r("3 / 7") + `</w:p></w:ftr>`,
			"word/_rels/document.xml.rels": ooxmltest.Relations([3]string{"r1", "header", "header1.xml"}, [3]string{"r2", "header", "header1.xml"},
				[3]string{"r3", "footer", "footer1.xml"}),
		}))
	check(t, got, "heading1: H", "paragraph: first[^1] second[^i]", "note: [^1]: below", "note: [^i]: behind", "note: Comment by Ann: why?",
		"paragraph: next", "note: Comment: loose", "note: Company")
	if h := got.Sections[2].Heading; len(h) != 1 {
		t.Errorf("a footnote has the path %q", h)
	}
	if h := got.Sections[7].Heading; len(h) != 0 {
		t.Errorf("a header has the path %q", h)
	}
}

func TestStrictDocumentsAreRead(t *testing.T) {
	w := word{"document.xml": `<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main" xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships"><w:body><w:p><w:hyperlink r:id="a">` + r("text") + `</w:hyperlink></w:p></w:body></w:document>`,
		"word/_rels/document.xml.rels": strings.ReplaceAll(ooxmltest.Relations([3]string{"a", "hyperlink", "https://a.example"}), "schemas.openxmlformats.org/officeDocument/2006", "purl.oclc.org/ooxml/officeDocument")}
	if got := read(t, w); got.Text != "text" || len(got.Sections[0].Links) != 1 {
		t.Errorf("got %q, %+v", got.Text, got.Sections)
	}
}

func TestPropertiesDescribeTheDocument(t *testing.T) {
	got := read(t, body(p("", "x")).with(word{
		"docProps/core.xml": `<c xmlns:dc="urn:dc"><dc:title>A Title</dc:title><dc:creator>Ann</dc:creator><dc:language>en-GB</dc:language><created>2020-01-02T03:04:05Z</created><modified>2021-01-02T03:04:05Z</modified><keywords>a, b</keywords></c>`,
		"docProps/app.xml":  `<p><Company>ACME</Company><Pages>9</Pages></p>`,
	}))
	if got.Title != "A Title" || got.Author != "Ann" || got.Language != "en-GB" ||
		!got.Created.Equal(time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)) || got.Modified.Year() != 2021 ||
		got.Meta["keywords"] != "a, b" || got.Meta["company"] != "ACME" || len(got.Meta) != 2 {
		t.Errorf("got %+v", got)
	}
}

// inner is a parser of the files inside.
type inner struct{}

func (inner) Parse(_ context.Context, in parse.Input) (rag.Text, error) {
	return rag.Text{Text: string(in.Data), MediaType: "text/plain"}, nil
}

func TestEmbeddedFilesAreParts(t *testing.T) {
	w := body(p("", "x")).with(word{
		"word/embeddings/a.xlsx":       "PK",
		"part.htm":                     "<p>chunk</p>",
		"word/_rels/document.xml.rels": ooxmltest.Relations([3]string{"a", "package", "embeddings/a.xlsx"}, [3]string{"b", "package", "/word/embeddings/a.xlsx"}, [3]string{"c", "aFChunk", "part.htm"}, [3]string{"d", "package", "file://x"}),
	})
	got, err := docx.New(inner{}).Parse(t.Context(), parse.Input{Data: w.zip(t)})
	if err != nil || len(got.Parts) != 2 || got.Parts[0].Name != "a.xlsx" || got.Parts[1].Text.Text != "<p>chunk</p>" {
		t.Errorf("got %+v, error %v", got.Parts, err)
	}
}

func TestDamageIsAWarningWhereThereIsText(t *testing.T) {
	w := body(p("", "before"))
	w["document.xml"] = strings.Replace(w["document.xml"], "</w:body></w:document>", p("", "half")[:50]+"<", 1)
	got := read(t, w)
	if !strings.HasPrefix(got.Text, "before") || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "word/document.xml") {
		t.Errorf("got %q, warnings %q", got.Text, got.Warnings)
	}
}

func TestLockedAndForeignFilesAreNamed(t *testing.T) {
	compound := append([]byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}, make([]byte, 2000)...)
	if _, err := docx.New(nil).Parse(t.Context(), parse.Input{Data: compound}); !errors.Is(err, parse.ErrEncrypted) {
		t.Errorf("got %v", err)
	}
	if _, err := docx.New(nil).Parse(t.Context(), parse.Input{Data: parsetest.Zip(t, map[string]string{"a": "b"})}); !errors.Is(err, parse.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

func TestNestingIsLimited(t *testing.T) {
	for _, depth := range []int{60, 2_000} {
		for _, tag := range []string{"w:tbl><w:tr><w:tc", "w:sdt><w:sdtContent", "m:oMath", "w:ins"} {
			closing := ""
			for _, name := range strings.Split(tag, "><") {
				closing = "</" + name + ">" + closing
			}
			w := body(p("", "text") + strings.Repeat("<"+tag+">", depth) + p("", "deep") + strings.Repeat(closing, depth))
			got, err := docx.New(nil).Parse(t.Context(), parse.Input{Data: w.zip(t)})
			if err != nil || !strings.HasPrefix(got.Text, "text") {
				t.Errorf("%s: got %.100q, error %v", tag, got.Text, err)
			}
			if deep := depth > 1000; deep != (len(got.Warnings) > 0) {
				t.Errorf("%d of %s: got warnings %q", depth, tag, got.Warnings)
			}
		}
	}
}

func TestTypedTextIsCodeIfItLooksLikeIt(t *testing.T) {
	typed := func(text string) string {
		return `<w:p><w:r><w:rPr><w:rFonts w:ascii="Courier New"/></w:rPr><w:t xml:space="preserve">` + text + `</w:t></w:r></w:p>`
	}
	got := read(t, body(typed("A memo, typed.")+p("", "call ")+typed("def f(n):")+typed("    return n")+
		`<w:p>`+r("Call ")+`<w:r><w:rPr><w:rFonts w:ascii="Courier New"/></w:rPr><w:t>f(n) = 1</w:t></w:r></w:p>`))
	check(t, got, "paragraph: A memo, typed.", "paragraph: call", "code: def f(n):\n    return n", "paragraph: Call f(n) = 1")
}

func TestPropertiesThatServersKeepAreLeftOut(t *testing.T) {
	got := read(t, body(p("Heading1", "First")).with(word{
		"docProps/custom.xml": `<p><property name="ContentTypeId"><x>0x01</x></property><property name="Client"><x>ACME</x></property><property name="MSIP_Label_1"><x>1</x></property></p>`,
	}))
	if len(got.Meta) != 1 || got.Meta["Client"] != "ACME" || got.Title != "First" {
		t.Errorf("got %q, title %q", got.Meta, got.Title)
	}
}

func TestNotesThatReferToThemselvesStandOnce(t *testing.T) {
	const reference = `<w:r><w:footnoteReference w:id="2"/></w:r>`
	got := read(t, body(`<w:p>`+r("a")+reference+reference+`</w:p>`).with(word{
		"footnotes.xml": `<w:footnotes` + namespaces + `><w:footnote w:id="2"><w:p>` + r("see above") + reference + `</w:p></w:footnote></w:footnotes>`,
	}))
	check(t, got, "paragraph: a[^1]", "note: [^1]: see above")
}
