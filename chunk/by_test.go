package chunk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/chunk"
)

// texts splits doc, checks the chunks and returns what they say.
func texts(t *testing.T, c chunk.Config, doc rag.Text) []string {
	t.Helper()
	s := splitter(t, c)
	chunks := s.Split("docs:a", doc)
	check(t, s, doc, chunks)
	var out []string
	for _, c := range chunks {
		out = append(out, c.Text)
	}
	return out
}

const small = "# A\n\nOne. Two is longer.\n\nThree.\n\n## B\n\nFour.\n\n## C\n\nFive.\n\n# D\n\nSix."

func TestHeadingKeepsSmallSectionsApart(t *testing.T) {
	want := []string{"# A\n\nOne. Two is longer.\n\nThree.", "## B\n\nFour.", "## C\n\nFive.", "# D\n\nSix."}
	if diff := cmp.Diff(want, texts(t, chunk.Config{By: chunk.Heading}, structured(small))); diff != "" {
		t.Errorf("by heading (-want +got):\n%s", diff)
	}
	want = []string{"# A\n\nOne. Two is longer.\n\nThree.\n\n## B\n\nFour.\n\n## C\n\nFive.", "# D\n\nSix."}
	if diff := cmp.Diff(want, texts(t, chunk.Config{}, structured(small))); diff != "" {
		t.Errorf("recursive (-want +got):\n%s", diff)
	}
}

func TestSentenceCutsWhatHasRoom(t *testing.T) {
	doc := structured("First comes this sentence. Then comes another one. Yes. And no.\n\nA new paragraph begins here.\n\n\tcode. And.\n\tmore")
	want := []string{"First comes this sentence.", "Then comes another one. Yes. And no.", "A new paragraph begins here.", "code. And.\n\tmore"}
	if diff := cmp.Diff(want, texts(t, chunk.Config{By: chunk.Sentence, MinSize: 4}, doc)); diff != "" {
		t.Errorf("by sentence (-want +got):\n%s", diff)
	}
}

// paged has two sections with unrelated headings on each page.
func paged(pages int) rag.Text {
	var t rag.Text
	for p := 1; p <= pages; p++ {
		for i, heading := range []string{"Left", "Right"} {
			text := fmt.Sprintf("What page %d says under its heading %d.", p, i)
			box := rag.Box{Left: float32(i) / 2, Top: 0.1, Right: float32(i)/2 + 0.5, Bottom: 0.2}
			t.Sections = append(t.Sections, rag.Section{Kind: rag.Paragraph, Start: len(t.Text), End: len(t.Text) + len(text), Heading: []string{heading, "x"}, Page: p, Box: box})
			t.Text += text + "\n\n"
		}
	}
	return t
}

func TestPageIsOneChunk(t *testing.T) {
	want := []string{
		"What page 1 says under its heading 0.\n\nWhat page 1 says under its heading 1.",
		"What page 2 says under its heading 0.\n\nWhat page 2 says under its heading 1.",
	}
	if diff := cmp.Diff(want, texts(t, chunk.Config{By: chunk.Page}, paged(2))); diff != "" {
		t.Errorf("by page (-want +got):\n%s", diff)
	}
	if got := texts(t, chunk.Config{By: chunk.Page, Size: 12}, paged(2)); len(got) != 4 {
		t.Errorf("pages that are too large: got %q, want four chunks", got)
	}
	if got := texts(t, chunk.Config{}, paged(2)); len(got) != 4 {
		t.Errorf("recursive: got %q, want four chunks", got)
	}
	if got, want := texts(t, chunk.Config{By: chunk.Page}, structured(small)), texts(t, chunk.Config{}, structured(small)); !cmp.Equal(got, want) {
		t.Errorf("without pages: got %q, want %q", got, want)
	}
}

func TestChunkHasTheBoxAroundItsSections(t *testing.T) {
	doc := paged(1)
	got := splitter(t, chunk.Config{By: chunk.Page}).Split("docs:a", doc)[0].Box
	if want := (rag.Box{Left: 0, Top: 0.1, Right: 1, Bottom: 0.2}); got != want {
		t.Errorf("of both: got %v, want %v", got, want)
	}
	doc.Sections[0].Box = rag.Box{}
	got = splitter(t, chunk.Config{By: chunk.Page}).Split("docs:a", doc)[0].Box
	if want := doc.Sections[1].Box; got != want {
		t.Errorf("of the one that has one: got %v, want %v", got, want)
	}
}

// source is code of functions with so many statements each.
func source(statements ...int) rag.Text {
	var t rag.Text
	for i, n := range statements {
		text := fmt.Sprintf("func f%d() {\n%s}", i, strings.Repeat("\tcall(a, b)\n", n))
		t.Sections = append(t.Sections, rag.Section{Kind: rag.Code, Start: len(t.Text), End: len(t.Text) + len(text)})
		t.Text += text + "\n\n"
	}
	return t
}

func TestCodeIsCutByDeclaration(t *testing.T) {
	for _, c := range []chunk.Config{{}, {By: chunk.Declaration}, {By: chunk.Sentence}} {
		got := texts(t, c, source(10, 1, 1, 10, 60))
		if len(got) < 5 || !strings.HasPrefix(got[0], "func f0") || !strings.HasPrefix(got[1], "func f1") || !strings.Contains(got[1], "func f2") ||
			strings.Contains(got[1], "func f3") || !strings.HasPrefix(got[2], "func f3") || strings.Contains(got[2], "func f4") {
			t.Errorf("by %q: got %q, want a declaration in each, the small ones together, the large one in parts", c.By, got)
		}
	}
	mixed := source(10, 10)
	mixed.Sections[0].Kind = rag.Paragraph
	if got := texts(t, chunk.Config{}, mixed); len(got) != 1 {
		t.Errorf("code in a text: got %q, want it with the text", got)
	}
	if got := texts(t, chunk.Config{By: chunk.Declaration}, mixed); len(got) != 2 {
		t.Errorf("code in a text, by declaration: got %q, want it apart", got)
	}
}
