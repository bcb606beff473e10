package xlsx_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parsetest"
	"ragserver/parse/xlsx"
)

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, xlsx.New(nil), parse.Input{Name: "a.xlsx", Data: workbook(t, cells("Name|Weight", "Duck|2=1.5"))})
}

func TestCellsAreShownAsPeopleSeeThem(t *testing.T) {
	row := `<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="str"><f>A1</f><v>_x0041_b_x000D_</v></c></row>
<row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c><c s="1"><v>44197</v></c><c s="2"><v>1.005</v></c><c t="d" s="1"><v>2021-02-03T00:00:00</v></c><c><f>A1+B1</f></c><c t="s"><v>99</v></c><c s="99"><v>1E3</v></c><c><v>12a</v></c></row></sheetData>`
	strs := `<sst><si><r><t>Ri</t></r><r><t xml:space="preserve">ch </t></r><rPh><t>aloud</t></rPh></si><si><t>a|b
c</t></si></sst>`
	got := read(t, workbook(t, row, "xl/sharedStrings.xml", strs))
	want := "S\n\n| Rich | a\\|b c | Ab |  |  |  |  |  |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n" +
		"| TRUE | #N/A | 2021-01-01 | 1.01 kg | 2021-02-03 | =A1+B1 | 1000 | 12a |"
	if got.Text != want {
		t.Errorf("got\n%s\nwant\n%s", got.Text, want)
	}
	if len(got.Warnings) != 1 {
		t.Errorf("got warnings %q, want one of a string that is not there", got.Warnings)
	}
}

func TestSheetsArePages(t *testing.T) {
	book := `<workbook xmlns:r="` + relationships + `"><workbookPr date1904="1"/><sheets><sheet name="B" r:id="r2"/><sheet name="None" r:id="r9"/><sheet name="A" state="hidden" r:id="r1"/><sheet name="V" state="veryHidden" r:id="r1"/></sheets>
<definedNames><definedName name="Rate">B!$B$1</definedName><definedName name="All">B!$A$1:$B$2</definedName><definedName name="VAT">0.19</definedName><definedName name="_xlnm.Print_Area">B!$A$1</definedName></definedNames></workbook>`
	got := read(t, workbook(t, cells("one"), "xl/workbook.xml", book, "xl/worksheets/sheet2.xml", "<worksheet>"+cells("1=0|two")+"</worksheet>",
		"xl/_rels/workbook.xml.rels", relations("r1", "worksheet", "worksheets/sheet1.xml", "r2", "worksheet", "/xl/worksheets/sheet2.xml")))
	if want := "B\n\n1904-01-01 two\n\nA\n\none\n\n- Rate = B!$B$1\n- VAT = 0.19"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	var pages []int
	for _, s := range got.Sections {
		pages = append(pages, s.Page)
	}
	if !slices.Equal(pages, []int{1, 1, 3, 3, 0}) || !slices.Equal(got.Labels, []string{"B", "None", "A", "V"}) || got.Pages != 4 {
		t.Errorf("got pages %d of %d, %q", pages, got.Pages, got.Labels)
	}
	if len(got.Warnings) != 2 {
		t.Errorf("got warnings %q", got.Warnings)
	}
}

func TestMergedCellIsThereOnce(t *testing.T) {
	got := read(t, workbook(t, cells("Title|x|x", "a|b|c", "d|e|f")+`<mergeCells><mergeCell ref="A1:C1"/></mergeCells>`))
	if want := "S\n\nTitle\n\n| a | b | c |\n| --- | --- | --- |\n| d | e | f |"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	if s := got.Sections[2]; !slices.Equal(s.Heading, []string{"S", "Title"}) || s.Kind != rag.Table {
		t.Errorf("got section %+v", s)
	}
}

func TestTablesHaveTheirNamesAndHeaders(t *testing.T) {
	table := func(name, header string) string {
		return fmt.Sprintf(`<table displayName="%s" ref="A2:B3" headerRowCount="%s"/>`, name, header)
	}
	for _, c := range []struct{ name, header, want string }{
		{"Sales_2021x", "1", "S\n\nabove\n\nSales 2021x\n\n| 1 | 2 |\n| --- | --- |\n| a | b |"},
		{"Table1", "0", "S\n\nabove\n\n|  |  |\n| --- | --- |\n| 1 | 2 |\n| a | b |"},
	} {
		got := read(t, workbook(t, cells("above", "0=1|0=2", "a|b"), "xl/worksheets/_rels/sheet1.xml.rels", relations("t1", "table", "../tables/table1.xml"), "xl/tables/table1.xml", table(c.name, c.header)))
		if got.Text != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got.Text, c.want)
		}
	}
}

func TestLinks(t *testing.T) {
	data := cells("a|b", "c|d") + `<hyperlinks><hyperlink ref="A2" r:id="h1" location="x"/><hyperlink ref="B2" location="S!A1"/></hyperlinks>`
	data = strings.Replace(data, `<c r="B1"`, `<c r="C1" t="str"><f>HYPERLINK("https://f.example","go")</f><v>go</v></c><c r="B1"`, 1)
	got := read(t, workbook(t, data, "xl/worksheets/_rels/sheet1.xml.rels", relations("h1", "hyperlink", "https://a.example/")))
	if links := got.Sections[1].Links; !slices.Equal(links, []string{"https://f.example", "https://a.example/#x"}) {
		t.Errorf("got links %q in %q", links, got.Text)
	}
}

