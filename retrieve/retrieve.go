// Package retrieve answers a query with the best chunks of the index.
package retrieve

import (
	"fmt"
	"time"

	rag "ragserver"
	"ragserver/index/hybrid"
)

// MaxK is the most hits that one query may ask for.
const MaxK = 10_000

// A Leg says how to search.
type Leg string

// The ways to search.
const (
	Hybrid Leg = "hybrid"
	Vector Leg = "vector"
	Text   Leg = "bm25"
)

// A Query is a search.
type Query struct {
	Text   string // any text; it has no syntax
	K      int    // at most this many hits; 0 to MaxK
	Filter string // JMESPath over the document's metadata; "" for all
	Glob   string // of the document's path; "" for all
	Leg    Leg    // "" means Hybrid

	// Epoch, if it is not 0, asks for the newest state up to it, with the
	// texts of that state. The error is a *hybrid.NotHeld if it is not held
	// any more.
	Epoch   rag.Epoch
	Explain bool // how it was done

	// Parents asks for the passages around the chunks that were found, where
	// chunks have them. Those of several chunks come once: there may be fewer
	// than K hits then.
	Parents bool
}

// A Hit is a chunk that was found.
type Hit struct {
	// Chunk is the chunk; if parents were asked for, Text, Start and End are
	// those of its parent.
	Chunk    rag.Chunk
	Metadata map[string]any // the document's; shared, not to be modified

	Score float64 // what the hits are sorted by, best first
	Dist  float64 // Pathway's dist: smaller is better
	// What each leg says, scored exactly in both; the rank from 1 in that
	// leg's own list, 0 if it was not in it.
	Cosine     float64
	CosineRank int
	BM25       float64
	BM25Rank   int
}

// A Result is the answer to a query.
type Result struct {
	Hits []Hit
	// Epoch is the state of the index that was searched. Every change that
	// the sources noticed before CompleteUntil is in it.
	Epoch         rag.Epoch
	CompleteUntil time.Time
	// Degraded says why only part of the search could be done, as when the
	// embedding model does not answer; "" if all was.
	Degraded string
	// Explanation says how the search was done, if that was asked.
	Explanation *hybrid.Explanation
}

// A BadQuery says which field of a query cannot be used and why.
type BadQuery struct {
	Field   string // "k", "filter", "glob" or "leg"
	Message string
}

func (e *BadQuery) Error() string { return fmt.Sprintf("%s: %s", e.Field, e.Message) }
