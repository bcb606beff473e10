package html

import (
	"context"
	"strings"

	xhtml "golang.org/x/net/html"

	rag "ragserver"
	"ragserver/parse"
)

// A writer turns nodes into sections. Text that stands between block elements
// is a paragraph of its own.
type writer struct {
	out  parse.Builder
	top  string          // the heading of the page
	line strings.Builder // inline text that waits for the end of its paragraph
}

// block elements end a paragraph.
var block = set("address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table tbody td tfoot th thead tr ul caption")

// maxDepth bounds the nesting of elements.
const maxDepth = 2000

// blocks writes the children of n.
func (w *writer) blocks(ctx context.Context, n *xhtml.Node, depth int) {
	for c := n.FirstChild; c != nil && depth < maxDepth && ctx.Err() == nil; c = c.NextSibling {
		w.node(ctx, c, depth+1)
	}
	if block[n.Data] || depth == 0 {
		w.paragraph(kindOf(n))
	}
}

func kindOf(n *xhtml.Node) rag.Kind {
	switch n.Data {
	case "figcaption", "caption":
		return rag.Caption
	case "aside":
		return rag.Note
	}
	return rag.Paragraph
}

func (w *writer) node(ctx context.Context, n *xhtml.Node, depth int) {
	switch {
	case n.Type == xhtml.TextNode:
		w.line.WriteString(n.Data)
		return
	case n.Type != xhtml.ElementNode || invisible[n.Data]:
		return
	case block[n.Data]:
		w.paragraph(rag.Paragraph)
	}
	switch n.Data {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		title := clean(text(n))
		level := int(n.Data[1] - '0')
		if title == w.top {
			level = 1 // readability makes it one of the second level
		}
		w.out.Heading(level, title)
	case "br":
		w.line.WriteString(lineBreak)
	case "pre":
		w.out.Add(rag.Code, strings.TrimRight(verbatim(n), " \t\r\n"))
	case "ul", "ol", "menu", "dir":
		w.list(ctx, n, depth)
	case "dl":
		w.definitions(ctx, n, depth)
	case "table":
		w.table(ctx, n, depth)
	case "img":
		if alt := squeeze(attr(n, "alt")); len(alt) > 20 && within(n, "figure") {
			w.line.WriteString(" " + alt + " ")
		}
	default:
		w.blocks(ctx, n, depth)
	}
}

// holdsTop reports whether the heading of the page is in n.
func (w *writer) holdsTop(n *xhtml.Node) bool {
	for c := range n.Descendants() {
		switch c.Data {
		case "h1":
			return true
		case "h2", "h3":
			if clean(text(c)) == w.top {
				return true
			}
		}
	}
	return false
}

// lineBreak stands for <br> until white space has been squeezed.
const lineBreak = "\x00"

// paragraph ends the current paragraph.
func (w *writer) paragraph(kind rag.Kind) {
	s := clean(w.line.String())
	w.line.Reset()
	w.out.Add(kind, s)
}

// clean squeezes white space and keeps explicit line breaks.
func clean(s string) string {
	lines := strings.Split(s, lineBreak)
	out := lines[:0]
	for _, l := range lines {
		if l = squeeze(l); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}

// text returns the text of n on one line, with a space between blocks.
func text(n *xhtml.Node) string {
	var b strings.Builder
	var walk func(*xhtml.Node, int)
	walk = func(n *xhtml.Node, depth int) {
		switch {
		case n.Type == xhtml.TextNode:
			b.WriteString(n.Data)
		case n.Type == xhtml.ElementNode && (invisible[n.Data] || depth > maxDepth):
		case n.Data == "br":
			b.WriteByte(' ')
		default:
			if block[n.Data] {
				b.WriteByte(' ')
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c, depth+1)
			}
			if block[n.Data] {
				b.WriteByte(' ')
			}
		}
	}
	walk(n, 0)
	return b.String()
}

// verbatim returns the text of n with its white space.
func verbatim(n *xhtml.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		switch {
		case c.Type == xhtml.TextNode:
			b.WriteString(c.Data)
		case c.Data == "br":
			b.WriteByte('\n')
		}
	}
	return b.String()
}
