package bleve

import (
	"fmt"
	"runtime/debug"
	"slices"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/index/scorch"

	"ragserver/index"
	"ragserver/index/bleve/postings"
)

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
	words    *postings.Segment
	deletion *deletion // nil: none
	length   uint64    // words in the chunks that are not deleted
}

// deleted is the number of chunks that are not there any more.
func (s *segmentView) deleted() int {
	if s.deletion == nil {
		return 0
	}
	return int(s.deletion.all.GetCardinality())
}

// find returns the chunk that has a row in this view.
func (s *segmentView) find(row index.Row) (chunk uint32, ok bool) {
	chunk, ok = s.part.find(row)
	return chunk, ok && !s.deletion.has(chunk)
}

// refresh makes the present state the current view. It is called with l.mu held.
func (l *Leg) refresh() (err error) {
	if !l.bound {
		return nil
	}
	defer recoverCorrupt(l.dir, &err, debug.SetPanicOnFault(true))
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
		v.chunks += len(s.rows) - s.deleted()
		v.length += s.length
		v.rows = max(v.rows, s.end)
	}
	// A search begins where the best chunks most likely are.
	slices.SortFunc(v.segments, func(a, b segmentView) int { return len(b.rows) - len(a.rows) })
	return v, nil
}

func (l *Leg) newSegment(seg *scorch.SegmentSnapshot, old *segmentView) (segmentView, error) {
	words, err := postings.Of(seg.Segment())
	if err != nil {
		return segmentView{}, err
	}
	s := segmentView{words: words}
	if old != nil {
		s.part, s.deletion, s.length = old.part, old.deletion, old.length
	} else {
		s.part = l.newPart(seg, words)
		s.length = s.part.words
	}
	if seg.Deleted() == nil || seg.Deleted().IsEmpty() {
		return s, nil
	}
	var fresh []uint32
	s.deletion, fresh = newDeletion(seg.Deleted(), len(s.rows), s.deletion)
	for _, n := range fresh {
		if s.rows[n] != noRow {
			s.length -= uint64(s.lengths[n])
		}
	}
	return s, nil
}
