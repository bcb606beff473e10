// Package embed turns texts into vectors whose cosine says how alike they are.
package embed

import (
	"context"

	rag "ragserver"
)

// A Role says what a text is to the search; some models embed the two
// differently.
type Role int

// The roles of a text.
const (
	Passage Role = iota
	Query
)

// An Embedder computes the vectors of one space.
type Embedder interface {
	// Embed returns a vector of unit length for each text, in order, and nil
	// for a text that has none (an empty one, one without a known token).
	// Either all texts are embedded or an error is returned; a
	// *remote.Error says whether trying again makes sense. Any goroutine
	// may call it.
	Embed(ctx context.Context, role Role, texts []string) ([]rag.Vector, error)

	// Space describes the vectors. It may be called at any time.
	Space() Space
}

// A Space is the set of vectors that may be compared with each other.
type Space struct {
	// ID names the model and whatever else changes its vectors (requested
	// dimensions, prefixes). Vectors with different IDs are never mixed.
	ID string
	// Dimensions of a vector; 0 while a remote model has not answered yet.
	Dimensions int
	// Share is the weight of the cosine against that of the words when both
	// are fused, from 0 to 1: a weak model gets less.
	Share float64
}
