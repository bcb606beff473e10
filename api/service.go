// Package api serves the documents, search and answers over HTTP.
//
// Every request is decoded by one rule (fields.go) and every failure becomes a
// status in one function (problem.go). The table in routes.go says what there
// is; the OpenAPI document is made from the same table and from the types that
// are written to the wire, so it cannot fall behind.
package api

import (
	"context"
	"io"
	"time"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/metadata"
	"ragserver/ingest"
	"ragserver/llm/answer"
	"ragserver/retrieve"
)

// A Service is what the API serves. Its parts are small so that a test can stand
// in for each; all of them are needed.
type Service struct {
	Retriever Retriever
	Answerer  Answerer
	Documents Documents
	Pages     Pages
	Monitor   Monitor
}

// A Retriever searches.
type Retriever interface {
	Retrieve(ctx context.Context, q retrieve.Query) (retrieve.Result, error)
	// Facets counts the values of metadata.
	Facets(ctx context.Context, q retrieve.FacetQuery) (retrieve.Facets, error)
}

// An Answerer answers; Freshness is of the index state that was read.
type Answerer interface {
	// Answer calls emit as answer.Answerer does: never from two goroutines
	// at once, and not after it has returned. It stops soon after ctx is
	// done.
	Answer(ctx context.Context, r AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error)
}

// An AnswerRequest is a question with its limits.
type AnswerRequest struct {
	Prompt string
	K      int // 0: the default
	Filter string
	Glob   string
	Model  string // "" for the configured one
	// Epoch, if it is not 0, asks for an answer from the newest state up to it.
	// The error is a *hybrid.NotHeld if that is not held any more.
	Epoch rag.Epoch
}

// Freshness says which state of the index an answer was made from.
type Freshness struct {
	Epoch         rag.Epoch
	CompleteUntil time.Time
}

// Documents lists, reads and changes the documents.
type Documents interface {
	// List returns the documents of one page in order of URI, and the cursor
	// of the next page, "" after the last.
	List(ctx context.Context, q ListQuery) (docs []rag.Document, next string, err error)
	// Get returns a document, its text, and its chunks with their texts;
	// ErrNotFound if there is none.
	Get(ctx context.Context, uri rag.URI) (rag.Document, string, error)
	// Parts returns the documents inside one, at any depth, in order of URI:
	// limit at most.
	Parts(ctx context.Context, uri rag.URI, limit int) ([]rag.Document, error)
	// Put stores body under path among the uploaded documents and returns
	// its URI and a token for Wait, which has no comma. A path that leaves the
	// folder or is not valid is a *BadRequest. If body ends with an error,
	// nothing is stored and the error is returned, wrapped.
	Put(ctx context.Context, path string, body io.Reader) (rag.URI, string, error)
	// Delete removes an uploaded document; ErrReadOnly for one of another
	// source, ErrNotFound if there is none.
	Delete(ctx context.Context, uri rag.URI) (token string, err error)
	// Wait returns when the change that token stands for is searchable; a
	// token that cannot be read is a *BadRequest.
	Wait(ctx context.Context, token string) error
}

// A ListQuery selects documents.
type ListQuery struct {
	Status rag.Status // "" for all
	Text   string     // part of the path or title, in any case
	Source string
	Filter string // JMESPath
	Glob   string
	Limit  int // 0: the default
	Cursor string
}

// A Monitor tells how the service does.
type Monitor interface {
	Sources() []SourceStatus
	Statistics() Statistics
	// Fields says what the index of the metadata takes.
	Fields() []metadata.FieldStats
	// Ready returns nil once every source has been listed and what was
	// found is searchable, else what is awaited.
	Ready() error
	// Changed is closed at the next change of anything that Sources or
	// Statistics tell.
	Changed() <-chan struct{}
}

// A SourceStatus is a source as the service sees it.
type SourceStatus struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	ingest.Status
	Documents int           `json:"documents"` // indexed or partial
	Failed    int           `json:"failed"`
	Pending   int           `json:"pending"`
	Lag       time.Duration `json:"-"` // age of the oldest change that is not searchable; 0 if none
}

// Statistics counts what the service holds.
type Statistics struct {
	Documents     int       `json:"documents"` // known, failed ones too
	Indexed       int       `json:"indexed"`   // searchable, partial ones too
	Partial       int       `json:"partial"`   // of these: by words only, vectors are awaited
	Failed        int       `json:"failed"`
	Pending       int       `json:"pending"`
	Chunks        int       `json:"chunks"`
	Vectors       int       `json:"vectors"`
	Embedded      uint64    `json:"embedded"` // passages that the model was asked for since the start
	Epoch         rag.Epoch `json:"epoch"`
	LastModified  time.Time `json:"last_modified,omitzero"` // the newest document's
	LastIndexed   time.Time `json:"last_indexed,omitzero"`
	CompleteUntil time.Time `json:"complete_until,omitzero"`
	Embedder      string    `json:"embedder"` // its space
	Model         string    `json:"model"`    // of the answerer
	// IndexEpoch is the last epoch that the index has saved, from which its
	// next start catches up; IndexRebuilt says why it was filled from the
	// store at this start although it had been saved.
	IndexEpoch   rag.Epoch    `json:"index_epoch,omitempty"`
	IndexRebuilt string       `json:"index_rebuilt,omitempty"`
	VectorGraph  *index.Graph `json:"vector_graph,omitempty"` // nil: the vectors have none
	// Changing says how far a change of the embedding model has come: until it
	// is complete, searches use the former one.
	Changing string `json:"changing,omitempty"`
	// Trouble says what does not work at present - a model that does not
	// answer, a full disk - one sentence each.
	Trouble []string `json:"trouble,omitempty"`
}
