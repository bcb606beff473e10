package hybrid

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	inverted "ragserver/index/metadata"
)

// indexed are the documents as the metadata index sees them.
type indexed struct{ *Index }

// Walk implements inverted.Documents. An epoch that is being committed is not
// looked at yet: the metadata index is told of it when it is complete.
func (x indexed) Walk(ctx context.Context, visit func(slot uint32, r inverted.Record)) error {
	x.mu.Lock()
	version := max(x.current.version, x.meta.Version())
	x.mu.Unlock()
	buf := make([]*document, 0, 1024)
	for first, more := 0, true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var docs []*document
		docs, first, more = x.docs.page(buf, first)
		for _, d := range docs {
			if r := d.at(version); r != nil {
				visit(uint32(d.slot), r)
			}
		}
	}
	return nil
}

// Value implements inverted.Record.
func (r *revision) Value(field string) any { return r.metadata.value(field) }

// Chunks implements inverted.Record.
func (r *revision) Chunks() int { return len(r.rows) }

// value returns one field. What is encoded stays so: a walk over all documents
// does not decode all metadata.
func (d *metadata) value(field string) any {
	if m := d.decoded.Load(); m != nil {
		return (*m)[field]
	}
	r := &reader{rest: d.encoded}
	for range r.uvarint() {
		key := r.text()
		if value := r.value(); key == field && r.err == nil {
			return value
		}
		if r.err != nil {
			break
		}
	}
	return d.get()[field]
}

// changesOf returns what the metadata index is told of a version.
func changesOf(c *change) []inverted.Change {
	list := make([]inverted.Change, len(c.docs))
	for i, d := range c.docs {
		list[i].Slot = uint32(d.slot)
		if r := d.newest.Load(); !r.gone {
			list[i].Record = r
		}
	}
	return list
}

// changedSince returns the documents that have changed after s, up to the last
// change that the metadata index may have shown. It is false if the changes do not
// lead there, as from before Restore.
func (x *Index) changedSince(s *state) (map[*document]bool, bool) {
	docs := make(map[*document]bool)
	for c, last := s.change, x.meta.Version(); c.version < last; {
		if c = c.next.Load(); c == nil {
			return nil, false
		}
		for _, d := range c.docs {
			docs[d] = true
		}
	}
	return docs, true
}

// selectBy works a selection out by the bitmaps of the metadata index. These are
// of the newest version, so documents that have changed since s, and those that
// the expression leaves open, are matched one by one. It is nil if the changes
// since s are not known.
func (x *Index) selectBy(ctx context.Context, s *state, f *Filter) (*selected, error) {
	yes, open, err := x.meta.Select(ctx, f.Expr)
	if err != nil {
		return nil, err
	}
	changed, ok := x.changedSince(s)
	if !ok {
		return nil, nil
	}
	for d := range changed {
		yes.Remove(uint32(d.slot))
		open.Remove(uint32(d.slot))
	}
	out := &selected{docs: yes}
	if out.rows, err = x.rowsIn(ctx, s, yes); err != nil {
		return nil, err
	}
	err = x.docs.each(ctx, open, func(d *document) error { return out.match(f, d, s.version) })
	if err != nil {
		return nil, err
	}
	for d := range changed {
		if err := out.match(f, d, s.version); err != nil {
			return nil, err
		}
	}
	return out, ctx.Err()
}

// rowsIn returns the rows of documents in s: collected, or all but those of the
// other documents if these are fewer.
func (x *Index) rowsIn(ctx context.Context, s *state, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	if int(docs.GetCardinality()) <= s.docs/2 {
		return x.collect(ctx, s, docs)
	}
	all, err := x.selectionOf(ctx, s, everything())
	if err != nil {
		return nil, err
	}
	others, err := x.collect(ctx, s, roaring.AndNot(all.docs, docs))
	if err != nil {
		return nil, err
	}
	return roaring.AndNot(all.rows, others), nil
}

// collect returns the rows of documents in s.
func (x *Index) collect(ctx context.Context, s *state, docs *roaring.Bitmap) (*roaring.Bitmap, error) {
	rows := roaring.New()
	err := x.docs.each(ctx, docs, func(d *document) error {
		if r := d.at(s.version); r != nil {
			rows.AddMany(r.rows)
		}
		return nil
	})
	return rows, err
}

// each calls visit for the documents in slots.
func (s *documents) each(ctx context.Context, slots *roaring.Bitmap, visit func(*document) error) error {
	it, buf, docs := slots.ManyIterator(), make([]uint32, 1024), make([]*document, 0, 1024)
	for n := it.NextMany(buf); n > 0; n = it.NextMany(buf) {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, d := range s.in(docs, buf[:n]) {
			if err := visit(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// in fills dst with the documents that are in slots.
func (s *documents) in(dst []*document, slots []uint32) []*document {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, slot := range slots {
		if int(slot) < len(s.list) && s.list[slot] != nil {
			dst = append(dst, s.list[slot])
		}
	}
	return dst
}
