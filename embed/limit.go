package embed

import (
	"context"
	"fmt"

	"golang.org/x/time/rate"

	rag "ragserver"
)

// Limits say how much a model may be asked. 0 means without limit.
type Limits struct {
	Concurrent        int // calls at one time
	RequestsPerMinute int
	TextsPerMinute    int
}

// Limit lets calls wait until l allows them. What a minute allows may be used at
// once; a call of more texts than that waits until the minutes for them have
// begun.
func Limit(l Limits, e Embedder) (Embedder, error) {
	for name, n := range map[string]int{"concurrent": l.Concurrent, "requests per minute": l.RequestsPerMinute, "texts per minute": l.TextsPerMinute} {
		if n < 0 {
			return nil, fmt.Errorf("limits of %s: %s: %d is negative", e.Space().ID, name, n)
		}
	}
	w := &limited{Embedder: e, requests: perMinute(l.RequestsPerMinute), texts: perMinute(l.TextsPerMinute)}
	if l.Concurrent > 0 {
		w.slots = make(chan struct{}, l.Concurrent)
	}
	return w, nil
}

func perMinute(n int) *rate.Limiter {
	if n == 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	return rate.NewLimiter(rate.Limit(float64(n)/60), n)
}

type limited struct {
	Embedder
	slots           chan struct{} // holds one for each call under way; nil: no limit
	requests, texts *rate.Limiter
}

func (l *limited) Embed(ctx context.Context, role Role, texts []string) ([]rag.Vector, error) {
	if err := wait(ctx, l.requests, 1); err != nil {
		return nil, fmt.Errorf("%s: waiting for the limit of requests: %w", l.Space().ID, err)
	}
	if err := wait(ctx, l.texts, len(texts)); err != nil {
		return nil, fmt.Errorf("%s: waiting for the limit of texts: %w", l.Space().ID, err)
	}
	if l.slots != nil {
		select {
		case l.slots <- struct{}{}:
			defer func() { <-l.slots }()
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: waiting for one of %d calls to end: %w", l.Space().ID, cap(l.slots), ctx.Err())
		}
	}
	return l.Embedder.Embed(ctx, role, texts)
}

// wait takes n from l, in parts that l can give at once.
func wait(ctx context.Context, l *rate.Limiter, n int) error {
	if l.Limit() == rate.Inf {
		return nil
	}
	for n > 0 {
		part := min(n, l.Burst())
		if err := l.WaitN(ctx, part); err != nil {
			return err
		}
		n -= part
	}
	return nil
}
