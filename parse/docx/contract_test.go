package docx_test

import (
	"testing"

	"ragserver/parse"
	"ragserver/parse/docx"
	"ragserver/parse/ooxml/ooxmltest"
	"ragserver/parse/parsetest"
)

// full is a document with something of everything.
func full() word {
	return body(p("Titel", "Bericht") + p("berschrift1", "Eins") + li("1", 0, "one") + li("1", 1, "two") +
		tbl(head(tr(tc("A"), tc("B"))), tr(tcWith(`<w:vMerge w:val="restart"/>`, "1"), tc("2")), tr(tcWith(`<w:vMerge/>`, ""), tc("3"))) +
		`<w:p>` + r("see") + `<w:r><w:footnoteReference w:id="2"/><w:lastRenderedPageBreak/></w:r><w:hyperlink r:id="r2">` + r("there") + `</w:hyperlink>` +
		`<w:r><w:drawing><wp:docPr descr="alt"/><c:chart r:id="r3"/></w:drawing></w:r></w:p>`).
		with(word{
			"styles.xml":    stylesXML,
			"numbering.xml": numberingXML(lvl(0, "decimal", "%1.")+lvl(1, "bullet", "x"), twoLists),
			"footnotes.xml": `<w:footnotes` + namespaces + `><w:footnote w:id="2">` + p("", "below") + `</w:footnote></w:footnotes>`,
			"header1.xml":   `<w:hdr` + namespaces + `>` + p("", "Company") + `</w:hdr>`,
			"chart1.xml": `<c:chartSpace xmlns:c="urn:c" xmlns:a="urn:a"><c:chart><c:title><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:title><c:plotArea><c:ser><c:cat><c:pt idx="0"><c:v>Mo</c:v></c:pt></c:cat>` +
				`<c:val><c:pt idx="0"><c:v>3</c:v></c:pt></c:val></c:ser></c:plotArea></c:chart></c:chartSpace>`,
			"word/embeddings/a.bin": "text",
			"word/_rels/document.xml.rels": ooxmltest.Relations([3]string{"r1", "header", "header1.xml"}, [3]string{"r2", "hyperlink", "https://a.example"},
				[3]string{"r3", "chart", "chart1.xml"}, [3]string{"r4", "oleObject", "embeddings/a.bin"}),
		})
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, docx.New(inner{}), parse.Input{Name: "full.docx", Data: full().zip(t)}, parse.Input{Name: "small.docx", Data: body(p("", "x")).zip(t)})
}

func TestChartsAreTables(t *testing.T) {
	check(t, read(t, full()), "heading1 p1: Bericht", "heading1 p1: Eins", "list p1: 1. one\n  - two", "table p1: | A | B |\n| --- | --- |\n| 1 | 2 |\n| 1 | 3 |",
		"paragraph p1: see[^1]there", "caption p2: alt", "caption p2: Sales", "table p2: | Category | Series |\n| --- | --- |\n| Mo | 3 |", "note p2: [^1]: below", "note: Company")
}

// FuzzParse reads archives, and bodies and parts put into a sound archive, which
// damage to an archive does not reach.
func FuzzParse(f *testing.F) {
	w := full()
	f.Add(w.zip(f), w["document.xml"], w["styles.xml"], w["numbering.xml"])
	f.Add([]byte("PK"), body(p("Heading1", "a") + tbl(tr(tc("a"))))["document.xml"], "<w:styles/>", w["footnotes.xml"])
	f.Fuzz(func(t *testing.T, data []byte, document, styles, numbering string) {
		parsetest.Survives(t, docx.New(inner{}), parse.Input{Data: data})
		more := full().with(word{"document.xml": document, "styles.xml": styles, "numbering.xml": numbering, "footnotes.xml": numbering, "chart1.xml": styles})
		parsetest.Survives(t, docx.New(inner{}), parse.Input{Data: more.zip(t)})
	})
}
