package pptx_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml/ooxmltest"
	"ragserver/parse/parsetest"
	"ragserver/parse/pptx"
)

const namespaces = ` xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"` +
	` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:mc="urn:mc" xmlns:c="urn:c" xmlns:dgm="urn:d"`

// A show is a presentation: its parts by name. Slides are 1000 by 1000.
type show map[string]string

// slides returns a presentation of these trees of shapes.
func slides(trees ...string) show {
	s := show{"[Content_Types].xml": "<Types/>"}
	ids, rels := "", [][3]string{}
	for i, tree := range trees {
		name := fmt.Sprintf("slides/slide%d.xml", i+1)
		s["ppt/"+name] = `<p:sld` + namespaces + `><p:cSld><p:spTree>` + tree + `</p:spTree></p:cSld></p:sld>`
		ids = fmt.Sprintf(`<p:sldId id="%d" r:id="rId%d"/>`, 256+i, i+1) + ids // the last one comes first
		rels = append(rels, [3]string{fmt.Sprintf("rId%d", i+1), "slide", name})
	}
	s["ppt/presentation.xml"] = `<p:presentation` + namespaces + `><p:sldIdLst>` + ids + `</p:sldIdLst><p:sldSz cx="1000" cy="1000"/></p:presentation>`
	s["ppt/_rels/presentation.xml.rels"] = ooxmltest.Relations(rels...)
	return s
}

func (s show) with(more show) show {
	out := maps.Clone(s)
	maps.Copy(out, more)
	return out
}

func (s show) rels(slide int, list ...[3]string) show {
	return s.with(show{fmt.Sprintf("ppt/slides/_rels/slide%d.xml.rels", slide): ooxmltest.Relations(list...)})
}

func xfrm(x, y, w, h int) string {
	return fmt.Sprintf(`<a:xfrm><a:off x="%d" y="%d"/><a:ext cx="%d" cy="%d"/></a:xfrm>`, x, y, w, h)
}

func para(text string) string { return `<a:p><a:r><a:t>` + text + `</a:t></a:r></a:p>` }

// sp is a shape; place may be empty, ph is the placeholder.
func sp(ph, place string, paragraphs ...string) string {
	return `<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/><p:nvPr>` + ph + `</p:nvPr></p:nvSpPr><p:spPr>` + place + `</p:spPr><p:txBody><a:bodyPr/>` + strings.Join(paragraphs, "") + `</p:txBody></p:sp>`
}

const title = `<p:ph type="title"/>`

func read(t testing.TB, s show) rag.Text {
	t.Helper()
	got, err := pptx.New(nil).Parse(t.Context(), parse.Input{Name: "a.pptx", Data: parsetest.Zip(t, s)})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	return got
}

func check(t *testing.T, got rag.Text, want ...string) {
	t.Helper()
	var list []string
	for _, s := range got.Sections {
		list = append(list, fmt.Sprintf("%d %s: %s", s.Page, s.Kind, got.Text[s.Start:s.End]))
	}
	if !slices.Equal(list, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(list, "\n"), strings.Join(want, "\n"))
	}
}

func TestSlidesAreInTheOrderOfTheShow(t *testing.T) {
	got := read(t, slides(sp(title, "", para("Second")), sp("", xfrm(100, 200, 300, 400), para("no title"))+sp(title, "", para("First"))))
	check(t, got, "1 heading: First", "1 paragraph: no title", "2 heading: Second")
	if got.Pages != 2 || got.Title != "First" || got.Parser != "pptx" {
		t.Errorf("got %d pages, title %q, parser %q", got.Pages, got.Title, got.Parser)
	}
	if b := got.Sections[1].Box; b != (rag.Box{Left: 0.1, Top: 0.2, Right: 0.4, Bottom: 0.6}) {
		t.Errorf("got box %+v", b)
	}
}

func TestSlidesWithoutATitleAreNotBelowTheLastOne(t *testing.T) {
	got := read(t, slides(sp("", "", para("untitled")), sp(title, "", para("Title"))))
	if h := got.Sections[1].Heading; len(h) != 0 {
		t.Errorf("got path %q", h)
	}
}

