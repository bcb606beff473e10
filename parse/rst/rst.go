// Package rst parses reStructuredText.
package rst

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

// New returns a parser of reStructuredText.
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
	w.blocks(ctx, 0, len(d.Lines), 0)
	t := d.Result("text/x-rst", "rst")
	t.Author, t.Language = w.author, w.language
	if w.title != "" {
		t.Title = w.title
	}
	return t, ctx.Err()
}

const (
	maxDepth = 40   // blocks in each other
	whole    = 1500 // bytes up to which a list or a note stays whole: about one chunk
)

// A walker goes through the lines of a document.
type walker struct {
	*lined.Document
	marks                   []string // of titles, by level
	title, author, language string
}

// blocks marks the lines from one to before another.
func (w *walker) blocks(ctx context.Context, from, to, depth int) {
	for at := from; at < to && ctx.Err() == nil; {
		switch next := w.title2(at, to, depth); {
		case next > at:
			at = next
		case w.Lines[at].Blank():
			at++
		default:
			at = w.block(ctx, at, to, depth)
		}
	}
}

// block marks the block that begins on a line and returns the line after it.
func (w *walker) block(ctx context.Context, at, to, depth int) int {
	text := w.Lines[at].Trimmed()
	switch {
	case strings.HasPrefix(text, ".. ") || text == "..":
		return w.explicit(ctx, at, to, depth)
	case isGrid(text):
		return w.rows(at, to, func(s string) bool { return strings.HasPrefix(s, "+") || strings.HasPrefix(s, "|") })
	case isRuler(text):
		return w.simpleTable(at, to)
	case isRow(text) && (at+1 == to || w.Lines[at+1].Blank()):
		return at + 1 // a rule
	case strings.HasPrefix(text, ">>> "):
		return w.run(rag.Code, at, to)
	case field.MatchString(text):
		return w.fields(at, to)
	case item.MatchString(text):
		return w.list(ctx, at, to, depth)
	}
	return w.paragraph(ctx, at, to, depth)
}

// run marks the lines up to a blank one.
func (w *walker) run(kind rag.Kind, at, to int) int {
	end := at + 1
	for end < to && !w.Lines[end].Blank() {
		end++
	}
	w.Add(kind, at, end)
	return end
}

// inside returns the first line after at that is neither blank nor indented more
// than a column.
func (w *walker) inside(at, to, column int) int {
	end := at + 1
	for i := end; i < to; i++ {
		if w.Lines[i].Blank() {
			continue
		}
		if w.Lines[i].Indent <= column {
			break
		}
		end = i + 1
	}
	return end
}

// paragraph marks prose, and what belongs to it by its indentation: a block of
// code after "::", and the definition of a term.
func (w *walker) paragraph(ctx context.Context, at, to, depth int) int {
	column, end := w.Lines[at].Indent, at+1
	for end < to && !w.Lines[end].Blank() && w.Lines[end].Indent == column && w.title2(end, to, maxDepth+1) == end {
		end++
	}
	literal := strings.HasSuffix(w.Lines[end-1].Text, "::")
	if literal {
		w.Add(rag.Paragraph, at, end)
		stop := w.inside(end-1, to, column)
		w.Add(rag.Code, end, stop)
		return stop
	}
	if end < to && !w.Lines[end].Blank() && w.Lines[end].Indent > column {
		stop := w.inside(end-1, to, column)
		if w.Size(at, stop) <= whole || depth >= maxDepth {
			w.Add(rag.List, at, stop)
			return stop
		}
		w.Add(rag.Paragraph, at, end)
		w.blocks(ctx, end, stop, depth+1)
		return stop
	}
	w.Add(rag.Paragraph, at, end)
	return end
}
