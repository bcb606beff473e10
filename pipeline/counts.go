package pipeline

import (
	"fmt"
	"iter"
	"sync"
	"time"

	rag "ragserver"
)

// Counts says how many documents there are, by status, and what they hold.
type Counts struct {
	Documents, Indexed, Partial, Failed int
	Chunks, Vectors                     int
	LastModified, LastIndexed           time.Time
}

// counts keeps a summary of every document, so that statistics need no look at
// the store: about 100 B a document.
type counts struct {
	mu       sync.Mutex // guards what follows
	docs     map[rag.URI]summary
	bySource map[string]*Counts
}

func newCounts() *counts {
	return &counts{docs: make(map[rag.URI]summary), bySource: make(map[string]*Counts)}
}

// load fills empty counts from the notes of the documents.
func (c *counts) load(notes iter.Seq2[rag.URI, string]) error {
	for uri, note := range notes {
		now, err := parseNote(note)
		if err != nil {
			return fmt.Errorf("document %s: %w", uri, err)
		}
		c.apply([]countChange{{uri: uri, now: now}})
	}
	return nil
}

func (c *counts) apply(changes []countChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, x := range changes {
		source, _ := x.uri.Split()
		sum := c.bySource[source]
		if sum == nil {
			sum = new(Counts)
			c.bySource[source] = sum
		}
		if old, ok := c.docs[x.uri]; ok {
			sum.add(old, -1)
			delete(c.docs, x.uri)
		}
		if x.now != nil {
			sum.add(*x.now, +1)
			c.docs[x.uri] = *x.now
		}
	}
}

func (s *Counts) add(d summary, n int) {
	s.Documents += n
	switch d.status {
	case rag.Indexed:
		s.Indexed += n
	case rag.Partial:
		s.Partial += n
	case rag.Failed:
		s.Failed += n
	}
	s.Chunks += n * d.chunks
	s.Vectors += n * d.vectors
}

// source returns the counts of one source, without times.
func (c *counts) source(name string) Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	if sum := c.bySource[name]; sum != nil {
		return *sum
	}
	return Counts{}
}

// total returns the counts of all sources together.
func (c *counts) total() Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	var t Counts
	for _, s := range c.bySource {
		t.Documents += s.Documents
		t.Indexed += s.Indexed
		t.Partial += s.Partial
		t.Failed += s.Failed
		t.Chunks += s.Chunks
		t.Vectors += s.Vectors
	}
	for _, d := range c.docs { // not kept up to date: a deletion can take the newest away
		t.LastModified = later(t.LastModified, d.modified)
		t.LastIndexed = later(t.LastIndexed, d.seen)
	}
	return t
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
