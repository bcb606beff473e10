package bm25

import (
	"github.com/cespare/xxhash/v2"

	"ragserver/index"
)

// A part is a set of chunks, numbered from 0. It is a head, to which the leg
// adds chunks, or a segment, which does not change.
type part interface {
	// chunk returns what is known of a chunk beside its words.
	chunk(chunk uint32) chunk

	// forward returns the terms of a chunk in order; see reader.
	forward(chunk uint32) []byte

	// find calls yield with each of the first n chunks that have, or had, a
	// row.
	find(row index.Row, n uint32, yield func(chunk uint32))

	// lookup returns the number of a term; ok is false if no chunk has it.
	lookup(k key) (number uint32, ok bool)

	// name returns the term with a number.
	name(number uint32) string

	// sorted returns the numbers of all terms in the order of their names.
	sorted() []uint32

	// postings appends the first n chunks, and no more, that have a term, in
	// ascending order, and how often each has it.
	postings(number, n uint32, chunks, counts []uint32) (_, _ []uint32)
}

// A chunk is one chunk in a part.
type chunk struct {
	row      index.Row
	id       uint64 // half of its ID
	length   uint32 // words, as they weigh
	language string
}

// A key is a term to look up.
type key struct {
	text string
	hash uint64
}

func newKey(term string) key { return key{term, xxhash.Sum64String(term)} }
