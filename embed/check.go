package embed

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"

	rag "ragserver"
	"ragserver/remote"
)

// Check watches that e keeps its promise: as many vectors as texts, all of the
// same dimensions now and later, numbers only, not all zero. A vector of another
// length than one is scaled. What breaks the promise is a temporary
// *remote.Error that names the model, what was expected and what came.
func Check(e Embedder) Embedder { return &checked{Embedder: e} }

type checked struct {
	Embedder
	dims atomic.Int64 // of the first vector; 0 until then
}

func (c *checked) Embed(ctx context.Context, role Role, texts []string) ([]rag.Vector, error) {
	vectors, err := c.Embedder.Embed(ctx, role, texts)
	if err != nil {
		return nil, err
	}
	if err := counted(c.Space(), texts, vectors); err != nil {
		return nil, err
	}
	for i, v := range vectors {
		if v == nil {
			continue
		}
		if err := c.check(v); err != nil {
			return nil, remote.Garbled(c.Space().ID, fmt.Errorf("vector %d of %d: %w", i+1, len(vectors), err))
		}
	}
	return vectors, nil
}

// check checks v and scales it to unit length.
func (c *checked) check(v rag.Vector) error {
	want := int64(c.Space().Dimensions)
	if want == 0 && !c.dims.CompareAndSwap(0, int64(len(v))) {
		want = c.dims.Load()
	}
	if want != 0 && int64(len(v)) != want {
		return fmt.Errorf("expected %d dimensions, got %d", want, len(v))
	}
	var square float64
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	length := math.Sqrt(square)
	switch {
	case math.IsNaN(length) || math.IsInf(length, 0):
		return fmt.Errorf("expected %d numbers, got one that is not finite", len(v))
	case length < math.SmallestNonzeroFloat32:
		return fmt.Errorf("expected a direction, got %d zeros", len(v))
	case math.Abs(length-1) > 1e-5:
		for i, x := range v {
			v[i] = float32(float64(x) / length)
		}
	}
	return nil
}

// counted returns an error unless there is a vector for each text.
func counted(s Space, texts []string, vectors []rag.Vector) error {
	if len(vectors) == len(texts) {
		return nil
	}
	return remote.Garbled(s.ID, fmt.Errorf("expected %d vectors, got %d", len(texts), len(vectors)))
}
