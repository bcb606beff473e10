package embed

import (
	"context"

	rag "ragserver"
	"ragserver/remote"
)

// Retry asks e again after failures that may pass, as b says.
func Retry(b remote.Backoff, e Embedder) Embedder { return &retried{e, b} }

type retried struct {
	Embedder
	backoff remote.Backoff
}

func (r *retried) Embed(ctx context.Context, role Role, texts []string) (vectors []rag.Vector, err error) {
	err = remote.Retry(ctx, r.backoff, func(ctx context.Context) error {
		vectors, err = r.Embedder.Embed(ctx, role, texts)
		return err
	})
	if err != nil {
		return nil, err
	}
	return vectors, nil
}
