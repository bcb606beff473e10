package embed_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/embed/embedtest"
	"ragserver/embed/hash"
	"ragserver/remote"
)

// A fake embeds by hashing, slowly, and notes the calls.
type fake struct {
	embed.Embedder
	delay time.Duration
	space *embed.Space
	spoil func(texts []string, vectors []rag.Vector) ([]rag.Vector, error)

	mu    sync.Mutex // guards the fields below
	calls [][]string
	now   int // calls under way
	peak  int
}

func newFake(t testing.TB) *fake {
	t.Helper()
	e, err := hash.New(hash.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return &fake{Embedder: e}
}

func (f *fake) Space() embed.Space {
	if f.space != nil {
		return *f.space
	}
	return f.Embedder.Space()
}

func (f *fake) Embed(ctx context.Context, role embed.Role, texts []string) ([]rag.Vector, error) {
	f.mu.Lock()
	f.calls = append(f.calls, slices.Clone(texts))
	f.now++
	f.peak = max(f.peak, f.now)
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		f.now--
		f.mu.Unlock()
	}()
	if f.delay > 0 {
		select {
		case <-time.After(f.delay):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	vectors, err := f.Embedder.Embed(ctx, role, texts)
	if err != nil || f.spoil == nil {
		return vectors, err
	}
	return f.spoil(texts, vectors)
}

// sizes returns the number of texts of each call so far.
func (f *fake) sizes() []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	var n []int
	for _, c := range f.calls {
		n = append(n, len(c))
	}
	return n
}

func TestConformance(t *testing.T) {
	for name, wrap := range map[string]func(*testing.T, embed.Embedder) embed.Embedder{
		"check": func(_ *testing.T, e embed.Embedder) embed.Embedder { return embed.Check(e) },
		"retry": func(_ *testing.T, e embed.Embedder) embed.Embedder { return embed.Retry(remote.Backoff{}, e) },
		"count": func(_ *testing.T, e embed.Embedder) embed.Embedder { return embed.Count(e) },
		"cache": func(_ *testing.T, e embed.Embedder) embed.Embedder { return embed.Cache(&memory{}, e) },
		"limit": func(t *testing.T, e embed.Embedder) embed.Embedder { return limit(t, embed.Limits{Concurrent: 2}, e) },
		"batch": func(t *testing.T, e embed.Embedder) embed.Embedder { return batch(t, 7, time.Millisecond, e) },
	} {
		t.Run(name, func(t *testing.T) {
			embedtest.Run(t, func(t *testing.T) embed.Embedder { return wrap(t, newFake(t)) })
		})
	}
}
