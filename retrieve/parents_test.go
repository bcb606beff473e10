package retrieve

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
)

// shelfOfTexts is documents by URI.
type shelfOfTexts map[rag.URI]string

func (s shelfOfTexts) DocumentText(uri rag.URI) (string, bool, error) {
	text, ok := s[uri]
	if text == "broken" {
		return "", false, errors.New("cannot be read")
	}
	return text, ok, nil
}

// part returns the characters from start to end of text as a chunk.
func part(text string, start, end int, parent rag.Span) Hit {
	return Hit{Chunk: rag.Chunk{URI: "docs:a", Text: string([]rune(text)[start:end]), Start: start, End: end, Parent: parent}}
}

func TestParentsComeOnceWhereTheirBestChunkWas(t *testing.T) {
	const text = "Äpfel one. Two. Three. Four."
	first, second := rag.Span{Start: 0, End: 15}, rag.Span{Start: 16, End: 28}
	hits := []Hit{part(text, 16, 22, second), part(text, 11, 15, first), part(text, 23, 28, second), part(text, 0, 10, first), part(text, 0, 5, rag.Span{})}
	r := New(Config{Documents: shelfOfTexts{"docs:a": text}})
	got, err := r.withParents(hits)
	if err != nil {
		t.Fatal(err)
	}
	want := []Hit{part(text, 16, 28, second), part(text, 0, 15, first), part(text, 0, 5, rag.Span{})}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestChunkOfAnotherTextIsNotWidened(t *testing.T) {
	const text = "One. Two. Three."
	hit := part(text, 5, 9, rag.Span{Start: 0, End: 16})
	for name, now := range map[string]string{"edited": "One. 222. Three.", "cut": "One. Two.", "moved": "x One. Two. Three.", "gone": ""} {
		got, err := New(Config{Documents: shelfOfTexts{"docs:a": now}}).withParents([]Hit{hit})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Hit{hit}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := New(Config{Documents: shelfOfTexts{"docs:a": "broken"}}).withParents([]Hit{hit}); err == nil {
		t.Error("a text that cannot be read: got no error")
	}
}

func TestParentKeepsTheHeaderThatItLacks(t *testing.T) {
	const header = "| a |\n|---|"
	const text = header + "\n| 1 |\n| 2 |\n| 3 |"
	for _, c := range []struct {
		from int
		want string
	}{{0, ""}, {len(header) + 1, header}} {
		hit := part(text, len(text)-5, len(text), rag.Span{Start: c.from, End: len(text)})
		hit.Chunk.Header = header
		got, err := New(Config{Documents: shelfOfTexts{"docs:a": text}}).withParents([]Hit{hit})
		if err != nil || got[0].Chunk.Header != c.want {
			t.Errorf("parent from %d: got header %q, %v, want %q", c.from, got[0].Chunk.Header, err, c.want)
		}
	}
}

func TestParentsAreGivenIfAskedFor(t *testing.T) {
	r, s := newRetriever(t, 1)
	const text = "Before it: word000 and a word, and what follows."
	for id, c := range s.chunks {
		c.Start, c.End, c.Parent = 11, 11+len(c.Text), rag.Span{Start: 0, End: len(text)}
		s.chunks[id] = c
		r.Documents = shelfOfTexts{c.URI: text}
	}
	for parents, want := range map[bool]string{false: "word000 and a word", true: text} {
		got, err := r.Retrieve(t.Context(), Query{Text: "word", K: 1, Parents: parents})
		if err != nil || len(got.Hits) != 1 || got.Hits[0].Chunk.Text != want {
			t.Errorf("parents %v: got %+v, %v, want %q", parents, got.Hits, err, want)
		}
	}
}
