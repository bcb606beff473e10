package bm25

import (
	"context"

	"ragserver/index/analyze"
)

// A matcher says what a chunk is worth to a query in the query language.
type matcher struct{ query *query }

func (m *matcher) score(part int, chunk uint32) float32 { return 0 }

func (q *query) parse(ctx context.Context, text string, a analyze.Analyzer) error { return nil }
