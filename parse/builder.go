package parse

import (
	"strings"

	rag "ragserver"
)

// A Builder composes the text of a document whose own bytes are no readable
// text (HTML, PDF, e-mail) as Markdown: sections separated by blank lines. The
// zero value is an empty document.
type Builder struct {
	text     strings.Builder
	sections []rag.Section
	outline  Outline
	page     int
}

// Page makes n, from 1, the page of the sections that follow.
func (b *Builder) Page(n int) { b.page = n }

// Len returns the bytes of text so far.
func (b *Builder) Len() int { return b.text.Len() }

// Heading adds a heading of the given level, from 1. Blank titles are ignored.
func (b *Builder) Heading(level int, title string) {
	title = strings.TrimSpace(title)
	if title == "" {
		return
	}
	title = strings.ToValidUTF8(title, "\uFFFD")
	path := b.outline.Enter(level, title)
	b.add(rag.Section{Kind: rag.Heading, Heading: path, Level: level}, title)
}

// Add adds a section under the current heading. Blank text is ignored.
func (b *Builder) Add(kind rag.Kind, text string) {
	b.add(rag.Section{Kind: kind, Heading: b.outline.Path()}, text)
}

func (b *Builder) add(s rag.Section, text string) {
	text = strings.Trim(strings.ToValidUTF8(text, "\uFFFD"), "\n\r")
	if strings.TrimSpace(text) == "" {
		return
	}
	if b.text.Len() > 0 {
		b.text.WriteString("\n\n")
	}
	s.Page = b.page
	s.Start = b.text.Len()
	b.text.WriteString(text)
	s.End = b.text.Len()
	b.sections = append(b.sections, s)
}

// Result returns the text and its sections.
func (b *Builder) Result() (string, []rag.Section) {
	return b.text.String(), b.sections
}
