package ods

import (
	"fmt"
	"strconv"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/sheet"
	"ragserver/parse/xmlstream"
)

// A table is a sheet that is being read.
type table struct {
	*reader
	*sheet.Sheet
	row, col int
	cells    []sheet.Cell // of the current row
	links    []string     // of the cells
	merged   []sheet.Range
	beside   []piece
}

// A piece is a text that is no cell's.
type piece struct {
	kind rag.Kind
	text string
}

// maxPieces bounds the pieces and merged cells of a sheet.
const maxPieces = 20_000

func (t *table) add(kind rag.Kind, text string) {
	if strings.TrimSpace(text) != "" && len(t.beside) < maxPieces {
		t.beside = append(t.beside, piece{kind, text})
	}
}

// table reads the sheet that has just started and adds it.
func (r *reader) table() {
	name := strings.ToValidUTF8(r.x.Attr("name"), "\uFFFD")
	r.labels = append(r.labels, name)
	t := &table{reader: r, Sheet: sheet.New(&r.book)}
	for depth := 1; depth > 0 && r.ctx.Err() == nil; {
		switch r.x.Next() {
		case xmlstream.None:
			depth = 0
		case xmlstream.End:
			depth--
		case xmlstream.Start:
			switch r.x.Name() {
			case "table-row":
				t.readRow()
			case "shapes":
				t.shape()
			case "named-range", "named-expression":
				r.named()
				depth++
			case "table", "table-source", "forms", "scenario":
				r.x.Skip()
			default:
				depth++
			}
		}
	}
	t.Merge(t.merged)
	if t.Empty() && len(t.beside) == 0 {
		return
	}
	r.out.Page(len(r.labels))
	r.out.Top()
	r.out.Heading(1, name)
	if t.Write(r.ctx, &r.out) != nil {
		return // the context's error, which Parse returns
	}
	for _, p := range t.beside {
		r.out.Add(p.kind, p.text)
	}
}

// How often a repeated row and cell with text is written.
const (
	maxRowCopies  = 1_000
	maxCellCopies = 256
)

// repeated returns a number of repetitions, at least 1.
func (t *table) repeated(attr string) int {
	n, err := strconv.Atoi(string(t.x.RawAttr(attr)))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, sheet.MaxRow)
}

func (t *table) readRow() {
	times := t.repeated("number-rows-repeated")
	t.col, t.cells, t.links = 0, t.cells[:0], t.links[:0]
	for depth := 1; depth > 0; {
		switch t.x.Next() {
		case xmlstream.None:
			depth = 0
		case xmlstream.End:
			depth--
		case xmlstream.Start:
			switch t.x.Name() {
			case "table-cell":
				t.cell(false)
			case "covered-table-cell":
				t.cell(true)
			default:
				depth++
			}
		}
	}
	if t.row >= sheet.MaxRow {
		return
	}
	copies := min(times, maxRowCopies, sheet.MaxRow-t.row)
	for i := range copies {
		for j, c := range t.cells {
			c.Row = int32(t.row + i)
			t.Add(c)
			t.Link(c.Row, c.Col, t.links[j])
		}
	}
	t.copies += (times - copies) * len(t.cells)
	t.row += times
}

