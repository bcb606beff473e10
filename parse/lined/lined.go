// Package lined marks the sections of light markup that stays as it is in the
// file, line by line, so that spans of the text are spans of the file.
package lined

import (
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
)

// A Line is one of a document, without its end.
type Line struct {
	Start, End int
	Text       string // without white space at its end
	Indent     int    // columns of white space before the text; tabs count for eight
}

// Blank reports whether nothing is on the line.
func (l Line) Blank() bool { return strings.TrimSpace(l.Text) == "" }

// Trimmed returns the line without white space around it.
func (l Line) Trimmed() string { return strings.TrimSpace(l.Text) }

// A Document is a text whose sections are marked from top to bottom. Lines are
// counted from 0.
type Document struct {
	Lines    []Line
	Text     string
	Warnings []string

	sections []rag.Section
	outline  parse.Outline
	end      int // of the last section
}

// Open decodes a document.
func Open(data []byte) (*Document, error) {
	r, err := charset.Decode(data, "")
	if err != nil {
		return nil, err
	}
	d := &Document{Text: r.Text}
	if w := r.Warning(); w != "" {
		d.Warnings = append(d.Warnings, w)
	}
	for pos := 0; pos < len(d.Text); {
		end, next := parse.Line(d.Text, pos)
		text := strings.TrimRight(d.Text[pos:end], " \t")
		d.Lines = append(d.Lines, Line{pos, end, text, indent(text)})
		pos = next
	}
	return d, nil
}

func indent(s string) (n int) {
	for _, c := range s {
		switch c {
		case ' ':
			n++
		case '\t':
			n += 8 - n%8
		default:
			return n
		}
	}
	return n
}

// Heading makes the lines from one to before another a heading.
func (d *Document) Heading(level int, title string, from, to int) {
	if title = strings.TrimSpace(title); title != "" {
		d.push(rag.Section{Kind: rag.Heading, Level: level, Heading: d.outline.Enter(level, title)}, from, to)
	}
}

// Add makes the lines from one to before another a section below the current
// heading. Blank lines around it are not part of it.
func (d *Document) Add(kind rag.Kind, from, to int) {
	d.push(rag.Section{Kind: kind, Heading: d.outline.Path()}, from, to)
}

// Size returns how many bytes the lines have.
func (d *Document) Size(from, to int) int {
	if from >= to {
		return 0
	}
	return d.Lines[to-1].End - d.Lines[from].Start
}

var address = regexp.MustCompile("\\bhttps?://[^\\s<>\"'`\\[\\](){}|\\\\^]+")

// maxLinks bounds the addresses that one section keeps.
const maxLinks = 200

func (d *Document) push(s rag.Section, from, to int) {
	for from < to && d.Lines[from].Blank() {
		from++
	}
	for from < to && d.Lines[to-1].Blank() {
		to--
	}
	if from >= to {
		return
	}
	s.Start, s.End = max(d.Lines[from].Start, d.end), d.Lines[to-1].Start+len(d.Lines[to-1].Text)
	if s.End <= s.Start || strings.TrimSpace(d.Text[s.Start:s.End]) == "" {
		return
	}
	for _, a := range address.FindAllString(d.Text[s.Start:s.End], maxLinks) {
		s.Links = append(s.Links, strings.TrimRight(a, ".,;:!?"))
	}
	d.end = s.End
	d.sections = append(d.sections, s)
}

// Result returns the text with what was marked. Its title is the first heading.
func (d *Document) Result(mediaType, parser string) rag.Text {
	t := rag.Text{Text: d.Text, Sections: d.sections, MediaType: mediaType, Parser: parser, Warnings: d.Warnings}
	for _, s := range d.sections {
		if s.Kind == rag.Heading {
			t.Title = s.Heading[len(s.Heading)-1]
			break
		}
	}
	return t
}
