package chunk_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/chunk"
)

func TestParentsAreMadeOfWholeChunks(t *testing.T) {
	doc := structured(document(rand.New(rand.NewPCG(11, 12)), 300))
	runes := []rune(doc.Text)
	for _, c := range []chunk.Config{{Size: 100, Parent: 400}, {Size: 100, Overlap: 20, Parent: 400}, {By: chunk.Sentence, Size: 100, Parent: 400}} {
		s := splitter(t, c)
		chunks := s.Split("docs:a", doc)
		check(t, s, doc, chunks)
		parents, tokens, before := 0, 0, rag.Span{}
		for i, k := range chunks {
			p := k.Parent
			if p == (rag.Span{}) || p == before {
				continue
			}
			if p.Start != k.Start || p.Start < before.End-200 {
				t.Errorf("chunk %d begins at %d, its parent at %d, the parent before ends at %d", i, k.Start, p.Start, before.End)
			}
			n := s.Count(string(runes[p.Start:p.End]))
			if n > c.Parent {
				t.Errorf("the parent %v has %d tokens, want at most %d", p, n, c.Parent)
			}
			parents, tokens, before = parents+1, tokens+n, p
		}
		if parents == 0 || tokens/parents < c.Parent/2 {
			t.Errorf("%+v: %d parents have %d tokens, want more than half of %d each", c, parents, tokens, c.Parent)
		}
		if flat := splitter(t, chunk.Config{By: c.By, Size: c.Size, Overlap: c.Overlap}).Split("docs:a", doc); len(flat) != len(chunks) {
			t.Errorf("%+v: got %d chunks, without parents %d", c, len(chunks), len(flat))
		}
	}
}

// TestParentsOfManyWindows packs a text that is written in parts.
func TestParentsOfManyWindows(t *testing.T) {
	var b strings.Builder
	for i := range 20_000 { // more than a window
		fmt.Fprintf(&b, "Line %d!\n", i)
	}
	s := splitter(t, chunk.Config{By: chunk.Sentence, Size: 64, MinSize: 8, Parent: 256})
	chunks := s.Split("docs:a", plain(b.String()))
	alone := 0
	for i, c := range chunks {
		if i > 0 && c.Parent != chunks[i-1].Parent && c.Parent.Start != c.Start && c.Parent != (rag.Span{}) {
			t.Fatalf("chunk %d begins at %d, in the middle of the new parent %v", i, c.Start, c.Parent)
		}
		if c.Parent == (rag.Span{}) {
			alone++
		}
	}
	if alone > len(chunks)/4 {
		t.Errorf("%d of %d chunks have no parent", alone, len(chunks))
	}
}