// cell reads the cell that has just started. What a covered one holds is not
// shown.
func (t *table) cell(covered bool) {
	times := t.repeated("number-columns-repeated")
	rows, cols := t.repeated("number-rows-spanned"), t.repeated("number-columns-spanned")
	c := sheet.Cell{Col: int32(min(t.col, sheet.MaxColumn)), Strong: t.strong[t.x.Attr("style-name")]}
	kind, plain := t.x.Attr("value-type"), t.value()
	c.Value = kind != "" && kind != "string"
	var lines []string
	size, link := 0, ""
	for depth := 1; depth > 0; {
		switch t.x.Next() {
		case xmlstream.None:
			depth = 0
		case xmlstream.End:
			depth--
		case xmlstream.Start:
			switch t.x.Name() {
			case "p":
				line, to := paragraph(t.x)
				if size += len(line); size < maxText {
					lines = append(lines, line)
				}
				if link == "" {
					link = to
				}
			case "annotation":
				t.annotation()
			case "detective", "dde-source":
				t.x.Skip()
			case "g", "frame", "custom-shape", "rect", "line", "ellipse", "caption", "connector", "polygon", "path":
				t.shape()
			default:
				depth++
			}
		}
	}
	if c.Text = strings.Join(lines, "\n"); c.Text == "" && lines == nil {
		c.Text = plain
	}
	if c.Text != "" && !covered && t.col < sheet.MaxColumn {
		t.keep(c, link, times)
		if rows > 1 || cols > 1 {
			t.merge(rows, cols)
		}
	}
	t.col = min(t.col+times, sheet.MaxColumn)
}

// keep adds a cell to the row, as often as it is there.
func (t *table) keep(c sheet.Cell, link string, times int) {
	copies := min(times, maxCellCopies, sheet.MaxColumn-t.col)
	for i := range copies {
		c.Col = int32(t.col + i)
		t.cells, t.links = append(t.cells, c), append(t.links, link)
	}
	t.copies += times - copies
}

func (t *table) merge(rows, cols int) {
	if len(t.merged) < maxPieces && t.row < sheet.MaxRow {
		t.merged = append(t.merged, sheet.Range{
			Row: int32(t.row), Col: int32(t.col),
			LastRow: int32(min(t.row+rows, sheet.MaxRow) - 1), LastCol: int32(min(t.col+cols, sheet.MaxColumn) - 1),
		})
	}
}

// value returns the value of the cell that has just started, for programs that
// save no text with it.
func (t *table) value() string {
	for _, attr := range []string{"string-value", "date-value", "time-value", "boolean-value", "value"} {
		if v := t.x.RawAttr(attr); v != nil {
			return string(v)
		}
	}
	return ""
}

// annotation adds a comment on the current cell.
func (t *table) annotation() {
	author, text := "", []string(nil)
	for depth := 1; depth > 0; {
		switch t.x.Next() {
		case xmlstream.None:
			depth = 0
		case xmlstream.End:
			depth--
		case xmlstream.Start:
			switch t.x.Name() {
			case "creator":
				author, _ = paragraph(t.x)
			case "p":
				if line, _ := paragraph(t.x); len(text) < 1000 {
					text = append(text, line)
				}
			case "date", "date-string":
				t.x.Skip()
			default:
				depth++
			}
		}
	}
	said := strings.TrimSpace(strings.Join(text, "\n"))
	if said == "" {
		return
	}
	if author = strings.TrimSpace(author); author != "" {
		said = author + ": " + said
	}
	t.add(rag.Note, fmt.Sprintf("%s%d: %s", letters(t.col), t.row+1, said))
}

// letters returns the name of a column, from 0.
func letters(col int) string {
	name := ""
	for col++; col > 0; col = (col - 1) / 26 {
		name = string(rune('A'+(col-1)%26)) + name
	}
	return name
}

// shape adds what the drawing that has just started says: its texts, what a
// picture shows, a chart.
func (t *table) shape() {
	for depth := 1; depth > 0; {
		switch t.x.Next() {
		case xmlstream.None:
			depth = 0
		case xmlstream.End:
			depth--
		case xmlstream.Start:
			switch t.x.Name() {
			case "p":
				text, _ := paragraph(t.x)
				t.add(rag.Paragraph, text)
			case "title", "desc":
				text, _ := paragraph(t.x)
				t.add(rag.Caption, parse.Cell(text))
			case "object", "object-ole":
				if text := t.object(t.x.Attr("href")); text != "" {
					t.add(rag.Caption, "Chart: "+text)
				}
				depth++
			default:
				depth++
			}
		}
	}
}
