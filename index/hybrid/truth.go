package hybrid

import (
	"iter"

	rag "ragserver"
	"ragserver/index"
)

// A Truth is what the store knows at start. Everything that it returns is of
// one epoch.
//
// No log of changes is needed: a leg on disk is compared with the truth chunk
// by chunk, which its IDs make exact and cheap.
type Truth interface {
	Epoch() rag.Epoch

	// Documents iterates over all documents. It ends after the first error.
	Documents() iter.Seq2[StoredDocument, error]

	// Text returns what is searched of a chunk. It is asked only for chunks
	// that a leg has to be filled with.
	Text(id rag.ChunkID) (index.Text, error)
}

// A StoredDocument is a document with its chunks.
type StoredDocument struct {
	URI      rag.URI
	Metadata map[string]any
	Note     string // see DocumentChange
	Chunks   []StoredChunk
}

// A StoredChunk is a chunk as far as the index needs it at start.
type StoredChunk struct {
	ID     rag.ChunkID
	Vector rag.Vector // nil: none yet
}
