package hybrid

import (
	rag "ragserver"
	"ragserver/index"
)

// rowSlab is the number of rows that are allocated at a time.
const rowSlab = 4096

// A chunk is what the index knows of a row.
type chunk struct {
	id  rag.ChunkID
	doc *document
}

// A rowTable maps rows to chunks. A row is written while no snapshot sees it,
// and read only by snapshots that do; so readers need no lock. The list of slabs
// is copied when it grows.
type rowTable struct{ slabs []*[rowSlab]chunk }

func (t rowTable) at(row index.Row) *chunk { return &t.slabs[row/rowSlab][row%rowSlab] }

// grown returns a table that has row.
func (t rowTable) grown(row index.Row) rowTable {
	for int(row/rowSlab) >= len(t.slabs) {
		n := len(t.slabs)
		t.slabs = append(t.slabs[:n:n], new([rowSlab]chunk))
	}
	return t
}

// A rowPool gives out rows.
type rowPool struct {
	free []index.Row
	next index.Row
}

func (p *rowPool) take() index.Row {
	if n := len(p.free); n > 0 {
		row := p.free[n-1]
		p.free = p.free[:n-1]
		return row
	}
	p.next++
	return p.next - 1
}

func (p *rowPool) give(rows []index.Row) { p.free = append(p.free, rows...) }
