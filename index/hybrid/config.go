// Package hybrid joins a vector leg and a text leg into the index that the
// service searches.
//
// It numbers chunks with rows, keeps what filters need, makes an epoch visible
// in both legs and in the metadata at once, and fuses what the legs find.
package hybrid

import (
	"fmt"
	"log/slog"
	"time"

	rag "ragserver"
	"ragserver/index"
	inverted "ragserver/index/metadata"
)

// A Fusion is a way to join the results of the two legs.
type Fusion string

// The ways to join.
const (
	// Convex weighs scores: Share * cosine + (1-Share) * BM25 / best BM25.
	Convex Fusion = "convex"
	// RRF weighs ranks: 2 * (Share / (RRFK + rank) + (1-Share) / (RRFK + rank)),
	// where a leg that has not listed a chunk adds nothing. With equal shares
	// that is reciprocal rank fusion as Cormack, Clarke and Büttcher (SIGIR
	// 2009) have it.
	RRF Fusion = "rrf"
	// DBSF is distribution-based score fusion (Mazzeschi 2023, as in Qdrant):
	// the scores of a leg become 0 to 1 between the mean of its candidates
	// less 3 standard deviations and the mean plus 3, and are added, weighted
	// by Share and 1-Share. A chunk that a leg does not know gets 0 of it.
	DBSF Fusion = "dbsf"
)

// Config sets up an Index. The zero value is usable.
type Config struct {
	Fusion     Fusion // default Convex
	RRFK       int    // default 60
	Candidates int    // taken from each leg, at least K; default 100
	Logger     *slog.Logger

	// History is how many states before the newest stay held, so that At can
	// return them. Each costs what has changed since it: 0 by default.
	History int
	// Texts, if History is not 0, opens the texts as they are when a state
	// becomes the newest; they are closed with that state.
	Texts func() Texts

	// Dir is the folder of checkpoints, which nobody else uses; "": none are
	// made. It is created when it is needed.
	Dir string
	// Legs names the legs with all options that decide what they write. A
	// checkpoint that was made with others is not used.
	Legs string
	// SaveAfter is how long a change stays out of a checkpoint at most, while
	// Run runs; default 10 minutes.
	SaveAfter time.Duration

	// Warm names fields of the metadata that Run indexes at start, before a
	// filter asks for them.
	Warm []string
}

func (c Config) withDefaults() (Config, error) {
	switch c.Fusion {
	case "":
		c.Fusion = Convex
	case Convex, RRF, DBSF:
	default:
		return c, fmt.Errorf("hybrid: fusion %q is not one of %q", c.Fusion, []Fusion{Convex, RRF, DBSF})
	}
	if c.RRFK < 0 {
		return c, fmt.Errorf("hybrid: rrf k %d is negative", c.RRFK)
	}
	if c.Candidates < 0 {
		return c, fmt.Errorf("hybrid: candidates %d is negative", c.Candidates)
	}
	if c.RRFK == 0 {
		c.RRFK = 60
	}
	if c.Candidates == 0 {
		c.Candidates = 100
	}
	if c.History < 0 {
		return c, fmt.Errorf("hybrid: history %d is negative", c.History)
	}
	if c.SaveAfter < 0 {
		return c, fmt.Errorf("hybrid: saving after %v is not possible", c.SaveAfter)
	}
	if c.SaveAfter == 0 {
		c.SaveAfter = defaultAfter
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// Texts reads the passages of one state.
type Texts interface {
	// Chunk returns a chunk, or false if there is none. Any goroutine may
	// call it until Close.
	Chunk(id rag.ChunkID) (rag.Chunk, bool, error)
	Close() error
}

// A Batch is what changed in one epoch.
type Batch struct {
	Documents []DocumentChange
	Chunks    []ChunkChange
}

// A DocumentChange gives a document new metadata, or says that it is gone. A
// document is made known before, or in the same batch as, its first chunk, and
// gone after, or in the same batch as, its last.
type DocumentChange struct {
	URI      rag.URI
	Metadata map[string]any // kept, and not modified by anyone from now on
	Note     string         // kept for the caller, see Index.Notes
	Gone     bool
}

// A ChunkChange adds a chunk (Diff +1) or removes it (-1; only ID and URI are
// read). A removal and an addition of one ID in one batch replace the chunk, as
// when its vector has come; their order does not matter.
type ChunkChange struct {
	ID     rag.ChunkID
	URI    rag.URI
	Diff   int
	Text   index.Text
	Vector rag.Vector // nil: found by its words only
	Former rag.Vector // of the former embedding model; read only between Beside and Swap

	// SameText says, of an addition that replaces, that the text is the same
	// and only the vector is another.
	SameText bool
}

// A Mode says which legs are asked.
type Mode int

// The modes of a query.
const (
	Both Mode = iota
	VectorOnly
	TextOnly
)

// A Query is a search.
type Query struct {
	Text   string     // any bytes; it has no syntax
	Vector rag.Vector // nil: words only
	K      int        // at most this many hits; 0 or less: none
	Share  float64    // weight of the vector leg in the fusion, 0 to 1
	Mode   Mode
	Filter *Filter // nil: all documents

	// Explanation, if it is not nil, is told how the search was done.
	Explanation *Explanation
}

// A Filter selects documents.
type Filter struct {
	// Key names the selection: filters with equal keys select equally. What
	// a filter selects is kept under it and follows the changes of documents.
	Key string
	// Match says whether a document is selected. It depends on nothing but
	// its arguments, and must not modify meta. Any goroutine may call it. Its
	// error ends the search.
	Match func(uri rag.URI, meta map[string]any) (bool, error)
	// Expr, if it is not nil, is the same condition as Match where it decides;
	// Match is asked for the documents that it leaves open. With it the cost of
	// a new filter does not follow the number of documents.
	Expr inverted.Expr
}

// A Hit is a chunk that was found.
type Hit struct {
	ID    rag.ChunkID
	URI   rag.URI
	Score float64 // what hits are sorted by, best first

	// What the legs say of it, both exact; a leg that was not asked, or does
	// not know it, says 0. The ranks count from 1 in that leg's own list of
	// candidates; 0 outside it.
	Cosine, BM25         float64
	CosineRank, BM25Rank int
}
