package docx_test

import (
	"strings"
	"testing"

	"ragserver/parse/docx"
	"ragserver/parse/parsetest"

	"ragserver/parse"
)

func tbl(rows ...string) string { return `<w:tbl><w:tblPr/>` + strings.Join(rows, "") + `</w:tbl>` }

func tr(cells ...string) string { return `<w:tr>` + strings.Join(cells, "") + `</w:tr>` }

func tc(text string) string { return `<w:tc>` + p("", text) + `</w:tc>` }

func tcWith(property, text string) string {
	return `<w:tc><w:tcPr>` + property + `</w:tcPr>` + p("", text) + `</w:tc>`
}

func head(row string) string {
	return strings.Replace(row, "<w:tr>", `<w:tr><w:trPr><w:tblHeader/></w:trPr>`, 1)
}

func TestTablesAreMarkdown(t *testing.T) {
	got := read(t, body(tbl(tr(tc("Item"), tc("Price | €")), tr(`<w:tc>`+p("", "Tea")+p("", "black")+`</w:tc>`, tc("2")),
		`<w:tr><w:trPr><w:del/></w:trPr>`+tc("deleted")+`</w:tr>`, `<w:sdt><w:sdtContent>`+tr(tc("Milk"), tc("1"))+`</w:sdtContent></w:sdt>`)))
	check(t, got, "table: | Item | Price \\| € |\n| --- | --- |\n| Tea black | 2 |\n| Milk | 1 |")
}

func TestMergedCellsKeepTheirColumns(t *testing.T) {
	got := read(t, body(tbl(
		tr(tc("A"), tc("B"), tc("C"), tc("D")),
		tr(tcWith(`<w:vMerge w:val="restart"/>`, "over two"), tcWith(`<w:gridSpan w:val="2"/>`, "wide"), tc("d1")),
		tr(tcWith(`<w:vMerge/>`, ""), tc("b2"), tc("c2"), tc("d2")),
		`<w:tr><w:trPr><w:gridBefore w:val="3"/></w:trPr>`+tc("late")+`</w:tr>`)))
	check(t, got, "table: | A | B | C | D |\n| --- | --- | --- | --- |\n| over two | wide |  | d1 |\n| over two | b2 | c2 | d2 |\n|  |  |  | late |")
}

func TestHeaderRowsBecomeOne(t *testing.T) {
	got := read(t, body(tbl(
		head(tr(tcWith(`<w:vMerge w:val="restart"/>`, "Name"), tcWith(`<w:gridSpan w:val="2"/>`, "2024"))),
		head(tr(tcWith(`<w:vMerge/>`, ""), tc("Q1"), tc("Q2"))),
		tr(tc("x"), tc("1"), tc("2")))))
	check(t, got, "table: | Name | 2024 Q1 | 2024 Q2 |\n| --- | --- | --- |\n| x | 1 | 2 |")
}

func TestNestedTablesAreFlattened(t *testing.T) {
	inner := tbl(tr(tc("a"), tc("b")), tr(tc("c"), tc("d")))
	got := read(t, body(tbl(tr(tc("A"), tc("B")), tr(`<w:tc>`+p("", "see")+inner+p("", "")+`</w:tc>`, tc("x")))))
	check(t, got, "table: | A | B |\n| --- | --- |\n| see a, b; c, d | x |")
}

func TestTablesThatArrangeTextAreText(t *testing.T) {
	long := strings.Repeat("word ", 500)
	check(t, read(t, body(tbl(tr(tc("left"), tc(long))))), "paragraph: left", "paragraph: "+strings.TrimSpace(long))
	check(t, read(t, body(tbl(tr(`<w:tc>`+p("Heading1", "One")+p("", "column")+`</w:tc>`), tr(tc("more"))))), "heading1: One", "paragraph: column", "paragraph: more")
}

func TestWideTablesAreLimited(t *testing.T) {
	row := `<w:tr><w:trPr><w:gridBefore w:val="1000000000"/></w:trPr>` + tcWith(`<w:gridSpan w:val="1000000000"/>`, "x") + `</w:tr>`
	parsetest.Survives(t, docx.New(nil), parse.Input{Data: body(tbl(strings.Repeat(row, 100), tr(tc("a"), tc("b")))).zip(t)})
	row = `<w:tr><w:trPr><w:gridBefore w:val="190"/></w:trPr>` + tc("x") + tc("y") + `</w:tr>`
	got := read(t, body(tbl(strings.Repeat(row, 3_000))))
	if len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "rows of a table were left out") {
		t.Errorf("got warnings %q", got.Warnings)
	}
}
