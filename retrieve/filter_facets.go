package retrieve

import (
	"context"
	"fmt"
	"time"

	rag "ragserver"
	"ragserver/index/hybrid"
)

// What one FacetQuery may ask for.
const (
	MaxFacetFields = 16
	MaxFacetValues = 1000
	maxFieldName   = 256 // bytes
)

// A FacetQuery asks which values documents' metadata has, and how often.
type FacetQuery struct {
	Filter string   // JMESPath over the document's metadata; "" for all
	Glob   string   // of the document's path; "" for all
	Fields []string // 1 to MaxFacetFields keys of the metadata
	Limit  int      // at most this many values of each field; 0 to MaxFacetValues
}

// Facets are counts of the documents that a FacetQuery selects.
type Facets struct {
	hybrid.Facets
	Epoch         rag.Epoch // as in Result
	CompleteUntil time.Time
}

// Facets counts values. Errors of the caller are *BadQuery; a field that no
// document has is none, and has no values.
func (r *Retriever) Facets(ctx context.Context, q FacetQuery) (Facets, error) {
	filter, err := r.filter(q.Filter, q.Glob)
	if err != nil {
		return Facets{}, err
	}
	if err := q.check(); err != nil {
		return Facets{}, err
	}
	out := Facets{CompleteUntil: r.CompleteUntil()} // before the snapshot, as in Retrieve
	snapshot := r.Index.Snapshot()
	defer snapshot.Close()
	out.Epoch = snapshot.Epoch()
	if out.Facets, err = snapshot.Facets(ctx, filter, q.Fields, q.Limit); err != nil {
		return Facets{}, fmt.Errorf("counting metadata: %w", err)
	}
	return out, nil
}

func (q FacetQuery) check() error {
	if n := len(q.Fields); n == 0 || n > MaxFacetFields {
		return &BadQuery{Field: "fields", Message: fmt.Sprintf("has %d names, not 1 to %d", n, MaxFacetFields)}
	}
	for i, f := range q.Fields {
		if f == "" || len(f) > maxFieldName {
			return &BadQuery{Field: "fields", Message: fmt.Sprintf("name %d has %d bytes, not 1 to %d", i+1, len(f), maxFieldName)}
		}
	}
	if q.Limit < 0 || q.Limit > MaxFacetValues {
		return &BadQuery{Field: "limit", Message: fmt.Sprintf("%d is not between 0 and %d", q.Limit, MaxFacetValues)}
	}
	return nil
}

// filter compiles a filter and a glob; nil selects everything.
func (r *Retriever) filter(filter, glob string) (*hybrid.Filter, error) {
	condition, err := r.conditions.get(filter, glob)
	if err != nil || condition.Empty() {
		return nil, err
	}
	return &hybrid.Filter{
		Key:   condition.Key(),
		Match: func(_ rag.URI, m map[string]any) (bool, error) { return condition.Match(m), nil },
		Expr:  condition.Expr(),
	}, nil
}
