package odf

import (
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// Limits of a table. Repeated cells cost a file a few bytes only.
const (
	maxColumns = 1024
	maxCells   = 500_000
	maxRepeats = 100     // of a row that has text
	maxText    = 8 << 20 // bytes of repeated cells
)

// table writes a table of data as Markdown, and one that only arranges the page,
// with one row or one column, as the blocks in its cells.
func (d *document) table(n *node) {
	if arranges(n) {
		d.cells(n)
		return
	}
	for _, name := range []string{"table:title", "table:desc"} {
		d.put(rag.Caption, 0, n.child(name).words(), nil)
	}
	begins := d.page
	rows, links := d.rows(n)
	ends := d.page
	d.page = begins
	d.put(rag.Table, 0, parse.Table(rows), links)
	d.page = ends
}

// cells writes the blocks in the cells of a table.
func (d *document) cells(n *node) {
	for _, k := range n.kids {
		switch k.name {
		case "table:table-cell":
			d.blocks(k)
			d.finish()
		case "table:table-header-rows", "table:table-rows", "table:table-row-group", "table:table-row", "text:soft-page-break":
			if k.name == "text:soft-page-break" {
				d.turn()
			}
			d.cells(k)
		}
	}
}

// arranges tells whether a table has a single row or a single column.
func arranges(n *node) bool {
	rows, columns := 0, 0
	var count func(*node)
	count = func(n *node) {
		for _, k := range n.kids {
			switch k.name {
			case "table:table-row":
				filled := 0
				for _, c := range k.kids {
					if c.name == "table:table-cell" && !c.blank() {
						filled += c.number("table:number-columns-repeated", 1, maxColumns)
					}
				}
				if filled > 0 {
					rows += k.number("table:number-rows-repeated", 1, maxRepeats)
				}
				columns = max(columns, filled)
			case "table:table-header-rows", "table:table-rows", "table:table-row-group":
				count(k)
			}
		}
	}
	count(n)
	return rows <= 1 || columns <= 1
}

// A grid collects the cells of a table.
type grid struct {
	d     *document
	rows  [][]string
	links []string
	left  int // cells
	bytes int // of repeated cells
}

// rows returns the texts of the cells of a table, and the addresses in them.
// What a cell covers is "".
func (d *document) rows(n *node) ([][]string, []string) {
	g := &grid{d: d, left: maxCells, bytes: maxText}
	g.walk(n)
	return g.rows, g.links
}

func (g *grid) walk(n *node) {
	for _, k := range n.kids {
		if g.left <= 0 || g.d.ctx.Err() != nil {
			return
		}
		switch k.name {
		case "table:table-row":
			g.row(k)
		case "table:table-header-rows", "table:table-rows", "table:table-row-group":
			g.walk(k)
		case "text:soft-page-break":
			g.d.turn()
		}
	}
}

func (g *grid) row(n *node) {
	var row []string
	filled := 0
	for _, c := range n.kids {
		if c.name != "table:table-cell" && c.name != "table:covered-table-cell" {
			if c.name == "text:soft-page-break" {
				g.d.turn()
			}
			continue
		}
		text, links := "", []string(nil)
		if c.name == "table:table-cell" {
			text, links = g.d.flatten(c)
		}
		g.links = append(g.links, links...)
		for i := range c.number("table:number-columns-repeated", 1, maxColumns) {
			if len(row) < maxColumns && (i == 0 || g.pay(len(text))) {
				row = append(row, text)
			}
		}
		if strings.TrimSpace(text) != "" {
			filled = len(row)
		}
	}
	if filled == 0 {
		return
	}
	row = row[:filled:filled]
	for i := range n.number("table:number-rows-repeated", 1, maxRepeats) {
		if i == 0 || g.pay(len(strings.Join(row, ""))) {
			g.rows = append(g.rows, row)
			g.left -= filled
		}
	}
}

// pay tells whether text may be repeated once more.
func (g *grid) pay(n int) bool {
	if n > g.bytes {
		return false
	}
	g.bytes -= n
	return true
}
