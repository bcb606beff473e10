package chunk_test

import (
	"fmt"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/chunk"
)

// table returns a Markdown table with a header.
func table(header string, rows int) string {
	var b strings.Builder
	b.WriteString(header + "\n| --- | ---: |")
	for i := range rows {
		fmt.Fprintf(&b, "\n| %d. row | with a value |", i)
	}
	return b.String()
}

func TestPartsOfATableRepeatItsHeader(t *testing.T) {
	const header = "| name | what it holds |"
	doc := structured("# T\n\nBefore.\n\n" + table(header, 100) + "\n\nAfter.")
	for _, c := range []chunk.Config{{Size: 100}, {Size: 100, Overlap: 40}, {Size: 100, By: chunk.Sentence}, {Size: 100, By: chunk.Heading}} {
		s := splitter(t, c)
		chunks := s.Split("docs:a", doc)
		check(t, s, doc, chunks)
		whole, parts := 0, 0
		for i, k := range chunks {
			if !strings.Contains(k.Text, "row |") {
				continue
			}
			switch {
			case strings.Contains(k.Text, header):
				whole++
				if k.Header != "" {
					t.Errorf("chunk %d has the header twice: %q", i, k.ReadText())
				}
			case k.Header != header+"\n| --- | ---: |":
				t.Errorf("chunk %d: got header %q", i, k.Header)
			default:
				parts++
			}
			if k.ReadText() != k.SearchText()[len("T\n"):] || !strings.Contains(k.SearchText(), header) {
				t.Errorf("chunk %d is searched as %q", i, k.SearchText())
			}
		}
		if whole != 1 || parts < 5 {
			t.Errorf("%+v: got %d chunks with the header and %d parts below it, want 1 and many", c, whole, parts)
		}
	}
}

func TestHeaderTellsEqualPartsApart(t *testing.T) {
	doc := structured(table("| a | b |", 60) + "\n\n" + table("| c | d |", 60))
	s := splitter(t, chunk.Config{Size: 100})
	chunks := s.Split("docs:a", doc)
	check(t, s, doc, chunks)
	for _, c := range chunks {
		if c.Header != "" && c.ID == rag.NewChunkID(c.URI, c.Heading, c.Text, 0) {
			t.Errorf("the header %q is not in the ID", c.Header)
		}
	}
}

func TestHeaderThatIsNoneIsNotRepeated(t *testing.T) {
	wide := "|" + strings.Repeat(" column |", 200)
	for name, text := range map[string]string{
		"no dashes":   strings.Replace(table("| a | b |", 60), "---", "xxx", 1),
		"much header": table(wide, 60),
		"late dashes": strings.Repeat("| a | b |\n", 8) + table("| a | b |", 60),
		"first":       strings.TrimPrefix(table("", 60), "\n"),
	} {
		doc := structured(text)
		s := splitter(t, chunk.Config{Size: 100})
		chunks := s.Split("docs:a", doc)
		check(t, s, doc, chunks)
		for i, c := range chunks {
			if c.Header != "" {
				t.Errorf("%s: chunk %d: got header %q, want none", name, i, c.Header)
			}
		}
	}
}
