// Package hybrid joins a vector leg and a text leg into the index that the
// service searches.
//
// It numbers chunks with rows, keeps what filters need, makes an epoch visible
// in both legs and in the metadata at once, and fuses what the legs find.
package hybrid

import (
	"fmt"
	"log/slog"

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
	// RRF weighs ranks: the sum of 1 / (RRFK + rank) over both legs.
	RRF Fusion = "rrf"
)

// Config sets up an Index. The zero value is usable.
type Config struct {
	Fusion     Fusion // default Convex
	RRFK       int    // default 60
	Candidates int    // taken from each leg, at least K; default 100
	Logger     *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	switch c.Fusion {
	case "":
		c.Fusion = Convex
	case Convex, RRF:
	default:
		return c, fmt.Errorf("hybrid: fusion %q is not one of [%q %q]", c.Fusion, Convex, RRF)
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
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
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
	Share  float64    // weight of the cosine in Convex, 0 to 1
	Mode   Mode
	Filter *Filter // nil: all documents
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