func TestCommentsAndThreads(t *testing.T) {
	rels := relations("c", "comments", "../comments1.xml", "t", "threadedComment", "../threadedComments/t1.xml")
	comments := `<comments><authors><author>Ann</author><author>tc={1}</author></authors><commentList>
<comment ref="A1" authorId="0"><text><r><t>Ann:</t></r><r><t> look</t></r></text></comment><comment ref="B2" authorId="0"><text><t>plain</t></text></comment><comment ref="C3" authorId="1"><text><t>[Threaded comment] old</t></text></comment></commentList></comments>`
	threads := `<ThreadedComments><threadedComment ref="C3" personId="p"><text>why?</text></threadedComment><threadedComment ref="C3" personId="q"><text>so</text></threadedComment></ThreadedComments>`
	got := read(t, workbook(t, cells("x"), "xl/worksheets/_rels/sheet1.xml.rels", rels, "xl/comments1.xml", comments, "xl/threadedComments/t1.xml", threads,
		"xl/_rels/workbook.xml.rels", relations("r1", "worksheet", "worksheets/sheet1.xml", "p", "person", "persons/p.xml"),
		"xl/persons/p.xml", `<personList><person id="p" displayName="Bob"/></personList>`))
	if want := "S\n\nx\n\nC3: Bob: why?\nso\n\nA1: Ann: look\n\nB2: Ann: plain"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	if got.Sections[2].Kind != rag.Note {
		t.Errorf("a comment is a %s", got.Sections[2].Kind)
	}
}

type echo struct{}

func (echo) Parse(_ context.Context, in parse.Input) (rag.Text, error) {
	return rag.Text{Text: string(in.Data)}, nil
}

func TestWhatLiesOverTheCells(t *testing.T) {
	drawing := `<wsDr xmlns:r="` + relationships + `"><sp><nvSpPr><cNvPr descr="a duck"/></nvSpPr><txBody><p><r><t>in a </t></r><r><t>box</t></r></p></txBody></sp><graphicFrame><chart r:id="c1"/></graphicFrame></wsDr>`
	chart := `<chartSpace><chart><title><tx><rich><p><r><t>Ducks</t></r></p></rich></tx></title><plotArea><barChart><ser><tx><strRef><strCache><pt idx="0"><v>Wild</v></pt></strCache></strRef></tx><cat><strCache><pt idx="0"><v>2021</v></pt></strCache></cat></ser></barChart></plotArea></chart></chartSpace>`
	data := workbook(t, `<sheetData/><headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12For Ann&amp;RPage &amp;P</oddHeader></headerFooter>`,
		"xl/worksheets/_rels/sheet1.xml.rels", relations("d", "drawing", "../drawings/d1.xml", "e", "package", "../embeddings/data.txt"), "xl/embeddings/data.txt", "attached",
		"xl/drawings/d1.xml", drawing, "xl/drawings/_rels/d1.xml.rels", relations("c1", "chart", "../charts/c1.xml"), "xl/charts/c1.xml", chart)
	got, err := xlsx.New(echo{}).Parse(t.Context(), parse.Input{Data: data})
	if err != nil {
		t.Fatal(err)
	}
	if want := "S\n\nFor Ann\nPage\n\na duck\n\nin a box\n\nChart: Ducks: Wild"; got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	if len(got.Parts) != 1 || got.Parts[0].Text.Text != "attached" {
		t.Errorf("got parts %+v", got.Parts)
	}
}

func TestDocumentSaysWhatItIs(t *testing.T) {
	core := `<coreProperties><title>Count</title><creator>Ann</creator><created>2021-03-04T05:06:07Z</created></coreProperties>`
	got := read(t, workbook(t, cells("x"), "docProps/core.xml", core))
	if got.Title != "Count" || got.Author != "Ann" || got.Created.Year() != 2021 || got.MediaType != xlsx.MediaType || got.Parser != "xlsx" {
		t.Errorf("got %+v", got)
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"binary":    {pack(t, "_rels/.rels", relations("r", "officeDocument", "xl/workbook.bin"), "xl/workbook.bin", "x"), parse.ErrUnsupported},
		"encrypted": {[]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest"), parse.ErrEncrypted},
		"no sheets": {pack(t, "xl/workbook.xml", "<workbook/>"), parse.ErrUnsupported},
	} {
		if _, err := xlsx.New(nil).Parse(t.Context(), parse.Input{Name: name, Data: c.data}); !errors.Is(err, c.want) {
			t.Errorf("%s: got error %v, want %v", name, err, c.want)
		}
	}
}

func TestSheetsOfADamagedWorkbookAreFound(t *testing.T) {
	got := read(t, workbook(t, cells("there"), "xl/workbook.xml", "<workbook>"))
	if !strings.Contains(got.Text, "there") || len(got.Warnings) == 0 {
		t.Errorf("got %q, warnings %q", got.Text, got.Warnings)
	}
}
