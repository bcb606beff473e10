package pipeline

import (
	"fmt"
	"iter"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/index/hybrid"
	"ragserver/store"
)

// A changingTruth is the truth while the embedding model changes: the vectors
// of its chunks are those of the former space, found by their texts where the
// document has been embedded again already.
type changingTruth struct {
	*truth
	next embed.Space
}

func newChangingTruth(s store.Snapshot, name string, former, next embed.Space) (*changingTruth, error) {
	t, err := newTruth(s, name, former)
	if err != nil {
		return nil, err
	}
	t.former = former.ID
	return &changingTruth{truth: t, next: next}, nil
}

// NextVectors implements hybrid.NextTruth.
func (t *changingTruth) NextVectors() iter.Seq2[hybrid.StoredChunk, error] {
	return func(yield func(hybrid.StoredChunk, error) bool) {
		next := &truth{store: t.store, prefix: embed.KeyPrefix(t.next.ID), dimensions: t.next.Dimensions}
		if err := next.readVectors(); err != nil {
			yield(hybrid.StoredChunk{}, err)
			return
		}
		for kv, err := range t.store.Scan([]byte(chunksPrefix)) {
			if err != nil {
				yield(hybrid.StoredChunk{}, err)
				return
			}
			list, err := decodePassages(kv.Value)
			if err != nil {
				yield(hybrid.StoredChunk{}, fmt.Errorf("%q: %w", kv.Key, err))
				return
			}
			for _, p := range list {
				if v := next.vectors[p.Vector]; v != nil && !yield(hybrid.StoredChunk{ID: p.ID, Vector: v}, nil) {
					return
				}
			}
		}
	}
}

// formerVector returns the vector of a chunk by its text, nil if none is stored.
func (t *truth) formerVector(id rag.ChunkID) (rag.Vector, error) {
	c, ok, err := readChunk(t.store, id)
	if err != nil || !ok {
		return nil, err
	}
	return t.stored(string(embed.Key(t.former, c.SearchText())))
}
