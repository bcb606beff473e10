package hybrid

import (
	"context"

	inverted "ragserver/index/metadata"
)

// Facets are the values of documents' metadata, counted.
type Facets struct {
	Documents, Chunks int // that were counted
	Fields            []Facet
}

// A Facet is the most frequent values of one field.
type Facet struct {
	Field  string
	Values []inverted.Count // at most as many as asked for, the most frequent first
	Total  int              // how many different values there are
}

// Facets counts, for each of fields, the values among the documents that f
// selects, nil for all. The counts are exact and of the snapshot's state. A list
// counts for each different value in it. The first who asks for a field waits
// until it is indexed; then it costs a few milliseconds for 1,000,000 documents.
func (s *Snapshot) Facets(ctx context.Context, f *Filter, fields []string, limit int) (Facets, error) {
	if f == nil {
		f = everything()
	}
	sel, err := s.index.selectionOf(ctx, s.state, f)
	if err != nil {
		return Facets{}, err
	}
	out := Facets{
		Documents: int(sel.docs.GetCardinality()), Chunks: int(sel.rows.GetCardinality()),
		Fields: make([]Facet, len(fields)),
	}
	for i, field := range fields {
		out.Fields[i].Field = field
		if out.Documents == 0 {
			continue
		}
		if out.Fields[i], err = s.facet(ctx, sel, field, limit); err != nil {
			return Facets{}, err
		}
	}
	return out, nil
}

// facet counts by the metadata index, which knows the newest version, and counts
// the documents that have changed since the snapshot one by one.
func (s *Snapshot) facet(ctx context.Context, sel *selected, field string, limit int) (Facet, error) {
	x := s.index
	tally, err := x.meta.Tally(ctx, field)
	if err != nil {
		return Facet{}, err
	}
	each := sel.docs // to be counted one by one
	if changed, ok := x.changedSince(s.state); ok {
		same := sel.docs.Clone()
		for d := range changed {
			same.Remove(uint32(d.slot))
		}
		if each, err = tally.Add(ctx, same); err != nil {
			return Facet{}, err
		}
		for d := range changed {
			if sel.docs.Contains(uint32(d.slot)) {
				each.Add(uint32(d.slot))
			}
		}
	}
	err = x.docs.each(ctx, each, func(d *document) error {
		if r := d.at(s.state.version); r != nil {
			tally.AddRecord(r)
		}
		return nil
	})
	out := Facet{Field: field}
	out.Values, out.Total = tally.Top(limit)
	return out, err
}
