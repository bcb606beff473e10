package hybrid

import (
	"context"
	"errors"

	rag "ragserver"
	"ragserver/index"
)

// An Index is a vector leg and a text leg searched as one.
type Index struct {
	config       Config
	vector, text index.Leg
}

// New returns an empty index over the two legs, which it owns from now on.
func New(c Config, vector, text index.Leg) (*Index, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Index{config: c, vector: vector, text: text}, nil
}

// Restore brings the index to the state of t. It is called once, before Apply.
func (x *Index) Restore(ctx context.Context, t Truth) error { return errors.ErrUnsupported }

// Apply makes b visible, all of it at once.
func (x *Index) Apply(ctx context.Context, epoch rag.Epoch, b Batch) error {
	return errors.ErrUnsupported
}

// Durable is the last epoch that both legs keep on disk.
func (x *Index) Durable() rag.Epoch { return 0 }

// Snapshot returns the state after the last Apply.
func (x *Index) Snapshot() *Snapshot { return &Snapshot{} }

// Close closes the legs.
func (x *Index) Close() error { return nil }

// A Snapshot is one unchanging state of an Index.
type Snapshot struct{}

// Epoch is the last epoch in the snapshot.
func (s *Snapshot) Epoch() rag.Epoch { return 0 }

// Close releases the snapshot.
func (s *Snapshot) Close() {}

// Metadata returns the metadata of a document.
func (s *Snapshot) Metadata(uri rag.URI) (map[string]any, bool) { return nil, false }

// Len counts what is searchable.
func (s *Snapshot) Len() (docs, chunks, vectors int) { return 0, 0, 0 }

// Search returns the best q.K chunks, best first.
func (s *Snapshot) Search(ctx context.Context, q Query) ([]Hit, error) {
	return nil, errors.ErrUnsupported
}
