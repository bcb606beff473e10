package index

import (
	"testing"

	rag "ragserver"
)

func TestTitleIsNotCountedTwice(t *testing.T) {
	under := func(heading ...string) rag.Chunk { return rag.Chunk{Heading: heading, Text: "text"} }
	for _, c := range []struct {
		chunk rag.Chunk
		title string
		want  Text
	}{
		{under("Guide", "Setup"), "Guide", Text{Heading: "Guide > Setup", Body: "text", Language: "en"}},
		{under("Guide"), " guide ", Text{Heading: "Guide", Body: "text", Language: "en"}},
		{under("Setup", "Guide"), "Guide", Text{Title: "Guide", Heading: "Setup > Guide", Body: "text", Language: "en"}},
		{under(), "Guide", Text{Title: "Guide", Body: "text", Language: "en"}},
		{under(), "", Text{Body: "text", Language: "en"}},
	} {
		if got := TextIn(c.chunk, c.title, "en"); got != c.want {
			t.Errorf("%q under %q: got %+v, want %+v", c.title, c.chunk.Heading, got, c.want)
		}
	}
}
