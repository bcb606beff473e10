// Package asciidoc parses AsciiDoc.
package asciidoc

import (
	"context"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/lined"
)

// A Parser keeps the source as the text and marks what its lines are. Nothing is
// included from other files.
type Parser struct{}

// New returns a parser of AsciiDoc.
func New() *Parser { return &Parser{} }

// Parse implements parse.Parser.
func (*Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	d, err := lined.Open(in.Data)
	if err != nil {
		return rag.Text{}, err
	}
	w := &walker{Document: d}
	w.blocks(ctx, w.header(), len(d.Lines), 0)
	t := d.Result("text/asciidoc", "asciidoc")
	t.Author, t.Language = w.author, w.language
	return t, ctx.Err()
}

const (
	maxDepth = 40   // blocks in each other
	whole    = 1500 // bytes up to which a list or a note stays whole: about one chunk
)

// A walker goes through the lines of a document.
type walker struct {
	*lined.Document
	author, language string
}

// header marks the title of the document, its authors and attributes, and
// returns the line after them.
func (w *walker) header() int {
	at := 0
	for at < len(w.Lines) && (w.Lines[at].Blank() || strings.HasPrefix(w.Lines[at].Text, "//") && len(w.Lines[at].Text) < 80 && fence(w.Lines[at].Text) == "") {
		at++
	}
	if at == len(w.Lines) || !strings.HasPrefix(w.Lines[at].Text, "= ") {
		return at
	}
	w.Heading(1, w.Lines[at].Text[2:], at, at+1)
	at++
	from := at
	for at < len(w.Lines) && !w.Lines[at].Blank() {
		text := w.Lines[at].Text
		if m := attribute.FindStringSubmatch(text); m != nil {
			w.describe(m[1], m[2])
		} else if at == from && !strings.HasPrefix(text, "//") {
			w.author, _, _ = strings.Cut(text, "<")
			w.author = strings.TrimSpace(parse.Cut(w.author, 300))
		}
		at++
	}
	w.Add(rag.Note, from, at)
	return at
}

func (w *walker) describe(name, value string) {
	switch value = strings.TrimSpace(parse.Cut(value, 300)); name {
	case "author", "authors":
		w.author = value
	case "lang":
		w.language = value
	}
}

// blocks marks the lines from one to before another.
func (w *walker) blocks(ctx context.Context, from, to, depth int) {
	for at := from; at < to && ctx.Err() == nil; {
		if w.Lines[at].Blank() {
			at++
			continue
		}
		at = w.block(ctx, at, to, depth)
	}
}

// block marks the block that begins on a line, with the lines of attributes above
// it, and returns the line after it.
func (w *walker) block(ctx context.Context, from, to, depth int) int {
	at, style := from, ""
	for at < to && attributes.MatchString(w.Lines[at].Text) {
		if style == "" {
			style = styleOf(w.Lines[at].Text)
		}
		at++
	}
	if at == to || w.Lines[at].Blank() {
		return max(at, from+1)
	}
	text := w.Lines[at].Text
	level, title := heading(text)
	switch {
	case level > 0:
		w.Heading(level, title, from, at+1)
		return at + 1
	case fence(text) != "":
		return w.fenced(ctx, from, at, to, style, depth)
	case caption.MatchString(text):
		w.Add(rag.Caption, at, at+1)
		return at + 1
	case strings.HasPrefix(text, "//"), strings.Trim(text, "'") == "", strings.Trim(text, "<") == "", strings.HasPrefix(text, "toc::"):
		return at + 1
	case attribute.MatchString(text):
		return w.run(rag.Note, from, at, to)
	case w.underlined(at, to):
		w.Heading(1+strings.IndexByte("=-~^+", w.Lines[at+1].Text[0]), text, from, at+2)
		return at + 2
	case macro.MatchString(text):
		w.Add(macroKind(text), from, at+1)
		return at + 1
	case item.MatchString(w.Lines[at].Trimmed()):
		return w.list(ctx, from, at, to, depth)
	}
	return w.run(kindOf(w.Lines[at], style), from, at, to)
}

// kindOf says what a paragraph with a style is.
func kindOf(first lined.Line, style string) rag.Kind {
	switch {
	case style == "source" || style == "listing" || style == "literal" || first.Indent > 0:
		return rag.Code
	case admonition.MatchString(first.Text) || notes[style]:
		return rag.Note
	case strings.HasPrefix(first.Text, "|"):
		return rag.Table
	}
	return rag.Paragraph
}

// run marks the lines up to a blank one, or one that begins another block.
func (w *walker) run(kind rag.Kind, from, at, to int) int {
	end := at + 1
	for end < to && !w.Lines[end].Blank() && fence(w.Lines[end].Text) == "" && !blockAttributes.MatchString(w.Lines[end].Text) {
		if level, _ := heading(w.Lines[end].Text); level > 0 {
			break
		}
		end++
	}
	w.Add(kind, from, end)
	return end
}
