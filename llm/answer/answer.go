// Package answer answers questions over retrieved passages and says where each
// answer is from.
package answer

import (
	"context"

	rag "ragserver"
	"ragserver/llm"
)

// An Answerer answers a question from passages.
type Answerer interface {
	// Answer calls emit with each event as it comes - first Passages, then
	// any number of Delta, never Delta with an empty text - and returns the
	// whole: its Text is the deltas joined. If emit fails, Answer stops and returns its error. A
	// *remote.Error means that the model failed. Any goroutine may call it.
	Answer(ctx context.Context, q Question, emit func(Event) error) (Answer, error)
}

// A Retriever finds the passages for a question, best first. One question sees
// one state of the index, however often it calls.
type Retriever interface {
	Retrieve(ctx context.Context, question string, k int) ([]Passage, error)
}

// A Question is what is asked.
type Question struct {
	Text  string
	K     int    // passages to read; 0 for the answerer's default
	Model string // "" for the configured one
	From  Retriever
}

// A Passage is a chunk with what a citation needs of its document.
type Passage struct {
	Chunk rag.Chunk
	Path  string
	Title string
	Score float64
}

// An Event is a step of an answer: exactly one of its fields is set.
type Event struct {
	Passages []Passage // what the answer is made from; not nil, even if empty
	Delta    string    // the next piece of the answer's text
}

// An Answer is a text with its sources.
type Answer struct {
	Text      string
	Found     bool // false: the documents do not say; Text says that
	Citations []Citation
	Passages  []Passage
	Model     string // "extractive" when no model was asked
	Usage     llm.Usage
}

// A Citation names the passage behind a mark [N] in the answer's text. Several
// have the same N if the answer quotes several places of one passage.
type Citation struct {
	N       int // of the answer's Passages, from 1, as in the text
	Passage Passage
	// Quote is the sentence or sentences that support the answer, an exact
	// slice of the document's text; Start and End are its place in the
	// document, in code points.
	Quote      string
	Start, End int
}

// DefaultK is how many passages are read for a question that does not say.
const DefaultK = 6