func TestShapesAreReadAsTheyStand(t *testing.T) {
	got := read(t, slides(
		sp("", xfrm(550, 600, 400, 300), para("right low"))+sp("", xfrm(50, 300, 400, 400), para("left"))+
			sp("", xfrm(550, 300, 400, 250), para("right"))+sp("", xfrm(0, 950, 1000, 50), para("bottom"))+
			`<p:grpSp><p:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1000" cy="200"/><a:chOff x="0" y="0"/><a:chExt cx="100" cy="20"/></a:xfrm></p:grpSpPr>`+
			sp("", xfrm(60, 0, 40, 20), para("top b"))+sp("", xfrm(0, 0, 40, 20), para("top a"))+`</p:grpSp>`))
	check(t, got, "1 paragraph: top a", "1 paragraph: top b", "1 paragraph: left", "1 paragraph: right", "1 paragraph: right low", "1 paragraph: bottom")
	if b := got.Sections[1].Box; b != (rag.Box{Left: 0.6, Right: 1, Bottom: 0.2}) {
		t.Errorf("got box %+v of a shape in a group", b)
	}
}

func TestBulletsAndPlacesComeFromTheMaster(t *testing.T) {
	item := func(level int, properties, text string) string {
		return fmt.Sprintf(`<a:p><a:pPr lvl="%d">%s</a:pPr><a:r><a:t>%s</a:t></a:r></a:p>`, level, properties, text)
	}
	s := slides(sp(`<p:ph idx="1"/>`, "", item(0, "", "a"), item(1, "", "b"), item(0, "<a:buNone/>", "plain"))+
		sp("", "", item(0, `<a:buAutoNum type="arabicPeriod" startAt="3"/>`, "c"), item(1, `<a:buAutoNum type="alphaLcParenR"/>`, "d"), item(0, `<a:buAutoNum type="arabicPeriod"/>`, "e"), item(1, `<a:buAutoNum type="alphaLcParenR"/>`, "f"))).
		rels(1, [3]string{"a", "slideLayout", "../slideLayouts/l.xml"}).
		with(show{
			"ppt/slideLayouts/l.xml":            `<p:sldLayout` + namespaces + `><p:cSld><p:spTree>` + sp(`<p:ph idx="1"/>`, xfrm(0, 100, 500, 500), para("Click to add")) + `</p:spTree></p:cSld></p:sldLayout>`,
			"ppt/slideLayouts/_rels/l.xml.rels": ooxmltest.Relations([3]string{"m", "slideMaster", "../slideMasters/m.xml"}),
			"ppt/slideMasters/m.xml":            `<p:sldMaster` + namespaces + `><p:txStyles><p:bodyStyle><a:lvl1pPr><a:buChar char="x"/></a:lvl1pPr><a:lvl2pPr><a:buChar char="y"/></a:lvl2pPr></p:bodyStyle></p:txStyles></p:sldMaster>`,
		})
	got := read(t, s)
	check(t, got, "1 list: - a\n  - b", "1 paragraph: plain", "1 list: 3. c\n  a) d\n4. e\n  a) f")
	if b := got.Sections[0].Box; b != (rag.Box{Top: 0.1, Right: 0.5, Bottom: 0.6}) {
		t.Errorf("got box %+v", b)
	}
}

func TestTablesChartsAndDiagrams(t *testing.T) {
	cell := func(attrs, text string) string {
		return `<a:tc ` + attrs + `><a:txBody>` + para(text) + `</a:txBody></a:tc>`
	}
	frame := func(content string) string {
		return `<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr descr="what it shows"/></p:nvGraphicFramePr><p:xfrm><a:off x="0" y="0"/><a:ext cx="500" cy="500"/></p:xfrm><a:graphic><a:graphicData>` + content + `</a:graphicData></a:graphic></p:graphicFrame>`
	}
	got := read(t, slides(frame(`<a:tbl><a:tr>`+cell("", "A")+cell("", "B|")+`</a:tr><a:tr>`+cell(`rowSpan="2"`, "x")+cell("", "1")+`</a:tr><a:tr>`+cell(`vMerge="1"`, "")+cell("", "2")+`</a:tr></a:tbl>`),
		frame(`<c:chart r:id="c"/>`), frame(`<dgm:relIds r:dm="d"/>`)).
		rels(2, [3]string{"c", "chart", "../charts/c.xml"}).rels(3, [3]string{"d", "diagramData", "../diagrams/d.xml"}).
		with(show{
			"ppt/charts/c.xml": `<c:chartSpace` + namespaces + `><c:chart><c:title>` + para("Sales") + `</c:title><c:plotArea><c:ser><c:tx><c:pt idx="0"><c:v>East</c:v></c:pt></c:tx><c:cat><c:pt idx="0"><c:v>Mo</c:v></c:pt><c:pt idx="1"><c:v>Tu</c:v></c:pt></c:cat>` +
				`<c:val><c:pt idx="1"><c:v>4.4000000000000004</c:v></c:pt></c:val></c:ser><c:valAx><c:title>` + para("EUR") + `</c:title></c:valAx></c:plotArea></c:chart></c:chartSpace>`,
			"ppt/diagrams/d.xml": `<dgm:dataModel` + namespaces + `><dgm:ptLst><dgm:pt><dgm:t>` + para("Plan") + `</dgm:t></dgm:pt><dgm:pt type="pres"><dgm:t>` + para("no") + `</dgm:t></dgm:pt><dgm:pt><dgm:t>` + para("Do") + `</dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`,
		}))
	check(t, got, "1 caption: what it shows", "1 list: - Plan\n- Do", "2 caption: what it shows", "2 caption: Sales - EUR",
		"2 table: | Category | East |\n| --- | --- |\n| Mo |  |\n| Tu | 4.4 |", "3 caption: what it shows", "3 table: | A | B\\| |\n| --- | --- |\n| x | 1 |\n| x | 2 |")
}

