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
	b.Put(rag.Section{Kind: rag.Heading, Level: level}, title)
}

// Add adds a section under the current heading. Blank text is ignored.
func (b *Builder) Add(kind rag.Kind, text string) {
	b.Put(rag.Section{Kind: kind}, text)
}

// Put adds a section with the kind, level, box and links of s, as Heading and Add
// do. Its links are not copied.
func (b *Builder) Put(s rag.Section, text string) {
	if s.Kind != rag.Heading {
		s.Level, s.Heading = 0, b.outline.Path()
		b.add(s, text)
		return
	}
	if text = strings.TrimSpace(text); text == "" {
		return
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	s.Heading = b.outline.Enter(s.Level, text)
	b.add(s, text)
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

// Top ends all headings: what follows belongs to the document as a whole.
func (b *Builder) Top() { b.outline = Outline{} }

// Leave ends the headings of the given level, from 1, and deeper ones: what follows
// is under those above, as a table without a title on a sheet with a name.
func (b *Builder) Leave(level int) { b.outline.Leave(level) }

// Result returns the text and its sections.
func (b *Builder) Result() (string, []rag.Section) {
	return b.text.String(), b.sections
}
