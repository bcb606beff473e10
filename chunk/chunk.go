// Package chunk cuts the text of a document into the passages that are embedded,
// found and cited.
//
// An edit of the text changes the passages around it and no others: where a
// passage ends depends on the text nearby, never on what came before it.
package chunk

import (
	"errors"
	"fmt"
	"slices"

	rag "ragserver"
)

// version is part of a Splitter's ID: it grows when the same options give other
// chunks.
const version = 2

// A Config says what chunks are, and how large, in tokens.
type Config struct {
	By Strategy // "" means Recursive
	// Size is the most that a chunk has, overlap and the header of a table
	// included; 0 means 208. Only a single character that the reader sees as
	// one may be larger.
	Size int
	// Overlap is how much of the text before a chunk it repeats at most,
	// within the same heading and page. It is at most half of Size.
	Overlap int
	// MinSize is what a section under a heading of its own needs to get a
	// chunk of its own: smaller ones beside each other share one. 0 means an
	// eighth of Size.
	MinSize int
	// Parent is the most that the passage around a chunk has, which is read
	// when the chunk is found; 0 means that chunks have none. It is more than
	// Size.
	Parent int

	// Count returns the tokens of a text; nil means Estimate. It is pure, and
	// counts no more for two texts joined at white space or punctuation than
	// for both apart.
	Count func(string) int
	// Counter names Count, for the ID; it is needed with Count.
	Counter string
}

// A Splitter cuts texts as its Config says. Any goroutine may use it.
type Splitter struct {
	Config
	budget int // tokens of a chunk without its overlap
}

// New checks c and fills in what it leaves out.
func New(c Config) (*Splitter, error) {
	if c.Size == 0 {
		c.Size = bestSize
	}
	if c.MinSize == 0 {
		c.MinSize = c.Size / 8
	}
	if c.By == "" {
		c.By = Recursive
	}
	switch {
	case !slices.Contains(strategies(), c.By):
		return nil, fmt.Errorf("chunk: by: %q is not one of %q", c.By, strategies())
	case c.Size < 8 || c.Size > 8192:
		return nil, fmt.Errorf("chunk: size %d is not between 8 and 8192 tokens", c.Size)
	case c.Overlap < 0 || c.Overlap > c.Size/2:
		return nil, fmt.Errorf("chunk: overlap %d is not between 0 and %d tokens, half of size", c.Overlap, c.Size/2)
	case c.MinSize < 0 || c.MinSize > c.Size:
		return nil, fmt.Errorf("chunk: minimum size %d is not between 0 and size, %d tokens", c.MinSize, c.Size)
	case c.Parent != 0 && (c.Parent <= c.Size || c.Parent > maxParent):
		return nil, fmt.Errorf("chunk: parent %d is not between size, %d tokens, and %d", c.Parent, c.Size, maxParent)
	case c.Count != nil && c.Counter == "":
		return nil, errors.New("chunk: a counter of tokens has no name")
	}
	if c.Count == nil {
		c.Count, c.Counter = Estimate, "estimate"
	}
	return &Splitter{Config: c, budget: c.Size - c.Overlap}, nil
}

// bestSize is what finds most of the answers in what has room in a prompt, and
// costs no rank in other tests: docs/chunking.md.
const bestSize = 208

// maxParent is the most tokens of a parent: about a hundred pages.
const maxParent = 65536

// ID names all that decides where chunks begin and end: chunks of Splitters with
// one ID are equal.
func (s *Splitter) ID() string {
	return fmt.Sprintf("chunk%d by=%s size=%d overlap=%d min=%d parent=%d count=%s",
		version, s.By, s.Size, s.Overlap, s.MinSize, s.Parent, s.Counter)
}

// Split returns the chunks of t, the text of document doc, in order. All of its
// sections' text is in them, but for white space around a chunk. A text without
// sections is one paragraph. Chunks share the memory of t.
func (s *Splitter) Split(doc rag.URI, t rag.Text) []rag.Chunk {
	w := &writer{Splitter: s, doc: doc, text: t.Text, sections: tidy(t)}
	p := &packer{Splitter: s, by: s.By, text: t.Text, write: w.write, family: w.family}
	if isCode(w.sections) {
		p.by = Declaration
	}
	for i, section := range w.sections {
		level := never
		if i > 0 {
			level = p.by.boundary(w.sections[i-1], section)
		}
		p.add(i, section, level)
	}
	p.flush(len(p.atoms))
	Name(w.chunks)
	return w.chunks
}

// tidy returns the sections of t, in order, not empty, within the text.
func tidy(t rag.Text) []rag.Section {
	if len(t.Sections) == 0 {
		return []rag.Section{{Kind: rag.Paragraph, End: len(t.Text)}}
	}
	tidied := make([]rag.Section, 0, len(t.Sections))
	end := 0
	for _, s := range t.Sections {
		s.Start, s.End = max(s.Start, end), min(s.End, len(t.Text))
		if s.Start < s.End {
			tidied = append(tidied, s)
			end = s.End
		}
	}
	return tidied
}
