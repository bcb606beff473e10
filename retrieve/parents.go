package retrieve

import (
	"fmt"
	"strings"
	"unicode/utf8"

	rag "ragserver"
)

// Documents reads the texts of documents.
type Documents interface {
	// DocumentText returns the text of a document as it was last parsed, or
	// false if there is none.
	DocumentText(uri rag.URI) (string, bool, error)
}

// A passageKey tells parents apart.
type passageKey struct {
	uri  rag.URI
	span rag.Span
}

// withParents puts the passages around hits in their place, each once, where its
// best chunk was. A chunk whose document has been parsed anew and says something
// else there by now stays as it is.
func (r *Retriever) withParents(hits []Hit) ([]Hit, error) {
	texts := make(map[rag.URI]string)
	seen := make(map[passageKey]bool)
	out := hits[:0]
	for _, h := range hits {
		key := passageKey{h.Chunk.URI, h.Chunk.Parent}
		if h.Chunk.Parent == (rag.Span{}) {
			out = append(out, h)
			continue
		}
		if seen[key] {
			continue
		}
		text, known := texts[key.uri]
		if !known {
			var err error
			if text, _, err = r.Documents.DocumentText(key.uri); err != nil {
				return nil, fmt.Errorf("reading the text of %s: %w", key.uri, err)
			}
			texts[key.uri] = text
		}
		var ok bool
		if h.Chunk, ok = widened(h.Chunk, text); ok {
			seen[key] = true
		}
		out = append(out, h)
	}
	return out, nil
}

// widened returns c with the text of its parent, or false if text is not the one
// that c was cut from.
func widened(c rag.Chunk, text string) (rag.Chunk, bool) {
	before, ok := skip(text, c.Parent.Start)
	if !ok || c.Start < c.Parent.Start {
		return c, false
	}
	parent := text[before:]
	end, ok := skip(parent, c.Parent.End-c.Parent.Start)
	if !ok {
		return c, false
	}
	parent = parent[:end]
	at, ok := skip(parent, c.Start-c.Parent.Start)
	if !ok || len(parent)-at < len(c.Text) || parent[at:at+len(c.Text)] != c.Text {
		return c, false
	}
	if strings.Contains(parent, c.Header) {
		c.Header = ""
	}
	c.Text, c.Start, c.End = parent, c.Parent.Start, c.Parent.End
	return c, true
}

// skip returns the bytes of the first n characters of text, or false if it has
// fewer.
func skip(text string, n int) (int, bool) {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at, n == 0
}
