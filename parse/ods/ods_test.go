package ods_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ods"
	"ragserver/parse/parsetest"
)

// content wraps what stands in a spreadsheet.
func content(styles, sheets string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><office:document-content><office:automatic-styles>` + styles +
		`</office:automatic-styles><office:body><office:spreadsheet>` + sheets + `</office:spreadsheet></office:body></office:document-content>`
}

const ducks = `<table:table table:name="Ducks"><table:table-column table:number-columns-repeated="3"/>
<table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>Ducks by year</text:p></table:table-cell><table:covered-table-cell><text:p>covered</text:p></table:covered-table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Year</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Number</text:p>
<office:annotation><dc:creator>Ann</dc:creator><dc:date>2021-01-01</dc:date><text:p>counted by hand</text:p></office:annotation></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="2019"><text:p>2019</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="1200"><text:p>1.200 Stück</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="float" office:value="2020"/><table:table-cell><text:p>see <text:a xlink:href="https://duck.example/">this<text:s text:c="2"/>pa|ge</text:a></text:p><text:p>below</text:p></table:table-cell><table:covered-table-cell><text:p>by nothing</text:p></table:covered-table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>`

const meta = `<office:document-meta><office:meta><dc:title>Count</dc:title><meta:initial-creator>Ann</meta:initial-creator><dc:creator>Bob</dc:creator>
<meta:creation-date>2021-03-04T05:06:07.89</meta:creation-date><meta:keyword>duck</meta:keyword><meta:keyword>pond</meta:keyword><meta:user-defined meta:name="Project">Lake</meta:user-defined></office:meta></office:document-meta>`

func read(t *testing.T, data []byte) rag.Text {
	t.Helper()
	got, err := ods.New(nil).Parse(t.Context(), parse.Input{Name: "a.ods", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	parsetest.Check(t, got)
	return got
}

func sheets(t *testing.T, sheets string) rag.Text {
	t.Helper()
	return read(t, parsetest.ZipInOrder(t, "content.xml", content("", sheets)))
}

func TestParserKeepsTheContract(t *testing.T) {
	parsetest.Run(t, ods.New(nil), parse.Input{Name: "a.ods", Data: parsetest.ZipInOrder(t, "mimetype", ods.MediaType, "content.xml", content("", ducks), "meta.xml", meta)},
		parse.Input{Name: "a.fods", Data: []byte(content("", ducks))})
}

func TestSheetReadsLikeATable(t *testing.T) {
	got := sheets(t, ducks+`<table:table table:name="Empty"/>`)
	want := "Ducks\n\nDucks by year\n\n| Year | Number |\n| --- | --- |\n| 2019 | 1.200 Stück |\n| 2020 | see this pa\\|ge below |\n\nB2: Ann: counted by hand"
	if got.Text != want {
		t.Errorf("got\n%s\nwant\n%s", got.Text, want)
	}
	if !slices.Equal(got.Labels, []string{"Ducks", "Empty"}) || got.Pages != 2 {
		t.Errorf("got %d pages, %q", got.Pages, got.Labels)
	}
	table := got.Sections[2]
	if table.Kind != rag.Table || table.Page != 1 || !slices.Equal(table.Heading, []string{"Ducks", "Ducks by year"}) || !slices.Equal(table.Links, []string{"https://duck.example/"}) {
		t.Errorf("got section %+v", table)
	}
	if note := got.Sections[3]; note.Kind != rag.Note || !slices.Equal(note.Heading, []string{"Ducks"}) {
		t.Errorf("got section %+v", note)
	}
}

func TestDocumentSaysWhatItIs(t *testing.T) {
	for name, data := range map[string][]byte{
		"archive": parsetest.ZipInOrder(t, "content.xml", content("", ducks), "meta.xml", meta),
		"file":    []byte("<office:document>" + meta + content("", ducks) + "</office:document>"),
	} {
		got := read(t, data)
		if got.Title != "Count" || got.Author != "Ann" || got.Created.Year() != 2021 || got.Meta["keywords"] != "duck, pond" || got.Meta["Project"] != "Lake" {
			t.Errorf("%s: got %q by %q of %v, %v", name, got.Title, got.Author, got.Created, got.Meta)
		}
	}
}

func TestRepetitionsAreBounded(t *testing.T) {
	got := sheets(t, `<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell></table:table-row></table:table>`)
	if n := strings.Count(got.Text, "x"); n != 256_000 || len(got.Warnings) != 1 {
		t.Errorf("%d copies, warnings %q", n, got.Warnings)
	}
	got = sheets(t, `<table:table table:name="S"><table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p></table:table-cell></table:table-row></table:table>`)
	if n := strings.Count(got.Text, "| x | x |"); n != 3 || len(got.Warnings) > 0 {
		t.Errorf("%d rows of three, warnings %q", n, got.Warnings)
	}
}

func TestBoldNamesColumns(t *testing.T) {
	row := `<table:table-row><table:table-cell table:style-name="b" office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell><table:table-cell table:style-name="b" office:value-type="float"><text:p>2</text:p></table:table-cell></table:table-row>`
	rows := `<table:table table:name="S">` + row + strings.ReplaceAll(row, `"b"`, `"c"`) + `</table:table>`
	got := read(t, parsetest.ZipInOrder(t, "content.xml", content(`<style:style style:name="b"><style:text-properties fo:font-weight="bold"/></style:style>`, rows)))
	if !strings.Contains(got.Text, "| 1 | 2 |\n| --- | --- |\n| 1 | 2 |") {
		t.Errorf("got %q", got.Text)
	}
	if got := sheets(t, rows); !strings.Contains(got.Text, "|  |  |\n| --- | --- |\n| 1 | 2 |\n| 1 | 2 |") {
		t.Errorf("without bold letters: got %q", got.Text)
	}
}

type echo struct{}

func (echo) Parse(_ context.Context, in parse.Input) (rag.Text, error) {
	return rag.Text{Text: string(in.Data)}, nil
}

func TestWhatLiesOverTheCells(t *testing.T) {
	body := `<table:table table:name="S"><table:shapes><draw:frame><svg:title>Map</svg:title><svg:desc>of the lake</svg:desc><draw:object xlink:href="./Object 1"/></draw:frame>
<draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame><draw:frame><draw:object-ole xlink:href="./Object 2"/></draw:frame></table:shapes></table:table>
<table:named-expressions><table:named-range table:name="Rate" table:cell-range-address="$S.$A$1"/><table:named-range table:name="All" table:cell-range-address="$S.$A$1:.$B$2"/></table:named-expressions>`
	data := parsetest.ZipInOrder(t, "content.xml", content("", body), "Object 1/content.xml", `<chart><chart:title><text:p>Ducks</text:p></chart:title><table:table><text:p>copy</text:p></table:table></chart>`, "Object 2", "attached")
	got, err := ods.New(echo{}).Parse(t.Context(), parse.Input{Name: "a.ods", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	want := "S\n\nMap\n\nof the lake\n\nChart: Ducks\n\nin a box\n\n- Rate = $S.$A$1"
	if got.Text != want {
		t.Errorf("got %q, want %q", got.Text, want)
	}
	if len(got.Parts) != 1 || got.Parts[0].Name != "Object 2" || got.Parts[0].Text.Text != "attached" {
		t.Errorf("got parts %+v", got.Parts)
	}
}

func TestPasswordIsToldFromDamage(t *testing.T) {
	manifest := `<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`
	for want, data := range map[error][]byte{
		parse.ErrEncrypted:   parsetest.ZipInOrder(t, "META-INF/manifest.xml", manifest, "content.xml", "\x01\x02"),
		parse.ErrUnsupported: parsetest.ZipInOrder(t, "content.xml", "<a/>"),
	} {
		if _, err := ods.New(nil).Parse(t.Context(), parse.Input{Data: data}); !errors.Is(err, want) {
			t.Errorf("got error %v, want %v", err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(content("", ducks)))
	f.Add([]byte(`<table:table table:name="S"><table:table-row table:number-rows-repeated="9"><table:table-cell table:number-columns-spanned="99999999" table:number-rows-spanned="2"><text:p>x</text:p><table:table/><draw:g><draw:g/></draw:g></table:table-cell></table:table-row>`))
	f.Fuzz(func(t *testing.T, xml []byte) {
		parsetest.Survives(t, ods.New(nil), parse.Input{Name: "a.ods", Data: parsetest.ZipInOrder(t, "content.xml", string(xml), "meta.xml", string(xml))})
	})
}
