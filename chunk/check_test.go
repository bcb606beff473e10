package chunk_test

import (
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	rag "ragserver"
	"ragserver/chunk"
)

// check fails the test unless chunks keep the promises of package rag and Split.
func check(t *testing.T, s *chunk.Splitter, doc rag.Text, chunks []rag.Chunk) {
	t.Helper()
	runes := []rune(doc.Text)
	covered := make([]bool, len(runes))
	cuts := graphemeCuts(doc.Text)
	ids := map[rag.ChunkID]bool{}
	for i, c := range chunks {
		if c.Ordinal != i || c.Start >= c.End || c.End > len(runes) || i > 0 && (c.Start < chunks[i-1].Start || c.End <= chunks[i-1].End) {
			t.Fatalf("chunk %d: got ordinal %d, characters %d to %d of %d", i, c.Ordinal, c.Start, c.End, len(runes))
		}
		if want := string(runes[c.Start:c.End]); utf8.ValidString(doc.Text) && c.Text != want {
			t.Errorf("chunk %d: got %q, want its characters %q", i, c.Text, want)
		}
		if n := s.Count(c.ReadText()); n > s.Size && uniseg.GraphemeClusterCount(c.Text) > 1 {
			t.Errorf("chunk %d: got %d tokens, want at most %d: %q", i, n, s.Size, c.ReadText())
		}
		if p := c.Parent; p != (rag.Span{}) && (p.Start > c.Start || p.End < c.End || p.End-p.Start == c.End-c.Start) {
			t.Errorf("chunk %d, characters %d to %d, has the parent %v", i, c.Start, c.End, p)
		}
		if !cuts[c.Start] || !cuts[c.End] {
			t.Errorf("chunk %d cuts a grapheme: %q", i, c.Text)
		}
		if ids[c.ID] {
			t.Errorf("chunk %d has the ID of another", i)
		}
		ids[c.ID] = true
		for j := c.Start; j < c.End; j++ {
			covered[j] = true
		}
	}
	for _, section := range doc.Sections {
		at := utf8.RuneCountInString(doc.Text[:section.Start])
		for j, r := range []rune(doc.Text[section.Start:section.End]) {
			if !covered[at+j] && !unicode.IsSpace(r) {
				t.Fatalf("character %d, %q, is in no chunk", at+j, r)
			}
		}
	}
}

// graphemeCuts returns the positions, in characters, where a grapheme ends or
// may be cut because it is very long.
func graphemeCuts(text string) map[int]bool {
	cuts := map[int]bool{0: true}
	at := 0
	for g := uniseg.NewGraphemes(text); g.Next(); {
		runes := g.Runes()
		if len(g.Str()) > 200 {
			for i := range runes {
				cuts[at+i] = true
			}
		}
		at += len(runes)
		cuts[at] = true
	}
	return cuts
}
