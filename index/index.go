// Package index says how chunks are made searchable and found again.
//
// A Leg searches one way, by vectors or by words. Package index/hybrid joins a
// vector leg and a text leg into the index that the service uses. It numbers
// the chunks with rows, keeps what filters need, and makes an epoch visible in
// both legs at once.
package index

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
)

// A Row is the number of a chunk while an index is open. Rows are dense, are
// given by whoever drives the legs, and are used again only after no snapshot
// that could see the old chunk is held any more.
type Row = uint32

// A Change adds a chunk to a leg or removes it.
type Change struct {
	Row  Row
	ID   rag.ChunkID
	Diff int // +1 or -1

	// Of an addition only. A vector leg ignores one without Vector, a text
	// leg ignores Vector.
	Text   string
	Vector rag.Vector
}

// A Leg is a searchable set of chunks.
//
// Apply is called from one goroutine with growing epochs, each chunk at most
// once in an epoch and never added twice without a removal between. Snapshot
// may be called by any goroutine, beside Apply.
type Leg interface {
	// Apply makes all changes of an epoch visible at once to snapshots that
	// are taken after it returns. After an error the epoch may be applied
	// again. A leg on disk skips what it holds already.
	Apply(ctx context.Context, epoch rag.Epoch, changes []Change) error

	// Snapshot returns the state after the last Apply. It stays as it is
	// until it is closed.
	Snapshot() Snapshot

	// Durable is the last epoch that a sudden end of the process does not
	// lose: later ones are applied again at the next start. A leg in memory
	// returns 0 and is filled again completely.
	Durable() rag.Epoch

	Close() error
}

// A Snapshot is one unchanging state of a leg. Any number of goroutines may use
// it until Close.
type Snapshot interface {
	// Search returns the q.K best rows, best first, fewer only if there are
	// no more that match. A query that the leg cannot use (no vector, no
	// known word) has no result and no error.
	Search(ctx context.Context, q Query) ([]Scored, error)

	// Score returns the exact score of each of rows for q, in order; 0 for
	// a row that is not in the snapshot or does not match at all.
	Score(ctx context.Context, q Query, rows []Row) ([]float64, error)

	Close()
}

// A Query is a question to one leg.
type Query struct {
	Text   string     // any bytes; searched as text, without syntax
	Vector rag.Vector // nil: none
	K      int        // at most this many results

	// Rows are the rows that may be returned; nil means all. It is not
	// modified.
	Rows *roaring.Bitmap
}

// A Scored is a row with its score, higher is better: the cosine in a vector
// leg, BM25 or its like in a text leg.
type Scored struct {
	Row   Row
	Score float64
}
