package bleve

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"

	rag "ragserver"
	"ragserver/index"
)

// noRow is the row of what is not searched any more.
const noRow = math.MaxUint32

// A view is one state of the index: bleve's reader, and for each of its segments
// what the reader does not say fast enough. Snapshots share it.
type view struct {
	leg      *Leg
	reader   *scorch.IndexSnapshot
	segments []segmentView
	chunks   int
	length   uint64 // words in all chunks
	rows     int    // above the highest row
	refs     atomic.Int64
}

// A segmentView is a segment as one view sees it.
type segmentView struct {
	*part
	segment *scorch.SegmentSnapshot
	deleted uint64 // how many
	length  uint64 // words in the chunks that are not deleted
}

// A part is what is known of a segment for as long as it exists. Chunks that
// were deleted when it was made have noRow: they do not come back.
type part struct {
	id      uint64
	rows    []index.Row
	lengths []uint32 // in words
	words   uint64   // sum of lengths of the rows that are not noRow
	end     int      // above the highest row
}

// refresh makes the present state the current view. It is called with l.mu held.
func (l *Leg) refresh() (err error) {
	if !l.bound {
		return nil
	}
	defer recoverCorrupt(l.dir, &err)
	r, err := l.scorch.Reader()
	if err != nil {
		return fmt.Errorf("bleve: reading %s: %w", l.dir, err)
	}
	reader := r.(*scorch.IndexSnapshot)
	old := l.view()
	if old != nil {
		defer old.release()
		if old.reader == reader {
			return reader.Close()
		}
	}
	v, err := l.newView(reader, old)
	if err != nil {
		reader.Close()
		return fmt.Errorf("bleve: reading %s: %w", l.dir, err)
	}
	l.show(v)
	return nil
}

// show makes v the current view.
func (l *Leg) show(v *view) {
	l.current.Lock()
	defer l.current.Unlock()
	if l.current.view != nil {
		l.current.view.release()
	}
	l.current.view = v
}

// view returns the current view, which the caller releases; nil before the
// first.
func (l *Leg) view() *view {
	l.current.Lock()
	defer l.current.Unlock()
	if l.current.view != nil {
		l.current.view.refs.Add(1)
	}
	return l.current.view
}

func (v *view) release() {
	if v.refs.Add(-1) == 0 {
		v.reader.Close()
	}
}

// newView looks at the segments of reader; those that old knows cost nothing.
func (l *Leg) newView(reader *scorch.IndexSnapshot, old *view) (*view, error) {
	known := make(map[uint64]*segmentView)
	if old != nil {
		for i := range old.segments {
			known[old.segments[i].id] = &old.segments[i]
		}
	}
	v := &view{leg: l, reader: reader}
	v.refs.Store(1)
	for _, seg := range reader.Segments() {
		s, err := l.newSegment(seg, known[seg.Id()])
		if err != nil {
			return nil, err
		}
		v.segments = append(v.segments, s)
		v.chunks += len(s.rows) - int(s.deleted)
		v.length += s.length
		v.rows = max(v.rows, s.end)
	}
	return v, nil
}

func (l *Leg) newSegment(seg *scorch.SegmentSnapshot, old *segmentView) (segmentView, error) {
	s := segmentView{segment: seg}
	if seg.Deleted() != nil {
		s.deleted = seg.Deleted().GetCardinality()
	}
	if old != nil {
		s.part = old.part
		if s.deleted == old.deleted {
			s.length = old.length
			return s, nil
		}
	} else {
		p, err := l.newPart(seg)
		if err != nil {
			return s, err
		}
		s.part = p
	}
	s.length = s.words
	if s.deleted > 0 {
		for it := seg.Deleted().Iterator(); it.HasNext(); {
			if n := it.Next(); s.rows[n] != noRow {
				s.length -= uint64(s.lengths[n])
			}
		}
	}
	return s, nil
}

// newPart finds the rows and lengths of a segment's chunks.
func (l *Leg) newPart(seg *scorch.SegmentSnapshot) (*part, error) {
	size := seg.FullSize()
	p := &part{id: seg.Id(), rows: make([]index.Row, size), lengths: make([]uint32, size)}
	if err := p.readLengths(seg); err != nil {
		return nil, err
	}
	for n := range p.rows {
		p.rows[n] = noRow
		if seg.Deleted() != nil && seg.Deleted().Contains(uint32(n)) {
			continue
		}
		id, err := seg.DocID(uint64(n))
		if err != nil {
			return nil, err
		}
		if row, ok := l.rows[rag.ChunkID(pad(id))]; ok {
			p.rows[n] = row
			p.words += uint64(p.lengths[n])
			p.end = max(p.end, int(row)+1)
		}
	}
	return p, nil
}

func (p *part) readLengths(seg *scorch.SegmentSnapshot) error {
	dict, err := seg.Segment().Dictionary(textField)
	if err != nil {
		return err
	}
	list, err := dict.PostingsList([]byte(lengthTerm), nil, nil)
	if err != nil {
		return err
	}
	it := list.Iterator(true, false, false, nil)
	for {
		posting, err := it.Next()
		if err != nil || posting == nil {
			return err
		}
		if n := posting.Number(); n < uint64(len(p.lengths)) {
			p.lengths[n] = uint32(posting.Frequency() - 1)
		}
	}
}
