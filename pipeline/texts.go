package pipeline

import (
	rag "ragserver"
	"ragserver/index/hybrid"
	"ragserver/store"
)

// Texts returns what opens the passages of s as they are at the moment of the
// call, for an index that holds past states.
func Texts(s store.Store) func() hybrid.Texts {
	return func() hybrid.Texts { return texts{s.Snapshot()} }
}

type texts struct{ store.Snapshot }

func (t texts) Chunk(id rag.ChunkID) (rag.Chunk, bool, error) { return readChunk(t.Snapshot, id) }
