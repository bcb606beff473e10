package ocr

import (
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// A seen text was read from a picture, or from the picture of a page.
type seen struct {
	page int // 0 for a picture
	text string
}

// merge puts what was seen, which is in order of pages, between the sections of t:
// before those of later pages. A picture's text follows what is known of it.
func merge(t *rag.Text, found []seen) {
	var w writer
	for _, s := range t.Sections {
		for len(found) > 0 && found[0].page > 0 && found[0].page < s.Page {
			w.paragraphs(found[0])
			found = found[1:]
		}
		w.add(s, t.Text[s.Start:s.End])
	}
	for _, f := range found {
		w.paragraphs(f)
	}
	t.Text, t.Sections = w.text.String(), w.sections
}

// A writer composes a text of sections.
type writer struct {
	text     strings.Builder
	sections []rag.Section
}

func (w *writer) add(s rag.Section, text string) {
	if w.text.Len() > 0 {
		w.text.WriteString("\n\n")
	}
	s.Start = w.text.Len()
	w.text.WriteString(text)
	s.End = w.text.Len()
	w.sections = append(w.sections, s)
}

// paragraphs adds the blocks of a text, each on one line.
func (w *writer) paragraphs(f seen) {
	text := strings.ToValidUTF8(f.text, "\uFFFD")
	var heading []string
	if n := len(w.sections); n > 0 && f.page > 0 {
		heading = w.sections[n-1].Heading
	}
	parse.Blocks(text, func(start, end int) {
		w.add(rag.Section{Kind: rag.Paragraph, Page: f.page, Heading: heading}, strings.Join(strings.Fields(text[start:end]), " "))
	})
}
