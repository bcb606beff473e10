package xlsx_test

import (
	"fmt"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/xlsx"
)

// pack returns an archive of names and texts in turn; a later member of a name
// that was there replaces it.
func pack(t testing.TB, members ...string) []byte {
	t.Helper()
	last := make(map[string]int)
	for i := 0; i+1 < len(members); i += 2 {
		last[members[i]] = i
	}
	var left []string
	for i := 0; i+1 < len(members); i += 2 {
		if last[members[i]] == i {
			left = append(left, members[i], members[i+1])
		}
	}
	return parsetest.ZipInOrder(t, left...)
}

const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

// relations returns a part of relations; each is ID, type and target.
func relations(list ...string) string {
	var b strings.Builder
	b.WriteString(`<Relationships>`)
	for i := 0; i+2 < len(list); i += 3 {
		mode := ""
		if strings.Contains(list[i+2], "://") {
			mode = ` TargetMode="External"`
		}
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="%s/%s" Target="%s"%s/>`, list[i], relationships, list[i+1], list[i+2], mode)
	}
	return b.String() + `</Relationships>`
}

// styles are General, a date, two decimals, General in bold letters.
const styles = `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="0.00&quot; kg&quot;"/></numFmts><fonts><font/><font><b/></font></fonts>
<cellXfs><xf numFmtId="0" fontId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="0" fontId="1"/></cellXfs></styleSheet>`

// workbook packs a workbook with one sheet, S, and more members.
func workbook(t testing.TB, sheet string, members ...string) []byte {
	t.Helper()
	return pack(t, append([]string{
		"_rels/.rels", relations("r1", "officeDocument", "xl/workbook.xml"),
		"xl/workbook.xml", `<workbook xmlns:r="` + relationships + `"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", relations("r1", "worksheet", "worksheets/sheet1.xml"),
		"xl/styles.xml", styles,
		"xl/worksheets/sheet1.xml", `<worksheet xmlns:r="` + relationships + `">` + sheet + `</worksheet>`,
	}, members...)...)
}

func read(t *testing.T, data []byte) rag.Text {
	t.Helper()
	got, err := xlsx.New(nil).Parse(t.Context(), parse.Input{Name: "a.xlsx", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	return got
}

// cells writes rows of cells: texts, or numbers after "=" with a style before it,
// as in "1=44197".
func cells(rows ...string) string {
	var b strings.Builder
	b.WriteString("<sheetData>")
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, c := range strings.Split(row, "|") {
			ref := fmt.Sprintf("%c%d", 'A'+j, i+1)
			if style, number, ok := strings.Cut(c, "="); ok {
				fmt.Fprintf(&b, `<c r="%s" s="%s"><v>%s</v></c>`, ref, style, number)
			} else if c != "" {
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, c)
			}
		}
		b.WriteString("</row>")
	}
	return b.String() + "</sheetData>"
}
