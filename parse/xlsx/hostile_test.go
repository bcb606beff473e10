package xlsx_test

import (
	"fmt"
	"strings"
	"testing"

	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/xlsx"
)

func TestFarCellCostsNothing(t *testing.T) {
	got := read(t, workbook(t, `<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="B1:A1048576"/></mergeCells>`))
	if len(got.Text) > 100 || !strings.Contains(got.Text, "2") {
		t.Errorf("got %d bytes", len(got.Text))
	}
}

func TestDiagonalOfCellsIsNoSquare(t *testing.T) {
	var b strings.Builder
	b.WriteString("<sheetData>")
	for i := range 5000 {
		fmt.Fprintf(&b, `<row><c r="%s%d"><v>%d</v></c></row>`, letters(i), i+1, i)
	}
	if got := read(t, workbook(t, b.String()+"</sheetData>")); len(got.Text) > 100_000 {
		t.Errorf("5000 cells became %d bytes", len(got.Text))
	}
}

func letters(col int) string {
	name := ""
	for col++; col > 0; col = (col - 1) / 26 {
		name = string(rune('A'+(col-1)%26)) + name
	}
	return name
}

func TestSharedStringIsNoBomb(t *testing.T) {
	long := strings.Repeat("x", 300<<10)
	rows := strings.Repeat(`<row><c t="s"><v>0</v></c></row>`, 1000)
	got := read(t, workbook(t, "<sheetData>"+rows+"</sheetData>", "xl/sharedStrings.xml", "<sst><si><t>"+long+"</t></si></sst>"))
	if len(got.Text) > 60<<20 || len(got.Warnings) != 2 {
		t.Errorf("got %d bytes, warnings %q", len(got.Text), got.Warnings)
	}
}

func FuzzSheet(f *testing.F) {
	f.Add(cells("Name|Weight", "Duck|2=1.5", "", "x") + `<mergeCells><mergeCell ref="A1:B1"/></mergeCells><hyperlinks><hyperlink ref="A1" location="x"/></hyperlinks>`)
	f.Add(`<row r="9"><c r="ZZ9" t="s"><v>1<f>HYPERLINK("a")</f><is><rPh><t>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		data := workbook(t, sheet, "xl/sharedStrings.xml", sheet, "xl/comments1.xml", sheet, "xl/drawings/d.xml", sheet, "xl/tables/t.xml", sheet,
			"xl/worksheets/_rels/sheet1.xml.rels", relations("a", "comments", "../comments1.xml", "b", "drawing", "../drawings/d.xml", "c", "table", "../tables/t.xml"))
		parsetest.Survives(t, xlsx.New(nil), parse.Input{Name: "a.xlsx", Data: data})
	})
}

func FuzzParse(f *testing.F) {
	f.Add(workbook(f, cells("Name|Weight", "Duck|2=1.5")))
	f.Fuzz(func(t *testing.T, data []byte) {
		parsetest.Survives(t, xlsx.New(nil), parse.Input{Name: "a.xlsx", Data: data})
	})
}
