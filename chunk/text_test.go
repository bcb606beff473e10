package chunk_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	rag "ragserver"
)

func plain(text string) rag.Text {
	return rag.Text{Text: text, Sections: []rag.Section{{Kind: rag.Paragraph, End: len(text)}}}
}

// structured is a small reader of Markdown: a section for each block between
// blank lines.
func structured(text string) rag.Text {
	t := rag.Text{Text: text}
	var path []string
	for at := 0; at < len(text); {
		end := len(text)
		if n := strings.Index(text[at:], "\n\n"); n >= 0 {
			end = at + n
		}
		block := text[at:end]
		s := rag.Section{Kind: rag.Paragraph, Start: at, End: end}
		switch title := strings.TrimLeft(block, "#"); {
		case strings.HasPrefix(block, "#"):
			s.Kind, s.Level = rag.Heading, len(block)-len(title)
			path = append(slices.Clone(path[:min(len(path), s.Level-1)]), strings.TrimSpace(title))
		case strings.HasPrefix(block, "|"):
			s.Kind = rag.Table
		case strings.HasPrefix(block, "\t"):
			s.Kind = rag.Code
		}
		s.Heading = path
		t.Sections = append(t.Sections, s)
		at = end + len("\n\n")
	}
	return t
}

// document returns n paragraphs of varying length under some headings.
func document(r *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		if i%20 == 0 {
			fmt.Fprintf(&b, "# Heading %d\n\n", i)
		}
		b.WriteString(paragraph(r) + "\n\n")
	}
	return b.String()
}

func paragraph(r *rand.Rand) string {
	var b strings.Builder
	for range 1 + r.IntN(6) {
		for i := range 3 + r.IntN(20) {
			if i > 0 {
				b.WriteByte(' ')
			}
			for range 1 + r.IntN(9) {
				b.WriteByte(byte('a' + r.IntN(26)))
			}
		}
		b.WriteString("! ")
	}
	return strings.TrimSpace(b.String())
}
