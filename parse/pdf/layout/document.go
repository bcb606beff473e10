package layout

import (
	"fmt"
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

const (
	maxText     = 64 << 20 // bytes of text of one document
	maxWarnings = 20
)

// A Document collects the pages of a file, in order, and makes its text. The zero
// value has none.
type Document struct {
	Outline []Entry

	pages            []laid
	size             int // bytes of text
	glyphs, unmapped int
	empty            []int // numbers of the pages without text
	warnings         []string
}

// A laid page has its text in blocks, in reading order.
type laid struct {
	Page
	blocks []block
}

// Warn notes what was lost, once.
func (d *Document) Warn(format string, args ...any) {
	s := parse.Cut(strings.ToValidUTF8(fmt.Sprintf(format, args...), "\uFFFD"), 500)
	if len(d.warnings) < maxWarnings && !slices.Contains(d.warnings, s) {
		d.warnings = append(d.warnings, s)
	}
}

// Add lays out the next page. It fails with parse.ErrLimit when there is more
// text than a document may have.
func (d *Document) Add(p Page) error {
	l := laid{Page: p, blocks: layout(p.Glyphs)}
	l.Glyphs = nil
	d.glyphs += len(p.Glyphs)
	d.unmapped += p.Unmapped
	if len(l.blocks) == 0 {
		d.empty = append(d.empty, p.Number)
	}
	for _, b := range l.blocks {
		d.size += b.count()
	}
	if d.size > maxText {
		return fmt.Errorf("PDF with more than %d MiB of text: %w", maxText>>20, parse.ErrLimit)
	}
	d.pages = append(d.pages, l)
	return nil
}

// Finish puts the text of the pages into t. It fails with parse.ErrNoText when
// they have none.
func (d *Document) Finish(t *rag.Text) error {
	t.MediaType = "application/pdf"
	t.Pages = len(d.pages)
	t.Text, t.Sections = d.compose()
	if t.Text == "" {
		return fmt.Errorf("%s: %w", d.why(), parse.ErrNoText)
	}
	if n := len(d.empty); n > 0 {
		d.Warn("%s without a text layer: %s needs OCR", pages(n), numbers(d.empty))
	}
	if d.unsure() {
		d.Warn("%d characters are in fonts that do not say what they mean, and were left out", d.unmapped)
	}
	t.Warnings = append(t.Warnings, d.warnings...)
	return nil
}

// unsure reports whether much of the text has no meaning.
func (d *Document) unsure() bool { return d.unmapped > 0 && d.unmapped*20 > d.glyphs }

func (d *Document) why() string {
	if d.unmapped > 0 {
		return fmt.Sprintf("%s whose fonts do not say what their characters mean: needs OCR", pages(len(d.pages)))
	}
	s := pages(len(d.pages)) + " without a text layer: needs OCR"
	if len(d.warnings) > 0 {
		s += " (" + d.warnings[0] + ")"
	}
	return s
}

func pages(n int) string {
	if n == 1 {
		return "1 page"
	}
	return fmt.Sprintf("%d pages", n)
}

// numbers lists page numbers, shortened after ten.
func numbers(list []int) string {
	var b strings.Builder
	for i, n := range list {
		if i == 10 {
			return b.String() + ", ..."
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, n)
	}
	return b.String()
}
