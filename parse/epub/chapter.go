package epub

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
	"ragserver/parse/html"
)

// maxChapter is the size, in bytes, of a chapter that is still read: its tree
// takes about twenty times that.
const maxChapter = 24 << 20

var declared = regexp.MustCompile(`(?i)<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([a-z0-9_:-]+)`)

// chapter reads one file. Its error is that of the context: a file that cannot be
// read is a warning.
func (b *book) chapter(name string) error {
	page, err := b.source(name)
	if err != nil {
		b.lose("%v", err)
		return b.ctx.Err()
	}
	m := b.mark(strings.ToLower(name), page)
	t, err := html.Whole(b.ctx, m.page)
	if b.ctx.Err() != nil {
		return b.ctx.Err()
	}
	if err != nil {
		if !errors.Is(err, parse.ErrNoText) { // a cover has none
			b.lose("%s: %v", name, err)
		}
		return nil
	}
	if b.language == "" {
		b.language = t.Language
	}
	b.write(t, m)
	return nil
}

// source returns the text of a file, with its markup as HTML.
func (b *book) source(name string) (string, error) {
	data, err := b.archive.ReadAtMost(name, maxChapter)
	if len(data) == 0 {
		if err == nil {
			err = fmt.Errorf("%s is empty", name)
		}
		return "", err
	}
	if err != nil {
		b.lose("the end of a chapter is missing: %v", err)
	}
	encoding := ""
	if m := declared.FindSubmatch(data[:min(len(data), 4096)]); m != nil {
		encoding = string(m[1])
	}
	r, err := charset.Decode(data, encoding)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	if w := r.Warning(); w != "" {
		b.lose("%s: %s", name, w)
	}
	return opened(r.Text), nil
}

// write adds the sections of a chapter to the book. Its headings get the levels of
// the table of contents: chapters begin with any.
func (b *book) write(t rag.Text, m *marked) {
	top := 0 // the highest level of its headings
	for _, s := range t.Sections {
		if s.Kind == rag.Heading && (top == 0 || s.Level < top) {
			top = s.Level
		}
	}
	headed := top > 0
	if headed {
		m.title = nil
	}
	if headed && m.depth > 0 {
		b.shift = m.depth - top
	}
	note := false // the next paragraph is one
	for _, s := range t.Sections {
		text, spots := m.take(t.Text[s.Start:s.End])
		if len(spots) > 0 && s.Kind != rag.Code && s.Kind != rag.List {
			text = strings.TrimSpace(strings.ReplaceAll(text, "  ", " "))
		}
		blank := strings.TrimSpace(text) == ""
		if m.title != nil && !blank {
			b.heading(*m.title)
			m.title = nil
		}
		for _, x := range spots {
			note = note || x.note
			if x.entry != nil && !headed {
				b.heading(*x.entry)
				m.title = nil
			}
			if x.page && (x.start || blank) {
				b.turn(x.label)
			}
		}
		if blank {
			continue
		}
		if note && s.Kind == rag.Paragraph {
			s.Kind = rag.Note
		}
		note = false
		b.out.Page(b.page)
		b.out.Put(rag.Section{Kind: s.Kind, Level: max(1, s.Level+b.shift), Links: outside(s.Links)}, text)
		for _, x := range spots {
			if x.page && !x.start {
				b.turn(x.label)
			}
		}
	}
}

func (b *book) heading(e entry) {
	b.out.Page(b.page)
	b.out.Heading(e.depth, e.title)
}

func (b *book) turn(label string) {
	b.page++
	b.labels = append(b.labels, label)
}

// outside returns the addresses that lead out of the book.
func outside(links []string) []string {
	var out []string
	for _, l := range links {
		if strings.Contains(l, "://") || strings.HasPrefix(l, "mailto:") {
			out = append(out, l)
		}
	}
	return out
}
