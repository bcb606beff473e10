package bleve

import (
	"math"

	"github.com/blevesearch/bleve/v2/index/scorch"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/bleve/postings"
)

// noRow is the row of what is not searched any more.
const noRow = math.MaxUint32

// A part is what is known of a segment for as long as it exists. Chunks that
// were deleted when it was made have noRow: they do not come back.
type part struct {
	id         uint64
	rows       []index.Row
	lengths    []uint32 // in words
	words      uint64   // sum of lengths of the rows that are not noRow
	begin, end int      // the rows are from begin to below end
	whole      bool     // none is noRow

	// The chunk that has a row: in near if the rows lie close together,
	// by their distance from begin, and one more than the number.
	near []uint32
	far  map[index.Row]uint32
}

// newPart finds the rows and lengths of a segment's chunks.
func (l *Leg) newPart(seg *scorch.SegmentSnapshot, words *postings.Segment) *part {
	size := seg.FullSize()
	p := &part{id: seg.Id(), rows: make([]index.Row, size), lengths: make([]uint32, size), begin: math.MaxInt, whole: true}
	for n := range p.rows {
		p.rows[n] = noRow
		p.lengths[n] = words.Length(uint32(n))
		if seg.Deleted() != nil && seg.Deleted().Contains(uint32(n)) {
			p.whole = false
			continue
		}
		if row, ok := l.rows[rag.ChunkID(words.ID(uint32(n)))]; ok {
			p.rows[n] = row
			p.words += uint64(p.lengths[n])
			p.begin, p.end = min(p.begin, int(row)), max(p.end, int(row)+1)
		}
		p.whole = p.whole && p.rows[n] != noRow
	}
	p.invert()
	return p
}

// invert notes where the rows are.
func (p *part) invert() {
	if p.end == 0 {
		return
	}
	if width := p.end - p.begin; width <= 8*len(p.rows)+1024 {
		p.near = make([]uint32, width)
	} else {
		p.far = make(map[index.Row]uint32, len(p.rows))
	}
	for n, row := range p.rows {
		switch {
		case row == noRow:
		case p.near != nil:
			p.near[int(row)-p.begin] = uint32(n) + 1
		default:
			p.far[row] = uint32(n)
		}
	}
}

// find returns the chunk that has, or had, a row.
func (p *part) find(row index.Row) (chunk uint32, ok bool) {
	if p.near == nil {
		chunk, ok = p.far[row]
		return chunk, ok
	}
	i := int(row) - p.begin
	if i < 0 || i >= len(p.near) || p.near[i] == 0 {
		return 0, false
	}
	return p.near[i] - 1, true
}
