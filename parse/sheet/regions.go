package sheet

import "slices"

// A region is a part of a sheet that stands alone: a table, a title, a remark. Its
// cells are sorted by row, then column.
type region struct {
	cells []Cell
	table *Table // that the document calls so; nil if it was found by the space around it
}

func (r region) row() int32 { return r.cells[0].Row }

func (r region) lastRow() int32 {
	last := r.cells[0].lastRow()
	for i := range r.cells {
		last = max(last, r.cells[i].lastRow())
	}
	return last
}

// columns returns in how many columns cells begin.
func (r region) columns() int {
	seen := columnsOf(r.cells)
	n := 0
	for _, s := range seen {
		if s {
			n++
		}
	}
	return n
}

// columnsOf tells for each column, up to the last with one, whether a cell begins
// in it.
func columnsOf(cells []Cell) []bool {
	last := int32(0)
	for i := range cells {
		last = max(last, cells[i].Col)
	}
	seen := make([]bool, last+1)
	for i := range cells {
		seen[cells[i].Col] = true
	}
	return seen
}

// regions returns the regions of the sheet from top to bottom, those that begin in
// the same row from left to right.
func (s *Sheet) regions() []region {
	cells := s.sorted()
	var out []region
	if tables := s.Tables[:min(len(s.Tables), maxTables)]; len(tables) > 0 {
		inside := make([][]Cell, len(tables))
		rest := cells[:0:0]
		for _, c := range cells {
			i := slices.IndexFunc(tables, func(t Table) bool { return t.holds(c.Row, c.Col) })
			if i < 0 {
				rest = append(rest, c)
			} else {
				inside[i] = append(inside[i], c)
			}
		}
		for i, in := range inside {
			if len(in) > 0 {
				out = append(out, region{in, &tables[i]})
			}
		}
		cells = rest
	}
	var c cutter
	c.cut(cells, 0)
	if n := len(c.out); n == maxRegions {
		sort(c.out[n-1].cells) // it is all that was not cut
	}
	out = append(out, c.out...)
	slices.SortStableFunc(out, func(a, b region) int {
		if a.row() != b.row() {
			return int(a.row() - b.row())
		}
		return int(a.cells[0].Col - b.cells[0].Col)
	})
	return out
}

// A cutter cuts cells where rows or columns are empty.
type cutter struct{ out []region }

// maxCuts bounds how often a region is cut again, maxRegions into how many a sheet
// is, and maxBands how many empty rows are looked at.
const (
	maxCuts    = 6
	maxRegions = 5_000
	maxBands   = 20_000
)

func (c *cutter) cut(cells []Cell, depth int) {
	for _, band := range joined(bands(cells)) {
		if depth >= maxCuts || len(c.out) >= maxRegions {
			c.keep(band)
			continue
		}
		parts := sides(band)
		if len(parts) < 2 {
			c.keep(band)
			continue
		}
		for _, part := range parts {
			c.cut(part, depth+1)
		}
	}
}

func (c *cutter) keep(cells []Cell) {
	if n := len(c.out); n >= maxRegions {
		c.out[n-1].cells = append(c.out[n-1].cells, cells...)
		return
	}
	c.out = append(c.out, region{cells: slices.Clip(cells)})
}

// bands cuts cells at rows that no cell covers.
func bands(cells []Cell) (out [][]Cell) {
	begin, last := 0, int32(0)
	for i := range cells {
		if i > begin && cells[i].Row > last+1 && len(out) < maxBands {
			out = append(out, cells[begin:i])
			begin = i
		}
		if last = max(last, cells[i].lastRow()); i == begin {
			last = cells[i].lastRow()
		}
	}
	if begin < len(cells) {
		out = append(out, cells[begin:])
	}
	return out
}

// joined puts bands together that are one table with empty rows in it: the lower
// one has no header of its own, and its columns are those of the upper one. Bands
// lie one after another in one array.
func joined(all [][]Cell) [][]Cell {
	out := all[:0:0]
	for _, band := range all {
		if n := len(out); n > 0 && continues(out[n-1], band) {
			out[n-1] = out[n-1][:len(out[n-1])+len(band)]
			continue
		}
		out = append(out, band)
	}
	return out
}

func continues(upper, lower []Cell) bool {
	above := columnsOf(upper[max(0, len(upper)-1000):]) // of a long table the last rows tell
	columns, values := 0, 0
	row := lower[0].Row
	if row-upper[len(upper)-1].lastRow() > 4 {
		return false
	}
	for i := range lower {
		if int(lower[i].Col) >= len(above) || !above[lower[i].Col] {
			return false
		}
		if lower[i].Row == row {
			if columns++; lower[i].Value {
				values++
			}
			if lower[i].Strong && values == 0 {
				return false
			}
		}
	}
	return columns > 1 && values > 0
}

// sides cuts a band at columns that no cell covers, where what stands on both
// sides are tables of their own.
func sides(band []Cell) [][]Cell {
	gaps := gapsOf(band)
	if len(gaps) == 0 {
		return nil
	}
	parts := make([][]Cell, len(gaps)+1)
	for _, c := range band {
		i, _ := slices.BinarySearch(gaps, c.Col)
		parts[i] = append(parts[i], c)
	}
	out := parts[:1]
	for _, p := range parts[1:] {
		if n := len(out); apart(region{cells: out[n-1]}, region{cells: p}) {
			out = append(out, p)
		} else {
			out[n-1] = append(out[n-1], p...)
			slices.SortStableFunc(out[n-1], func(a, b Cell) int { return int(a.Row - b.Row) })
		}
	}
	return out
}

// gapsOf returns the first empty column of each gap between columns.
func gapsOf(cells []Cell) (gaps []int32) {
	end := int32(0)
	for i := range cells {
		end = max(end, cells[i].lastCol()+1)
	}
	edges := make([]int32, end+1) // how many cells begin in a column, less those that end before
	for i := range cells {
		edges[cells[i].Col]++
		edges[cells[i].lastCol()+1]--
	}
	begun, covered, free := false, int32(0), false
	at := int32(0)
	for col, e := range edges[:end] {
		covered += e
		switch {
		case covered > 0:
			if begun && free {
				gaps = append(gaps, at)
			}
			begun, free = true, false
		case !free:
			at, free = int32(col), true
		}
	}
	return gaps
}

// apart reports whether two sides of an empty column are tables of their own, and
// not the columns of one table with some air between them.
func apart(left, right region) bool {
	if left.columns() < 2 || right.columns() < 2 || left.row() == left.lastRow() || right.row() == right.lastRow() {
		return false
	}
	if left.row() != right.row() || left.lastRow() != right.lastRow() {
		return true
	}
	names, first := 0, right.cells[0].Col
	rows := int(right.lastRow() - right.row())
	for _, c := range right.cells {
		first = min(first, c.Col)
	}
	for _, c := range right.cells {
		if c.Col == first && c.Row > right.row() && !c.Value {
			names++
		}
	}
	return names*2 > rows
}
