package chunk_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/chunk"
)

func splitter(t testing.TB, c chunk.Config) *chunk.Splitter {
	t.Helper()
	s, err := chunk.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGolden(t *testing.T) {
	text := `# Guide

Welcome. This guide has two parts and says a little about each of them, so that you know where to look.

## Install

Run the installer.

	make
	make install

## Use

| key | value |
| a | 1 |

Ask it something. It answers with a citation, which opens the passage in its document. Ask again after a while, since the index follows the folder and never waits for anybody.

### Notes

Short.

### More

Also short.`
	doc := structured(text)
	s := splitter(t, chunk.Config{Size: 40, MinSize: 10})
	chunks := s.Split("docs:guide.md", doc)
	check(t, s, doc, chunks)
	var got []string
	for _, c := range chunks {
		got = append(got, fmt.Sprintf("%s %s: %s", c.Kind, strings.Join(c.Heading, ">"), c.Text))
	}
	want := []string{
		"paragraph Guide: # Guide\n\nWelcome. This guide has two parts and says a little about each of them, so that you know where to look.",
		"paragraph Guide>Install: ## Install\n\nRun the installer.\n\n\tmake\n\tmake install",
		"table Guide>Use: ## Use\n\n| key | value |\n| a | 1 |\n\nAsk it something.",
		"paragraph Guide>Use: It answers with a citation, which opens the passage in its document. Ask again after a while, since the index follows the folder and never waits for anybody.",
		"paragraph Guide>Use>Notes: ### Notes\n\nShort.\n\n### More\n\nAlso short.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("chunks (-want +got):\n%s", diff)
	}
}

func TestCopiesHaveTheirOwnIDs(t *testing.T) {
	doc := structured("# A\n\nSame.\n\n# B\n\nSame.\n\n# A\n\nSame.")
	chunks := splitter(t, chunk.Config{MinSize: 1}).Split("docs:a", doc)
	if len(chunks) != 3 {
		t.Fatalf("got %d chunks, want 3", len(chunks))
	}
	for i, n := range []int{0, 0, 1} {
		c := chunks[i]
		if want := rag.NewChunkID("docs:a", c.Heading, c.Text, n); c.ID != want {
			t.Errorf("chunk %d: got ID %v, want %v, that of copy %d", i, c.ID, want, n)
		}
	}
}

func TestPagesAreNotMixed(t *testing.T) {
	doc := rag.Text{Text: "one two three", Sections: []rag.Section{{Start: 0, End: 3, Page: 1}, {Start: 4, End: 7, Page: 1}, {Start: 8, End: 13, Page: 2}}}
	chunks := splitter(t, chunk.Config{}).Split("docs:a", doc)
	if len(chunks) != 2 || chunks[0].Text != "one two" || chunks[0].Page != 1 || chunks[1].Text != "three" || chunks[1].Page != 2 {
		t.Errorf("got %+v, want one chunk for each page", chunks)
	}
}

func TestTableIsCutBetweenRows(t *testing.T) {
	var rows []string
	for i := range 100 {
		rows = append(rows, fmt.Sprintf("| %d. row | with a value, and: more. Or less |", i))
	}
	doc := structured(strings.Join(rows, "\n"))
	s := splitter(t, chunk.Config{Size: 100})
	chunks := s.Split("docs:a", doc)
	check(t, s, doc, chunks)
	for i, c := range chunks {
		if !strings.HasPrefix(c.Text, "|") || !strings.HasSuffix(c.Text, "|") {
			t.Errorf("chunk %d is not made of whole rows: %q", i, c.Text)
		}
	}
}

func TestOverlapRepeatsTheEndOfTheChunkBefore(t *testing.T) {
	doc := structured(document(rand.New(rand.NewPCG(1, 2)), 100))
	s := splitter(t, chunk.Config{Size: 100, Overlap: 30})
	chunks := s.Split("docs:a", doc)
	check(t, s, doc, chunks)
	repeated := 0
	for i, c := range chunks[1:] {
		before := chunks[i]
		if c.Start >= before.End {
			continue
		}
		repeated++
		overlap := string([]rune(doc.Text)[c.Start:before.End])
		if n := s.Count(overlap); n > 30 {
			t.Errorf("chunk %d repeats %d tokens, want at most 30", i+1, n)
		}
		if !slices.Equal(c.Heading, before.Heading) {
			t.Errorf("chunk %d under %q repeats text under %q", i+1, c.Heading, before.Heading)
		}
	}
	if repeated < len(chunks)/2 {
		t.Errorf("%d of %d chunks repeat anything, want most", repeated, len(chunks))
	}
}

func TestBadSections(t *testing.T) {
	doc := rag.Text{Text: "0123456789", Sections: []rag.Section{
		{Start: 2, End: 4}, {Start: 3, End: 6}, {Start: -5, End: -1}, {Start: 9, End: 8}, {Start: 8, End: 99}}}
	var got []string
	for _, c := range splitter(t, chunk.Config{}).Split("docs:a", doc) {
		got = append(got, c.Text)
	}
	if want := []string{"23456789"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTextWithoutSectionsIsAParagraph(t *testing.T) {
	if chunks := splitter(t, chunk.Config{}).Split("docs:a", rag.Text{Text: " text "}); len(chunks) != 1 || chunks[0].Text != "text" || chunks[0].Start != 1 {
		t.Errorf("got %+v, want one chunk", chunks)
	}
	if chunks := splitter(t, chunk.Config{}).Split("docs:a", rag.Text{}); len(chunks) != 0 {
		t.Errorf("no text: got %+v, want no chunk", chunks)
	}
}

func TestConfig(t *testing.T) {
	count := func(s string) int { return len(s) }
	for want, c := range map[string]chunk.Config{
		"size -1":    {Size: -1},
		"size 9000":  {Size: 9000},
		"overlap 51": {Size: 100, Overlap: 51},
		"overlap -1": {Overlap: -1},
		"minimum":    {Size: 100, MinSize: 101},
		"no name":    {Count: count},
		"by":         {By: "paragraph"},
		"parent 100": {Size: 100, Parent: 100},
		"parent -1":  {Parent: -1},
		"65536":      {Parent: 65537},
	} {
		if _, err := chunk.New(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error that names it", want, err)
		}
	}
	ids := map[string]bool{}
	for _, c := range []chunk.Config{{}, {Size: 100}, {Overlap: 10}, {MinSize: 10}, {Count: count, Counter: "bytes"}, {By: chunk.Page}, {Parent: 1024}} {
		ids[splitter(t, c).ID()] = true
	}
	if len(ids) != 7 {
		t.Errorf("got %d IDs for 7 configurations: %v", len(ids), ids)
	}
	if splitter(t, chunk.Config{}).ID() != splitter(t, chunk.Config{By: chunk.Recursive, Size: 208, MinSize: 26}).ID() {
		t.Error("the defaults have another ID than when they are written out")
	}
}

func TestEstimate(t *testing.T) {
	for text, want := range map[string]int{"": 0, " \n": 0, "a word": 2, "abcdefg": 2, "a,b": 3, "中文": 2, "слово": 2, "\u00a0": 0} {
		if got := chunk.Estimate(text); got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}