func TestNotesCommentsAndFooters(t *testing.T) {
	footer := sp(`<p:ph type="ftr"/>`, "", para("Company")) + sp(`<p:ph type="sldNum"/>`, "", para("7")) + sp(`<p:ph type="dt"/>`, "", para("1 May"))
	got := read(t, slides(sp(title, "", para("B"))+footer, sp(title, "", para("A"))+footer).
		rels(2, [3]string{"n", "notesSlide", "../notesSlides/n.xml"}, [3]string{"c", "comments", "../comments/c.xml"}, [3]string{"d", "comments", "../comments/d.xml"}).
		with(show{
			"ppt/notesSlides/n.xml": `<p:notes` + namespaces + `><p:cSld><p:spTree>` + sp(`<p:ph type="sldNum"/>`, "", para("2")) + sp(`<p:ph type="body"/>`, "", para("say this"), para("and that")) + `</p:spTree></p:cSld></p:notes>`,
			"ppt/comments/c.xml":    `<p:cmLst` + namespaces + `><p:cm authorId="1"><p:text>why?</p:text></p:cm></p:cmLst>`,
			"ppt/comments/d.xml":    `<p:cmLst` + namespaces + `><p:cm authorId="{X}"><p:replyLst><p:reply authorId="1"><p:txBody>` + para("so") + `</p:txBody></p:reply></p:replyLst><p:txBody>` + para("new form") + `</p:txBody></p:cm></p:cmLst>`,
			"ppt/authors.xml":       `<p:cmAuthorLst` + namespaces + `><p:cmAuthor id="1" name="Ann"/></p:cmAuthorLst>`,
			"ppt/_rels/presentation.xml.rels": ooxmltest.Relations([3]string{"rId1", "slide", "slides/slide1.xml"}, [3]string{"rId2", "slide", "slides/slide2.xml"},
				[3]string{"x", "commentAuthors", "authors.xml"}),
		}))
	check(t, got, "1 heading: A", "1 note: Company", "1 note: say this\nand that", "1 note: Comment by Ann: why?", "1 note: Comment: new form", "1 note: Comment by Ann: so", "2 heading: B")
}

func TestHiddenSlidesAreNoted(t *testing.T) {
	s := slides(sp("", "", para("b")), sp("", "", para("a")))
	s["ppt/slides/slide1.xml"] = strings.Replace(s["ppt/slides/slide1.xml"], "<p:sld ", `<p:sld show="0" `, 1)
	got := read(t, s)
	check(t, got, "1 paragraph: a", "2 paragraph: b")
	if len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0], "slide 2 is hidden") {
		t.Errorf("got warnings %q", got.Warnings)
	}
}

func TestTextsHaveLinksBreaksAndLanguage(t *testing.T) {
	got := read(t, slides(sp("", "", `<a:p><a:r><a:rPr lang="de-DE"><a:hlinkClick r:id="h"/></a:rPr><a:t>eins</a:t></a:r><a:br/><a:r><a:rPr lang="en-US"/><a:t>a</a:t></a:r><a:fld type="slidenum"><a:t>1</a:t></a:fld></a:p>`)).
		rels(1, [3]string{"h", "hyperlink", "https://a.example"}))
	check(t, got, "1 paragraph: eins\na")
	if l := got.Sections[0].Links; !slices.Equal(l, []string{"https://a.example"}) || got.Language != "de-DE" {
		t.Errorf("got links %q, language %q", l, got.Language)
	}
}

// inner is a parser of the files inside.
type inner struct{}

func (inner) Parse(_ context.Context, in parse.Input) (rag.Text, error) {
	return rag.Text{Text: string(in.Data), MediaType: "text/plain"}, nil
}

