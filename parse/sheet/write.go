package sheet

import (
	"context"
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// Bounds of what is written.
const (
	maxTitle = 150      // bytes of a line that is a title
	maxBook  = 60 << 20 // bytes of the text of all sheets
	maxAddr  = 1000     // links of one section
)

// titleLevel is the level of a heading inside a sheet.
const titleLevel = 2

// Write adds the sheet to out, below the heading of its name: every table as one
// section with its header first, and the lines that stand alone.
func (s *Sheet) Write(ctx context.Context, out *parse.Builder) error {
	regions := s.regions()
	for i, r := range regions {
		if i&0xFF == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if i+1 < len(regions) && heads(r, regions[i+1]) {
			s.put(out, rag.Section{Kind: rag.Heading, Level: titleLevel}, r.cells[0].Text, r.cells)
			continue
		}
		if i == 0 || !heads(regions[i-1], r) {
			out.Leave(titleLevel)
		}
		s.region(out, r)
	}
	out.Leave(titleLevel)
	return nil
}

// heads reports whether a is the title of b, which stands right below it.
func heads(a, b region) bool {
	return len(a.cells) == 1 && title(&a.cells[0]) && len(b.cells) > 2 && b.row()-a.lastRow() <= 3 && b.columns() > 1 &&
		b.cells[0].Col <= a.cells[0].lastCol() && a.cells[0].Col < int32(len(columnsOf(b.cells)))
}

func title(c *Cell) bool { return !c.Value && len(c.Text) <= maxTitle }

// region writes one region. Rows at its top that have one cell only are its title.
func (s *Sheet) region(out *parse.Builder, r region) {
	cells := r.cells
	if r.table == nil {
		for n := 0; n < 3 && len(cells) > 2 && cells[0].Row != cells[1].Row && !cells[0].Value && (region{cells: cells[1:]}).columns() > 1; n++ {
			if title(&cells[0]) && n == 0 {
				out.Leave(titleLevel)
				s.put(out, rag.Section{Kind: rag.Heading, Level: titleLevel}, cells[0].Text, cells[:1])
			} else {
				s.put(out, rag.Section{Kind: rag.Paragraph}, cells[0].Text, cells[:1])
			}
			cells = cells[1:]
		}
	} else if r.table.Name != "" {
		s.put(out, rag.Section{Kind: rag.Caption}, r.table.Name, nil)
	}
	rows := rowsOf(cells)
	columns := (region{cells: cells}).columns()
	switch {
	case len(rows) == 1 || columns == 1 && !column(cells):
		s.put(out, rag.Section{Kind: rag.Paragraph}, lines(rows, "\n", " "), cells)
	case len(rows)*columns > 10*len(cells)+1000:
		s.put(out, rag.Section{Kind: rag.Paragraph}, lines(rows, "\n", " | "), cells)
	default:
		known := r.table != nil
		s.put(out, rag.Section{Kind: rag.Table}, markdown(rows, columns, known && r.table.Header || !known && header(rows, columns)), cells)
	}
}

// put adds a section with the links of its cells.
func (s *Sheet) put(out *parse.Builder, sec rag.Section, text string, cells []Cell) {
	if out.Len()+len(text) > maxBook {
		s.book.left += len(cells)
		return
	}
	if len(s.links) > 0 {
		for i := range cells {
			if to := s.links[place{cells[i].Row, cells[i].Col}]; to != "" && len(sec.Links) < maxAddr {
				sec.Links = append(sec.Links, to)
			}
		}
		sec.Links = slices.Compact(sec.Links)
	}
	out.Put(sec, text)
}

// rowsOf cuts cells into rows that have some.
func rowsOf(cells []Cell) (rows [][]Cell) {
	begin := 0
	for i := 1; i <= len(cells); i++ {
		if i == len(cells) || cells[i].Row != cells[begin].Row {
			rows = append(rows, cells[begin:i])
			begin = i
		}
	}
	return rows
}

// column reports whether cells in one column are a list with a name above it, and
// not lines of prose.
func column(cells []Cell) bool {
	for i := range cells {
		if len(cells[i].Text) > maxTitle {
			return false
		}
	}
	return len(cells) > 2 && !cells[0].Value
}

// header reports whether the first row names the columns: it has texts, or years.
func header(rows [][]Cell, columns int) bool {
	names := 0
	for _, c := range rows[0] {
		if !c.Value || c.Strong || year(c.Text) {
			names++
		}
	}
	return names*2 > len(rows[0]) && len(rows[0])*4 > columns
}

func year(text string) bool {
	return len(text) == 4 && (text[:2] == "19" || text[:2] == "20") && strings.Trim(text[2:], "0123456789") == ""
}

// lines writes rows without the places of empty cells.
func lines(rows [][]Cell, between, beside string) string {
	var b strings.Builder
	for i, row := range rows {
		if i > 0 {
			b.WriteString(between)
		}
		for j := range row {
			if j > 0 {
				b.WriteString(beside)
			}
			b.WriteString(strings.TrimSpace(row[j].Text))
		}
	}
	return b.String()
}

// markdown writes rows as a Markdown table. If the first does not name the
// columns, nothing does.
func markdown(rows [][]Cell, columns int, named bool) string {
	index := make([]int32, MaxColumn) // of columns, less those without cells
	for _, row := range rows {
		for i := range row {
			index[row[i].Col] = 1
		}
	}
	n := int32(0)
	for i, used := range index {
		index[i] = n
		n += used
	}
	var b strings.Builder
	rule := "|" + strings.Repeat(" --- |", columns) + "\n"
	if !named {
		b.WriteString("|" + strings.Repeat("  |", columns) + "\n" + rule)
	}
	for i, row := range rows {
		at := int32(0)
		b.WriteByte('|')
		for j := range row {
			for ; at < index[row[j].Col]; at++ {
				b.WriteString("  |")
			}
			b.WriteByte(' ')
			b.WriteString(plain(row[j].Text))
			b.WriteString(" |")
			at++
		}
		for ; at < int32(columns); at++ {
			b.WriteString("  |")
		}
		b.WriteByte('\n')
		if i == 0 && named {
			b.WriteString(rule)
		}
	}
	return b.String()
}

// plain is parse.Cell, at no cost for most cells.
func plain(text string) string {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c <= ' ' && (c != ' ' || i == 0 || i+1 == len(text) || text[i+1] == ' ') || c == '|' || c >= 0x80 {
			return parse.Cell(text)
		}
	}
	return text
}
