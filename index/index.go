// Package index says how chunks are made searchable and found again.
//
// A Leg searches one way, by vectors or by words. Package index/hybrid joins a
// vector leg and a text leg into the index that the service uses. It numbers
// the chunks with rows, keeps what filters need, and makes an epoch visible in
// both legs at once.
package index

import (
	"context"
	"errors"
	"iter"
	"strings"

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
	Text   Text
	Vector rag.Vector
}

// A Text is the words of a chunk by the place where they stand. A text leg may
// weigh the places differently.
type Text struct {
	Title    string // of the document
	Heading  string // what the chunk stands under
	Body     string // the chunk itself, with its context and the header of its table
	Language string // of the document, BCP 47, as in "de"; "" if unknown
}

// TextOf returns the words of a chunk, as far as the chunk itself knows them.
func TextOf(c rag.Chunk) Text {
	return Text{Heading: strings.Join(c.Heading, " > "), Body: c.SearchBody()}
}

// TextIn returns the words of a chunk of a document with this title and language.
// A title that is the first heading already is not counted twice.
func TextIn(c rag.Chunk, title, language string) Text {
	t := TextOf(c)
	t.Language = language
	if title = strings.TrimSpace(title); len(c.Heading) == 0 || !strings.EqualFold(strings.TrimSpace(c.Heading[0]), title) {
		t.Title = title
	}
	return t
}

// String returns the heading and the body, as they are embedded.
func (t Text) String() string {
	if t.Heading == "" {
		return t.Body
	}
	return t.Heading + "\n" + t.Body
}

// ErrCorrupt says that what a leg has on disk cannot be read. Its directory can
// be deleted: everything in it is derived, and is filled in again.
var ErrCorrupt = errors.New("index is corrupt")

// A Leg is a searchable set of chunks.
//
// Apply, Rebind and Close are called from one goroutine. Apply is called with
// growing epochs, each chunk at most once in an epoch, except that a removal may
// stand before an addition of the same chunk, under another row: then it is
// replaced. No chunk is added twice without a removal between, and no two chunks
// have one row at a time. Snapshot may be called by any goroutine, beside Apply.
type Leg interface {
	// Apply makes all changes of an epoch visible at once to snapshots that
	// are taken after it returns. After an error nothing of it is visible
	// and the epoch may be applied again; an epoch that the leg holds
	// already is skipped. Removing a chunk that is not there does nothing.
	//
	// Epoch 0 is for filling a leg in parts of bounded size: the part
	// belongs to the next epoch that is applied, and Durable does not count
	// it before that.
	Apply(ctx context.Context, epoch rag.Epoch, changes []Change) error

	// Snapshot returns the state after the last Apply. It stays as it is
	// until it is closed. Taking one is cheap.
	Snapshot() Snapshot

	// Durable is the last epoch that a sudden end of the process does not
	// lose. A leg in memory returns 0 and is filled again completely.
	Durable() rag.Epoch

	// Close ends the leg. Snapshots must be closed before.
	Close() error
}

// A Rebinder is a text leg that keeps chunks across restarts, by their IDs.
type Rebinder interface {
	// Rebind is called once, before the first Apply. The sequence says which
	// chunks the leg should hold and the row that each now has. The leg
	// forgets every other chunk that it has on disk, forgets its epoch, and
	// returns the rows that it lacks: the caller adds those, and then applies
	// the epoch. An ID stands for one text for ever, so comparing IDs is
	// enough.
	Rebind(ctx context.Context, chunks iter.Seq2[rag.ChunkID, Row]) (missing []Row, err error)
}

// A Grapher is a vector leg that searches through a graph.
type Grapher interface {
	// Graph may be called by any goroutine.
	Graph() Graph
}

// A Graph says how a graph of vectors is.
type Graph struct {
	Vectors int `json:"vectors"` // that are searched
	Waiting int `json:"waiting"` // of these, not linked yet: compared one by one
	Removed int `json:"removed"` // that are waypoints still
	// Width is that of the walks for the best 10 (efSearch), and Recall how
	// many of these they were seen to find; 0 if all vectors are compared.
	Width  int     `json:"width"`
	Recall float64 `json:"recall"`
}

// A Saver is a leg in memory whose states can be written to files and read back,
// rows and all. The files of one state are a folder of their own.
type Saver interface {
	// Save writes the state that s, a snapshot of this leg, shows into the
	// empty folder dir. Files that would be the same as in last, the folder of
	// an earlier Save or "", may be linked. It runs beside Apply and searches,
	// one at a time, and neither waits for it. The files carry checksums and
	// are synced when it returns.
	Save(ctx context.Context, s Snapshot, dir, last string) error

	// Load sets a leg that nothing was applied to yet to the state saved in
	// dir, which was that of epoch. The leg may go on reading the files, but
	// never writes them. If they are damaged the error matches ErrCorrupt and
	// the leg is still empty.
	Load(ctx context.Context, dir string, epoch rag.Epoch) error
}

// A Snapshot is one unchanging state of a leg. Any number of goroutines may use
// it until Close.
type Snapshot interface {
	// Search returns the q.K best rows, best first and equal scores by row,
	// fewer only if there are no more that match. A query that the leg cannot
	// use (no vector, no known word) has no result and no error.
	Search(ctx context.Context, q Query) ([]Scored, error)

	// Score returns the exact score of each of rows for q, in order: what
	// Search says of it, whatever q.K and q.Rows are; 0 for a row that is
	// not in the snapshot or does not match at all.
	Score(ctx context.Context, q Query, rows []Row) ([]float64, error)

	// Len is the number of chunks in the snapshot.
	Len() int

	Close()
}

// A SearchScorer is a Snapshot for which searching and scoring together is
// cheaper than one after the other.
type SearchScorer interface {
	SearchScore(ctx context.Context, q Query, rows []Row) ([]Scored, []float64, error)
}

// SearchScore returns what s.Search and s.Score return, in one pass where s can.
func SearchScore(ctx context.Context, s Snapshot, q Query, rows []Row) ([]Scored, []float64, error) {
	if joint, ok := s.(SearchScorer); ok {
		return joint.SearchScore(ctx, q, rows)
	}
	found, err := s.Search(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	scores, err := s.Score(ctx, q, rows)
	return found, scores, err
}

// A Query is a question to one leg.
type Query struct {
	Text   string     // any bytes; searched as text, without syntax
	Vector rag.Vector // nil: none
	K      int        // at most this many results

	// Rows are the rows that may be returned; nil means all. It is not
	// modified.
	Rows *roaring.Bitmap

	// Syntax says that Text is in the query language of the leg, if it has
	// one, and not mere text. A mistake in it is an error that matches
	// ErrSyntax.
	Syntax bool

	// Plan, if it is not nil, is told how the search was done.
	Plan *Plan
}

// ErrSyntax says that the text of a query is not in the query language.
var ErrSyntax = errors.New("bad query syntax")

// A Plan says how a leg has answered one query.
type Plan struct {
	// Method is "scan" (all rows were compared), "rows" (the allowed ones
	// were, one by one), "walk" (a graph was walked), "walk filtered", or a
	// text leg's own.
	Method string
	Scored int // rows whose score was computed, exactly or nearly
	Width  int // of a graph's walk: efSearch; 0 without one
}

// A Scored is a row with its score, higher is better: the cosine in a vector
// leg, BM25 or its like in a text leg.
type Scored struct {
	Row   Row
	Score float64
}
