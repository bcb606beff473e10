package embed

import (
	"context"
	"sync/atomic"

	rag "ragserver"
)

// A Counter counts what is really asked of the embedder that it wraps.
type Counter struct {
	Embedder
	calls, texts, passages, failed atomic.Int64
}

// Count counts the calls of e.
func Count(e Embedder) *Counter { return &Counter{Embedder: e} }

// Embed implements Embedder.
func (c *Counter) Embed(ctx context.Context, role Role, texts []string) ([]rag.Vector, error) {
	vectors, err := c.Embedder.Embed(ctx, role, texts)
	c.calls.Add(1)
	if err != nil {
		c.failed.Add(1)
		return nil, err
	}
	c.texts.Add(int64(len(texts)))
	if role == Passage {
		c.passages.Add(int64(len(texts)))
	}
	return vectors, nil
}

// Asked is what was asked of a model since the program began.
type Asked struct {
	Calls    int64 // in all
	Failed   int64 // of these
	Texts    int64 // embedded by the others
	Passages int64 // of these; the rest were questions
}

// Asked returns what was asked so far.
func (c *Counter) Asked() Asked {
	return Asked{Calls: c.calls.Load(), Failed: c.failed.Load(), Texts: c.texts.Load(), Passages: c.passages.Load()}
}
