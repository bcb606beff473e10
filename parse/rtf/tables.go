package rtf

import (
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// maxTables is how deep tables are told apart in each other.
const maxTables = 16

// A table is one whose rows are being read.
type table struct {
	rows [][]string
	row  []string // cells that have ended
	cell []string // paragraphs of the current cell
}

// add takes the paragraph of f into the current cell.
func (t *table) add(f *flow) {
	if line := f.line(); line != "" {
		t.cell = append(t.cell, line)
	}
	f.inCells, f.links = append(f.inCells, f.links...), nil
}

func (t *table) endCell() {
	t.row = append(t.row, strings.Join(t.cell, "\n"))
	t.cell = nil
}

func (t *table) endRow() {
	if len(t.cell) > 0 {
		t.endCell()
	}
	if strings.TrimSpace(strings.Join(t.row, "")) != "" {
		t.rows = append(t.rows, t.row)
	}
	t.row = nil
}

// lines returns a table as lines, one for each row.
func (t *table) lines() []string {
	t.endRow()
	var out []string
	for _, row := range t.rows {
		var cells []string
		for _, c := range row {
			if c = strings.Join(strings.Fields(c), " "); c != "" {
				cells = append(cells, c)
			}
		}
		out = append(out, strings.Join(cells, "; "))
	}
	return out
}

// arranges tells whether a table has a single row or a single column.
func (t *table) arranges() bool {
	columns := make(map[int]bool)
	for _, row := range t.rows {
		for i, c := range row {
			if strings.TrimSpace(c) != "" {
				columns[i] = true
			}
		}
	}
	return len(t.rows) < 2 || len(columns) < 2
}

// table takes the words of tables.
func (r *reader) table(name string, _ param) bool {
	switch name {
	case "trowd":
		return true
	case "cell":
		r.endCell(1)
	case "nestcell":
		r.endCell(max(2, r.now.para.table))
	case "row":
		r.endRow(1)
	case "nestrow":
		r.endRow(max(2, len(r.flow().tables)))
	default:
		return false
	}
	return true
}

func (r *reader) endCell(level int) {
	if r.now.skip || r.now.capture != nil || r.wraps && len(r.flows) == 1 {
		return
	}
	f := r.flow()
	t := f.table(level)
	t.add(f)
	t.endCell()
}

func (r *reader) endRow(level int) {
	if r.now.skip || r.now.capture != nil || r.wraps && len(r.flows) == 1 {
		return
	}
	f := r.flow()
	t := f.table(level)
	t.add(f)
	t.endRow()
}

// table returns the table of a level, from 1. Deeper ones become paragraphs of
// its current cell.
func (f *flow) table(level int) *table {
	level = min(level, maxTables)
	for len(f.tables) < level {
		f.tables = append(f.tables, &table{})
	}
	for len(f.tables) > level {
		last := len(f.tables) - 1
		inner := f.tables[last]
		f.tables = f.tables[:last]
		f.tables[last-1].cell = append(f.tables[last-1].cell, inner.lines()...)
	}
	return f.tables[level-1]
}

// rowIsOpen tells whether cells have ended that are in no row yet.
func (f *flow) rowIsOpen() bool { return len(f.tables) > 0 && len(f.tables[0].row) > 0 }

// endTables makes the table of a note lines of it.
func (f *flow) endTables() {
	if len(f.tables) > 0 {
		f.lines = append(f.lines, f.table(1).lines()...)
		f.all = append(f.all, f.inCells...)
		f.tables, f.inCells = nil, nil
	}
}

// writeTables writes the table that has ended: as Markdown, or, if it only
// arranges the page, as paragraphs.
func (r *reader) writeTables() {
	f := r.flow()
	if len(f.tables) == 0 {
		return
	}
	r.endCode()
	r.endList()
	t := f.table(1)
	t.endRow()
	f.tables = nil
	links := f.inCells
	f.inCells = nil
	if !t.arranges() {
		r.put(rag.Table, 0, parse.Table(t.rows), links)
		return
	}
	for _, row := range t.rows {
		for _, cell := range row {
			for line := range strings.SplitSeq(cell, "\n") {
				if strings.TrimSpace(line) != "" {
					r.put(rag.Paragraph, 0, line, links)
					links = nil
				}
			}
		}
	}
}