func TestEmbeddedFilesAreParts(t *testing.T) {
	s := slides(sp("", "", para("x"))).rels(1, [3]string{"e", "package", "../embeddings/a.docx"}).with(show{"ppt/embeddings/a.docx": "content"})
	got, err := pptx.New(inner{}).Parse(t.Context(), parse.Input{Data: parsetest.Zip(t, s)})
	if err != nil || len(got.Parts) != 1 || got.Parts[0].Name != "a.docx" || got.Parts[0].Text.Text != "content" {
		t.Errorf("got %+v, error %v", got.Parts, err)
	}
}

func TestMissingAndDamagedSlidesAreWarnings(t *testing.T) {
	s := slides(sp("", "", para("c")), sp("", "", para("gone")), sp("", "", para("a"))+sp("", "", para("b")))
	delete(s, "ppt/slides/slide2.xml")
	s["ppt/slides/slide3.xml"] = s["ppt/slides/slide3.xml"][:len(s["ppt/slides/slide3.xml"])-70]
	got := read(t, s)
	if !strings.HasPrefix(got.Text, "a\n\n") || got.Sections[len(got.Sections)-1].Page != 3 || got.Pages != 3 || len(got.Warnings) != 2 {
		t.Errorf("got %q, %d pages, warnings %q", got.Text, got.Pages, got.Warnings)
	}
}

func TestLockedAndForeignFilesAreNamed(t *testing.T) {
	if _, err := pptx.New(nil).Parse(t.Context(), parse.Input{Data: []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")}); !errors.Is(err, parse.ErrEncrypted) {
		t.Errorf("got %v", err)
	}
	if _, err := pptx.New(nil).Parse(t.Context(), parse.Input{Data: parsetest.Zip(t, map[string]string{"a": "b"})}); !errors.Is(err, parse.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

func full() show {
	return slides(sp(title, "", para("T"))+sp("", xfrm(1, 2, 3, 4), `<a:p><a:pPr lvl="1"><a:buAutoNum type="romanUcPeriod"/></a:pPr><a:r><a:t>i</a:t></a:r></a:p>`)+
		`<p:grpSp><p:grpSpPr>`+xfrm(0, 0, 9, 9)+`</p:grpSpPr>`+sp("", xfrm(5, 5, 5, 5), para("x"))+`</p:grpSp>`+
		`<p:pic><p:nvPicPr><p:cNvPr descr="a picture"/></p:nvPicPr></p:pic>`, sp(`<p:ph type="ftr"/>`, "", para("f"))).
		rels(1, [3]string{"c", "comments", "../comments/c.xml"}).
		with(show{"ppt/comments/c.xml": `<p:cmLst` + namespaces + `><p:cm authorId="1"><p:text>why?</p:text></p:cm></p:cmLst>`})
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, pptx.New(inner{}), parse.Input{Name: "full.pptx", Data: parsetest.Zip(t, full())}, parse.Input{Name: "small.pptx", Data: parsetest.Zip(t, slides(sp("", "", para("x"))))})
}

// FuzzParse reads archives, and parts put into a sound archive, which damage to an
// archive does not reach.
func FuzzParse(f *testing.F) {
	s := full()
	f.Add(parsetest.Zip(f, s), s["ppt/presentation.xml"], s["ppt/slides/slide1.xml"], s["ppt/slides/slide2.xml"])
	f.Add([]byte("PK"), "<p:presentation/>", s["ppt/comments/c.xml"], s["ppt/slides/slide1.xml"])
	f.Fuzz(func(t *testing.T, data []byte, presentation, slide, layout string) {
		parsetest.Survives(t, pptx.New(inner{}), parse.Input{Data: data})
		more := full().rels(2, [3]string{"l", "slideLayout", "l.xml"}, [3]string{"c", "chart", "l.xml"}, [3]string{"r2", "diagramData", "l.xml"}).
			with(show{"ppt/presentation.xml": presentation, "ppt/slides/slide2.xml": slide, "ppt/slides/l.xml": layout, "ppt/comments/c.xml": slide})
		parsetest.Survives(t, pptx.New(inner{}), parse.Input{Data: parsetest.Zip(t, more)})
	})
}

func TestGridsAreReadByRows(t *testing.T) {
	got := read(t, slides(sp("", xfrm(0, 500, 400, 300), para("c"))+sp("", xfrm(500, 110, 400, 300), para("b"))+
		sp("", xfrm(500, 500, 400, 300), para("d"))+sp("", xfrm(0, 100, 400, 300), para("a"))+sp("", "", para("nowhere"))))
	check(t, got, "1 paragraph: a", "1 paragraph: b", "1 paragraph: c", "1 paragraph: d", "1 paragraph: nowhere")
}
