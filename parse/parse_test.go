package parse_test

import (
	"slices"
	"testing"

	rag "ragserver"
	"ragserver/parse"
)

func TestBlocksEndAtBlankLines(t *testing.T) {
	text := "\n a\r\nb\r\n \t\r\nc\rd\n\n\ne"
	var got []string
	parse.Blocks(text, func(start, end int) { got = append(got, text[start:end]) })
	if want := []string{" a\r\nb", "c\rd", "e"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOutlineLeavesDeeperHeadings(t *testing.T) {
	var o parse.Outline
	o.Enter(1, "A")
	b := o.Enter(2, "B")
	c := o.Enter(2, "C")
	if !slices.Equal(b, []string{"A", "B"}) || !slices.Equal(c, []string{"A", "C"}) {
		t.Errorf("got %q and %q", b, c)
	}
	if got := o.Enter(1, "D"); !slices.Equal(got, []string{"D"}) {
		t.Errorf("got %q after a heading of the same level", got)
	}
}

func TestBuilderSpansAreTheSections(t *testing.T) {
	var b parse.Builder
	b.Page(3)
	b.Heading(1, " Title ")
	b.Add(rag.Paragraph, "\nbody \xFF\n")
	b.Add(rag.Paragraph, " \n ")
	text, sections := b.Result()
	if text != "Title\n\nbody \uFFFD" || len(sections) != 2 {
		t.Fatalf("got %q with %d sections", text, len(sections))
	}
	s := sections[1]
	if text[s.Start:s.End] != "body \uFFFD" || s.Page != 3 || !slices.Equal(s.Heading, []string{"Title"}) {
		t.Errorf("got section %+v", s)
	}
}

func TestCutKeepsCharactersWhole(t *testing.T) {
	if got := parse.Cut("aé", 2); got != "a" {
		t.Errorf("got %q, want %q", got, "a")
	}
}

func TestTopEndsAllHeadings(t *testing.T) {
	var b parse.Builder
	b.Heading(1, "A")
	b.Top()
	b.Add(rag.Note, "of all")
	b.Heading(2, "B")
	if _, s := b.Result(); len(s[1].Heading) != 0 || len(s[2].Heading) != 1 || len(s[0].Heading) != 1 {
		t.Errorf("got %+v", s)
	}
}

func TestWhatFollowsALeftHeadingIsUnderTheOneAbove(t *testing.T) {
	var b parse.Builder
	b.Heading(1, "Sheet")
	b.Heading(2, "Table")
	b.Leave(2)
	b.Add(rag.Paragraph, "words")
	if _, s := b.Result(); !slices.Equal(s[2].Heading, []string{"Sheet"}) || !slices.Equal(s[1].Heading, []string{"Sheet", "Table"}) {
		t.Errorf("got %q below %q", s[2].Heading, s[1].Heading)
	}
}
