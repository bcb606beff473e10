package docx

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml"
)

// Limits of tables.
const (
	maxColumns  = 200
	maxCells    = 500_000
	maxNested   = 8    // tables in cells of each other that are told apart
	maxHeader   = 5    // rows
	longCell    = 2000 // bytes; a table with one that is longer only arranges text
	maxRepeated = 100  // bytes of a cell that are said again in the rows it goes over
)

// A row is one of a table: its cells by column.
type row struct {
	cells  []cell
	header bool
}

type cell struct {
	node *ooxml.Node
	at   int    // column, from 0
	span int    // columns
	down string // of a cell over several rows: "restart" or "continue"
}

// table adds a table of data as a Markdown table, and one that only arranges text
// as the blocks in its cells.
func (d *document) table(n *ooxml.Node) {
	rows := readRows(n)
	if arranges(rows) {
		for _, r := range rows {
			for _, c := range r.cells {
				d.blocks(c.node)
			}
		}
		return
	}
	d.flush()
	all := &line{}
	grid := d.grid(rows, all)
	d.put(rag.Table, parse.Table(foldHeader(grid, rows)), all)
	d.group.notes = append(d.group.notes, all.notes...)
	d.flush()
}

// arranges tells whether a table is a frame around text: it has one column, or
// text of several chunks or headings in a cell.
func arranges(rows []row) bool {
	single := true
	for _, r := range rows {
		single = single && len(r.cells) <= 1
		for _, c := range r.cells {
			if long(c.node) {
				return true
			}
		}
	}
	return single
}

func long(n *ooxml.Node) bool {
	size, nested := 0, 0
	n.Each(func(t *ooxml.Node) { size += utf8.RuneCountInString(t.Text) }, "t")
	n.Each(func(t *ooxml.Node) { nested += len(readRows(t)) }, "tbl")
	return size > longCell || nested > 12
}

// readRows returns the rows of a table, also those inside content controls.
func readRows(n *ooxml.Node) (rows []row) {
	n.Each(func(tr *ooxml.Node) {
		p := tr.Find("trPr")
		if p.Find("del") != nil {
			return
		}
		r := row{header: p.Find("tblHeader").On()}
		at := min(max(0, p.Find("gridBefore").Int("val", 0)), maxColumns)
		tr.Each(func(tc *ooxml.Node) {
			c := readCell(tc, at)
			if at += c.span; at <= maxColumns {
				r.cells = append(r.cells, c)
			}
		}, "tc")
		rows = append(rows, r)
	}, "tr")
	return rows
}

func readCell(tc *ooxml.Node, at int) cell {
	p := tc.Find("tcPr")
	c := cell{node: tc, at: at, span: min(max(1, p.Find("gridSpan").Int("val", 1)), maxColumns)}
	if m := p.Find("vMerge"); m != nil {
		if c.down = m.Attr("val"); c.down == "" {
			c.down = "continue"
		}
	}
	return c
}

// grid returns the texts of a table by row and column. A short text over several
// rows stands in each. What else is in the cells goes to all.
func (d *document) grid(rows []row, all *line) [][]string {
	var grid [][]string
	over := map[int]string{} // by column
	count := 0
	for i, r := range rows {
		if count > maxCells {
			d.pkg.Warn(fmt.Errorf("%d rows of a table were left out: %w", len(rows)-i, parse.ErrLimit))
			break
		}
		var texts []string
		for _, c := range r.cells {
			l := d.flat(c.node)
			text := l.String()
			if c.down == "continue" && strings.TrimSpace(text) == "" {
				text = over[c.at]
			} else if over[c.at] = ""; len(text) <= maxRepeated {
				over[c.at] = text
			}
			for len(texts) <= c.at {
				texts = append(texts, "")
			}
			texts[c.at] = text
			all.merge(l)
		}
		grid = append(grid, texts)
		count += len(texts)
	}
	return grid
}

func (l *line) merge(other *line) {
	for _, a := range other.links {
		l.link(a)
	}
	l.notes = append(l.notes, other.notes...)
	if l.page == 0 {
		l.page = other.page
	}
}

// foldHeader makes the first rows one, if several are marked to be the header: a
// title over several columns stands in each of them.
func foldHeader(grid [][]string, rows []row) [][]string {
	n := slices.IndexFunc(rows, func(r row) bool { return !r.header })
	if n < 2 || n > maxHeader {
		return grid
	}
	var head []string
	for i := range n {
		for _, c := range rows[i].cells {
			for at := c.at; at < c.at+c.span; at++ {
				for len(head) <= at {
					head = append(head, "")
				}
				if text := grid[i][c.at]; !strings.HasSuffix(head[at], text) {
					head[at] = strings.TrimSpace(head[at] + " " + text)
				}
			}
		}
	}
	return append([][]string{head}, grid[n:]...)
}

// flatTable adds a table inside a cell: commas between cells, semicolons between
// rows.
func (d *document) flatTable(l *line, n *ooxml.Node) {
	if d.nested >= maxNested {
		d.flatInto(l, n)
		return
	}
	d.nested++
	defer func() { d.nested-- }()
	first := true
	for _, r := range readRows(n) {
		var texts []string
		for _, c := range r.cells {
			one := d.flat(c.node)
			l.merge(one)
			if text := oneLine(one.String()); text != "" {
				texts = append(texts, text)
			}
		}
		if len(texts) == 0 {
			continue
		}
		if !first {
			l.WriteString("; ")
		}
		first = false
		l.WriteString(strings.Join(texts, ", "))
	}
}
