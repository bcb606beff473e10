// Package markdown parses Markdown.
package markdown

import (
	"context"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	mdtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/charset"
)

// A Parser keeps the source as the text; its sections are spans of the source.
// Only the block structure is read: what stands inside a line does not change
// where a section ends, and costs time that hostile input can make quadratic.
type Parser struct {
	blocks parser.Parser
}

// New returns a parser of CommonMark with tables and front matter.
func New() *Parser {
	return &Parser{parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithParagraphTransformers(
			util.Prioritized(extension.NewTableParagraphTransformer(), 200)),
	)}
}

// Parse implements parse.Parser.
func (p *Parser) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	if err := ctx.Err(); err != nil {
		return rag.Text{}, err
	}
	r, err := charset.Decode(in.Data, "")
	if err != nil {
		return rag.Text{}, err
	}
	t := rag.Text{Text: r.Text, MediaType: "text/markdown", Parser: "markdown"}
	if w := r.Warning(); w != "" {
		t.Warnings = append(t.Warnings, w)
	}
	matter, body := frontMatter(r.Text)
	t.Title, t.Author, t.Language = matter.title, matter.author, matter.language
	w := &walker{source: r.Text, base: body}
	w.push(rag.Section{Kind: rag.Note, End: body})
	w.children(ctx, p.blocks.Parse(mdtext.NewReader(newlines(r.Text[body:]))))
	t.Sections = w.sections
	if t.Title == "" {
		t.Title = w.title()
	}
	return t, ctx.Err()
}

// newlines returns text with each "\r" that ends a line alone as "\n", which is
// the only line end goldmark knows.
func newlines(text string) []byte {
	b := []byte(text)
	for i, c := range b {
		if c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			b[i] = '\n'
		}
	}
	return b
}

// A walker collects sections in the order of the source.
type walker struct {
	source   string
	base     int // of the text goldmark saw in source
	end      int // of the last section
	outline  parse.Outline
	sections []rag.Section
}

func (w *walker) children(ctx context.Context, n ast.Node) {
	for c := n.FirstChild(); c != nil && ctx.Err() == nil; c = c.NextSibling() {
		w.block(ctx, c)
	}
}

func (w *walker) block(ctx context.Context, n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		w.heading(n)
	case *ast.List:
		w.list(ctx, n)
	case *ast.Blockquote:
		w.children(ctx, n)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		w.add(rag.Code, n)
	case *east.Table:
		w.add(rag.Table, n)
	case *ast.ThematicBreak:
	default:
		w.add(rag.Paragraph, n)
	}
}

// list adds a short list as one section and a long one item by item.
func (w *walker) list(ctx context.Context, n *ast.List) {
	start, end, ok := w.extent(n)
	if !ok || end-start <= maxList {
		w.add(rag.List, n)
		return
	}
	for c := n.FirstChild(); c != nil && ctx.Err() == nil; c = c.NextSibling() {
		start, end, ok := w.extent(c)
		if ok && end-start > maxList && c.FirstChild() != c.LastChild() {
			w.children(ctx, c)
			continue
		}
		w.add(rag.List, c)
	}
}

// maxList is the size, in bytes, up to which a list stays whole: about one chunk.
const maxList = 1500

func (w *walker) heading(n *ast.Heading) {
	start, end, ok := w.extent(n)
	if !ok {
		return
	}
	lines := n.Lines()
	var title strings.Builder
	for i := range lines.Len() {
		s := lines.At(i)
		title.WriteString(w.source[w.base+s.Start : w.base+s.Stop])
	}
	path := w.outline.Enter(n.Level, plain(title.String()))
	w.push(rag.Section{Kind: rag.Heading, Start: start, End: end, Heading: path, Level: n.Level})
}

func (w *walker) add(kind rag.Kind, n ast.Node) {
	if start, end, ok := w.extent(n); ok {
		w.push(rag.Section{Kind: kind, Start: start, End: end, Heading: w.outline.Path()})
	}
}

func (w *walker) push(s rag.Section) {
	s.Start = max(s.Start, w.end)
	text := w.source[s.Start:max(s.Start, s.End)]
	s.End = s.Start + len(strings.TrimRight(text, " \t\r\n"))
	if s.End == s.Start {
		return
	}
	w.end = s.End
	w.sections = append(w.sections, s)
}

func (w *walker) title() string {
	for _, s := range w.sections {
		if s.Kind == rag.Heading {
			return s.Heading[len(s.Heading)-1]
		}
	}
	return ""
}
