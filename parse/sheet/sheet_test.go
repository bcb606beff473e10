package sheet_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/sheet"
)

// draw returns a sheet of lines of cells that are separated by "|". A cell that
// begins with a digit or a minus sign is a value, one with "*" before it bold.
func draw(book *sheet.Book, lines string) *sheet.Sheet {
	s := sheet.New(book)
	for row, line := range strings.Split(lines, "\n") {
		for col, text := range strings.Split(line, "|") {
			text, strong := strings.CutPrefix(strings.TrimSpace(text), "*")
			value := text != "" && strings.Contains("-0123456789", text[:1])
			s.Add(sheet.Cell{Row: int32(row), Col: int32(col), Text: text, Value: value, Strong: strong})
		}
	}
	return s
}

// written returns the sheet's sections as lines of kind and text, with the first
// title above in parentheses.
func written(t *testing.T, s *sheet.Sheet) string {
	t.Helper()
	var out parse.Builder
	out.Heading(1, "S")
	if err := s.Write(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	var lines []string
	text, sections := out.Result()
	for _, sec := range sections[1:] {
		body := strings.ReplaceAll(text[sec.Start:sec.End], "\n", "/")
		if sec.Kind == rag.Table {
			body = short(body)
		}
		if len(sec.Heading) > 1 && sec.Kind != rag.Heading {
			body = "(" + sec.Heading[1] + ") " + body
		}
		lines = append(lines, string(sec.Kind)+": "+body)
	}
	return strings.Join(lines, "\n")
}

func TestRegions(t *testing.T) {
	for name, c := range map[string]struct{ cells, want string }{
		"one table":                   {"a|b\n1|2\n3|4", "table: a b/=/1 2/3 4"},
		"two below each other":        {"a|b\n1|2\n\nc|d\n3|4", "table: a b/=/1 2\ntable: c d/=/3 4"},
		"an empty row in one":         {"a|b\nx|2\n\ny|4\n\nsum|6", "table: a b/=/x 2/y 4/sum 6"},
		"far below":                   {"a|b\nx|2\n\n\n\n\ny|4\nz|5", "table: a b/=/x 2\ntable: . ./=/y 4/z 5"},
		"bold begins another":         {"a|b\nx|2\n\n*y|*4\nz|5", "table: a b/=/x 2\ntable: y 4/=/z 5"},
		"two beside each other":       {"a|b||c|d\n1|2||3|4\n5|6||7|8\n9|9||", "table: a b/=/1 2/5 6/9 9\ntable: c d/=/3 4/7 8"},
		"of the same length":          {"a|b||c|d\n1|2||x|4\n5|6||y|8", "table: a b/=/1 2/5 6\ntable: c d/=/x 4/y 8"},
		"air between columns":         {"a|b||2020|2021\nx|2||3|4\ny|6||7|8", "table: a b 2020 2021/=/x 2 3 4/y 6 7 8"},
		"a text among values":         {"a|b||2020|2021\nx|2||3|4\ny|6||none|8\nz|1||5|9", "table: a b 2020 2021/=/x 2 3 4/y 6 none 8/z 1 5 9"},
		"labels and values":           {"a||1\nb||2\nc||3", "table: . ./=/a 1/b 2/c 3"},
		"title above":                 {"Ducks\n\na|b\n1|2", "heading: Ducks\ntable: (Ducks) a b/=/1 2"},
		"title right above":           {"Ducks\nof 2020\na|b\n1|2\n\nc|d\n3|4", "heading: Ducks\nparagraph: (Ducks) of 2020\ntable: (Ducks) a b/=/1 2\ntable: c d/=/3 4"},
		"title of another's column":   {"||||Ducks\n\na|b\n1|2", "paragraph: Ducks\ntable: a b/=/1 2"},
		"line of prose":               {"some words\n\nother words", "paragraph: some words\nparagraph: other words"},
		"list with a name":            {"Name\nAnn\nBob", "table: Name/=/Ann/Bob"},
		"long lines":                  {strings.Repeat("x", 200) + "\nb\nc", "paragraph: " + strings.Repeat("x", 200) + "/b/c"},
		"one row":                     {"from|1|to|2", "paragraph: from 1 to 2"},
		"no header":                   {"1|2\n3|4", "table: . ./=/1 2/3 4"},
		"years as header":             {"|2020|2021\nx|1|2", "table: . 2020 2021/=/x 1 2"},
		"bold numbers as header":      {"*1|*2\n3|4", "table: 1 2/=/3 4"},
		"signs of Markdown, newlines": {"a|b\nx\t y|ü\u00A0 z", "table: a b/=/x y ü z"},
	} {
		got := written(t, draw(new(sheet.Book), c.cells))
		if got != c.want {
			t.Errorf("%s:\n%s\ngot\n%s\nwant\n%s", name, c.cells, got, c.want)
		}
	}
}

// short is a table with "=" below its header and "." for empty cells.
func short(table string) string {
	var rows []string
	for row := range strings.SplitSeq(table, "/") {
		if strings.Contains(row, "---") {
			rows = append(rows, "=")
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(row, "|"), "|") {
			if cell = strings.TrimSpace(cell); cell == "" {
				cell = "."
			}
			cells = append(cells, cell)
		}
		rows = append(rows, strings.Join(cells, " "))
	}
	return strings.Join(rows, "/")
}

func TestTextOfATable(t *testing.T) {
	s := draw(new(sheet.Book), "a|b|c\n1||3")
	s.Add(sheet.Cell{Row: 2, Col: 1, Text: "x\n y"})
	s.Add(sheet.Cell{Row: 2, Col: 1, Text: "the same place again"})
	s.Add(sheet.Cell{Row: 2, Col: 2, Text: "p|q"})
	var out parse.Builder
	if err := s.Write(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	got, _ := out.Result()
	if want := "| a | b | c |\n| --- | --- | --- |\n| 1 |  | 3 |\n|  | x y | p\\|q |"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMergedCellsHoldWhatTheyCover(t *testing.T) {
	s := draw(new(sheet.Book), "a|b\ngroup|1\n|\nhidden|2")
	s.Merge([]sheet.Range{{Row: 1, Col: 0, LastRow: 3, LastCol: 0}, {Row: 0, Col: 0, LastRow: 0, LastCol: 0}})
	if got, want := written(t, s), "table: a b/=/group 1/. 2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNamedTablesStandAlone(t *testing.T) {
	s := draw(new(sheet.Book), "title\na|b\nx|1\n\ny|2\nremark|")
	s.Tables = []sheet.Table{{Range: sheet.Range{Row: 1, LastRow: 4, LastCol: 1}, Name: "Ducks", Header: true}}
	if got, want := written(t, s), "heading: title\ncaption: (title) Ducks\ntable: (title) a b/=/x 1/y 2\nparagraph: remark"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinksOfATable(t *testing.T) {
	s := draw(new(sheet.Book), "a|b\nx|1")
	s.Link(1, 0, "https://a.example")
	s.Link(7, 7, "https://nobody.example")
	var out parse.Builder
	if err := s.Write(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if _, sections := out.Result(); len(sections) != 1 || len(sections[0].Links) != 1 || sections[0].Links[0] != "https://a.example" {
		t.Errorf("got %+v", sections)
	}
}

func TestBookIsBounded(t *testing.T) {
	book := new(sheet.Book)
	s := sheet.New(book)
	long := strings.Repeat("x", 1<<20)
	for i := range 300 {
		s.Add(sheet.Cell{Row: int32(i), Text: long})
	}
	s.Add(sheet.Cell{Row: -1, Text: "x"})
	s.Add(sheet.Cell{Col: sheet.MaxColumn, Text: "x"})
	if got := book.Warnings(); len(got) != 2 || !strings.HasPrefix(got[0], "108 cells") || !strings.HasPrefix(got[1], "192 cells") {
		t.Errorf("got %q", got)
	}
}

// TestManyRegions draws what is cut into pieces again and again.
func TestManyRegions(t *testing.T) {
	s := sheet.New(new(sheet.Book))
	for i := range int32(20_000) {
		s.Add(sheet.Cell{Row: 2 * i, Col: i % 50, Text: fmt.Sprintf("cell %d.", i)})
	}
	got := written(t, s)
	if !strings.Contains(got, "cell 19999.") || strings.Count(got, "\n") > 5_100 {
		t.Errorf("%d sections", strings.Count(got, "\n"))
	}
}

func TestWriteStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := draw(new(sheet.Book), "a").Write(ctx, new(parse.Builder)); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
}
