// Package situate has a chat model say where a passage stands in its document, in
// a sentence or two that help to find it (contextual retrieval).
package situate

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/llm"
)

// A KV keeps what the model said.
type KV interface {
	// Get returns the value of key, or nil if there is none.
	Get(key []byte) ([]byte, error)
	// Put stores a value that is not empty.
	Put(key, value []byte) error
}

// A Config says what is asked, and bounds what a document costs. Chat and KV are
// required.
type Config struct {
	Chat llm.Chat
	KV   KV

	MaxChunks int           // of a document that are asked about, from its beginning; 0 means 1,000
	Around    int           // bytes of text before a chunk that the model sees, half as many after it; 0 means 4,000
	Workers   int           // calls at a time for a document; 0 means 4
	Timeout   time.Duration // for a document; 0 means 2 min
}

// A Situator gives chunks their Context. Any goroutine may use it.
type Situator struct{ Config }

// New checks c and fills in what it leaves out.
func New(c Config) (*Situator, error) {
	switch {
	case c.Chat == nil:
		return nil, errors.New("situate: there is no chat model to ask")
	case c.MaxChunks < 0 || c.Around < 0 || c.Workers < 0 || c.Timeout < 0:
		return nil, fmt.Errorf("situate: max_chunks %d, around %d, workers %d and timeout %v must not be negative", c.MaxChunks, c.Around, c.Workers, c.Timeout)
	}
	set(&c.MaxChunks, 1000)
	set(&c.Around, 4000)
	set(&c.Workers, 4)
	set(&c.Timeout, 2*time.Minute)
	return &Situator{c}, nil
}

func set[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// ID names all that decides what the model is asked.
func (s *Situator) ID() string {
	return fmt.Sprintf("situate%d %s around=%d max=%d", version, s.Chat.Model(), s.Around, s.MaxChunks)
}

// giveUpAfter is how many calls in a row may fail before a document's other
// chunks go without.
const giveUpAfter = 3

// Situate gives chunks, those of the whole text t in order, their Context, and
// the IDs that they have with it. What the model has said before about the same
// passage between the same others is not asked again: an edit of a document
// costs the calls for the chunks around it.
//
// A chunk for which the model fails goes without, as do all that are left when
// the time is up or calls keep failing. The error is ctx's, or that of the KV.
func (s *Situator) Situate(ctx context.Context, t rag.Text, chunks []rag.Chunk) error {
	limited, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	work, limited := errgroup.WithContext(limited)
	work.SetLimit(s.Workers)
	var failed atomic.Int32                 // calls in a row
	contexts := make([]string, len(chunks)) // other questions read the chunks meanwhile
	for i := range chunks[:min(len(chunks), s.MaxChunks)] {
		q := s.question(t, chunks, i)
		work.Go(func() error {
			if limited.Err() != nil || failed.Load() >= giveUpAfter {
				return nil
			}
			said, err := s.say(limited, q)
			if errors.As(err, new(*failure)) {
				failed.Add(1)
				return nil // the chunk goes without
			}
			if err != nil {
				return err
			}
			failed.Store(0)
			contexts[i] = said
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for i, said := range contexts {
		chunks[i].Context = said
	}
	chunk.Name(chunks)
	return nil
}

// A failure is the model's.
type failure struct{ error }

// say returns what the model says, or has said before.
func (s *Situator) say(ctx context.Context, q question) (string, error) {
	key := q.key(s.Chat.Model())
	row, err := s.KV.Get(key)
	if err != nil {
		return "", fmt.Errorf("reading what a model said of a passage: %w", err)
	}
	if row != nil {
		return string(row), nil
	}
	zero := 0.0
	resp, err := s.Chat.Complete(ctx, llm.Request{Messages: q.messages(), MaxTokens: maxAnswer, Temperature: &zero}, func(string) error { return nil })
	if err != nil {
		return "", &failure{err}
	}
	said := tidy(resp.Text)
	if said == "" {
		return "", &failure{errors.New("the model said nothing")}
	}
	if err := s.KV.Put(key, []byte(said)); err != nil {
		return "", fmt.Errorf("storing what a model said of a passage: %w", err)
	}
	return said, nil
}
