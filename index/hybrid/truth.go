package hybrid

import (
	"iter"

	rag "ragserver"
	"ragserver/index"
)

// A Truth is what the store knows at start. Everything that it returns is of
// one epoch.
type Truth interface {
	Epoch() rag.Epoch

	// Identity names the store and what else decides what its chunks and
	// vectors are. What was saved under another is of no use.
	Identity() string

	// Touched returns what has changed after an epoch, or false if that is
	// not known any more.
	Touched(since rag.Epoch) (Touched, bool, error)

	// Documents iterates over all documents. It ends after the first error.
	Documents() iter.Seq2[StoredDocument, error]

	// Document returns one document, or false if there is none.
	Document(uri rag.URI) (StoredDocument, bool, error)

	// Text returns what is searched of a chunk. It is asked only for chunks
	// that a leg has to be filled with.
	Text(id rag.ChunkID) (index.Text, error)
}

// Touched is what epochs have changed, with repetitions: nothing in it says
// what became of it.
type Touched struct {
	// Documents that came, changed or are gone, and all whose chunks did.
	Documents []rag.URI
	// Chunks that were added, the replacing ones too.
	Chunks []rag.ChunkID
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
