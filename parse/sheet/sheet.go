// Package sheet makes readable tables of the cells of spreadsheets.
package sheet

import (
	"cmp"
	"fmt"
	"slices"

	"ragserver/parse"
)

// What the sheets of one document may hold together. A cell with more text is
// cut; programs allow 32,767 characters.
const (
	maxCells  = 2_000_000 // * 48 B = 96 MB
	maxText   = 48 << 20  // bytes of their text
	maxCell   = 256 << 10 // bytes of the text of one
	MaxColumn = 16_384    // columns of a sheet
	MaxRow    = 1 << 24   // rows of a sheet; programs allow 2^20
)

// A Cell is one that has text. Rows and columns count from 0.
type Cell struct {
	Row, Col   int32
	Rows, Cols int32 // that it covers with the cell itself; 0 is 1
	Text       string
	Value      bool // a number, a date or a truth value, not a name for them
	Strong     bool // in bold letters
}

// lastRow and lastCol return the last row and column that the cell covers.
func (c *Cell) lastRow() int32 { return c.Row + max(c.Rows, 1) - 1 }
func (c *Cell) lastCol() int32 { return c.Col + max(c.Cols, 1) - 1 }

// A Book counts what the sheets of one document hold. The zero value has room for
// all of it.
type Book struct {
	cells, bytes int
	left, cut    int // cells left out, and cut
	covered      int // by merged cells
}

// Warnings say what was too much.
func (b *Book) Warnings() (list []string) {
	if b.left > 0 {
		list = append(list, fmt.Sprintf("%d cells were left out: more than %d cells or %d MiB of text", b.left, maxCells, maxText>>20))
	}
	if b.cut > 0 {
		list = append(list, fmt.Sprintf("%d cells were cut at %d KiB", b.cut, maxCell>>10))
	}
	return list
}

// Full reports whether no further cell will be kept.
func (b *Book) Full() bool { return b.cells >= maxCells || b.bytes >= maxText }

// Skip counts a cell that was not read because the book is full.
func (b *Book) Skip() { b.left++ }

// A Range is a part of a sheet, with its last row and column.
type Range struct{ Row, Col, LastRow, LastCol int32 }

func (r Range) holds(row, col int32) bool {
	return row >= r.Row && row <= r.LastRow && col >= r.Col && col <= r.LastCol
}

// A Table is a range that the document itself calls a table.
type Table struct {
	Range
	Name   string // "" if it has none that tells something
	Header bool   // its first row names the columns
}

// A Sheet collects the cells of one sheet, in any order, and what is known of
// them.
type Sheet struct {
	Tables []Table

	book  *Book
	cells []Cell
	links map[place]string
}

type place struct{ row, col int32 }

// maxLinks bounds the links of a sheet, and maxTables the tables it names.
const (
	maxLinks  = 100_000
	maxTables = 200
)

// New returns an empty sheet of book.
func New(book *Book) *Sheet { return &Sheet{book: book, links: make(map[place]string)} }

// Empty reports whether no cell was kept.
func (s *Sheet) Empty() bool { return len(s.cells) == 0 }

// Add adds a cell. One without text, or outside of what a sheet can have, is
// ignored.
func (s *Sheet) Add(c Cell) {
	if c.Text == "" || c.Row < 0 || c.Row >= MaxRow || c.Col < 0 || c.Col >= MaxColumn {
		return
	}
	if s.book.Full() {
		s.book.left++
		return
	}
	if len(c.Text) > maxCell {
		c.Text = parse.Cut(c.Text, maxCell)
		s.book.cut++
	}
	s.book.cells++
	s.book.bytes += len(c.Text)
	c.Rows, c.Cols = min(c.Rows, MaxRow-c.Row), min(c.Cols, MaxColumn-c.Col)
	s.cells = append(s.cells, c)
}

// Link notes the address that a cell leads to.
func (s *Sheet) Link(row, col int32, address string) {
	if address != "" && len(s.links) < maxLinks {
		s.links[place{row, col}] = address
	}
}

// maxCovered bounds the covered cells of a book that are looked at.
const maxCovered = 1 << 22

// maxSpread is how much larger than the number of cells of its sheet a merged cell
// may be for what it covers to be looked at.
const maxSpread = 64

// Merge makes one cell of each range: the first one, whose text alone is shown.
func (s *Sheet) Merge(ranges []Range) {
	first := make(map[place]Range, len(ranges))
	covered := make(map[place]bool)
	for _, r := range ranges {
		first[place{r.Row, r.Col}] = r
		area := (int64(r.LastRow) - int64(r.Row) + 1) * (int64(r.LastCol) - int64(r.Col) + 1)
		if area < 0 || area > int64(maxCovered-s.book.covered) || area > int64(maxSpread*len(s.cells)) {
			continue
		}
		s.book.covered += int(area)
		for row := r.Row; row <= r.LastRow; row++ {
			for col := r.Col; col <= r.LastCol; col++ {
				covered[place{row, col}] = true
			}
		}
		delete(covered, place{r.Row, r.Col})
	}
	if len(first) == 0 {
		return
	}
	kept := s.cells[:0]
	for _, c := range s.cells {
		at := place{c.Row, c.Col}
		if covered[at] {
			continue
		}
		if r, ok := first[at]; ok {
			c.Rows, c.Cols = min(r.LastRow, MaxRow-1)-r.Row+1, min(r.LastCol, MaxColumn-1)-r.Col+1
		}
		kept = append(kept, c)
	}
	s.cells = kept
}

// sorted returns the cells by row, then column, each place once.
func (s *Sheet) sorted() []Cell {
	sort(s.cells)
	return slices.CompactFunc(s.cells, func(a, b Cell) bool { return order(a, b) == 0 })
}

func order(a, b Cell) int {
	return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
}

// sort puts cells in order; mostly they are.
func sort(cells []Cell) {
	if !slices.IsSortedFunc(cells, order) {
		slices.SortStableFunc(cells, order)
	}
}
