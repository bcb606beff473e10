package html

import (
	"context"
	"fmt"
	"strings"

	xhtml "golang.org/x/net/html"

	rag "ragserver"
)

// maxList is the size, in bytes, up to which a list is one section: about one
// chunk.
const maxList = 1500

// list writes a list of short items as one section, and any other as the blocks
// that it holds.
func (w *writer) list(ctx context.Context, n *xhtml.Node, depth int) {
	if !simple(n) {
		w.blocks(ctx, n, depth)
		return
	}
	lines := items(n, 0, depth)
	for len(lines) > 0 {
		size, count := 0, 0
		for count < len(lines) && (count == 0 || size+len(lines[count]) <= maxList) {
			size += len(lines[count])
			count++
		}
		w.out.Add(rag.List, strings.Join(lines[:count], "\n"))
		lines = lines[count:]
	}
}

// simple reports whether every item is text, or text and a list.
func simple(n *xhtml.Node) bool {
	for c := range n.Descendants() {
		switch c.Data {
		case "table", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "figure", "article", "section":
			if c.Type == xhtml.ElementNode {
				return false
			}
		}
	}
	return true
}

// items returns one line for each item, deeper ones indented.
func items(n *xhtml.Node, indent, depth int) []string {
	if depth > maxDepth {
		return nil
	}
	var out []string
	number := 0
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if isList(c) {
			out = append(out, items(c, indent+1, depth+1)...)
			continue
		}
		number++
		mark := "- "
		if n.Data == "ol" {
			mark = fmt.Sprintf("%d. ", number)
		}
		own, lists := split(c)
		if own == "" {
			number--
		} else {
			out = append(out, strings.Repeat("  ", min(indent, 8))+mark+own)
		}
		for _, l := range lists {
			out = append(out, items(l, indent+1, depth+1)...)
		}
	}
	return out
}

func isList(n *xhtml.Node) bool {
	return n.Type == xhtml.ElementNode && (n.Data == "ul" || n.Data == "ol")
}

// split returns the text of an item and the lists directly in it.
func split(item *xhtml.Node) (own string, lists []*xhtml.Node) {
	if item.Type == xhtml.TextNode {
		return squeeze(item.Data), nil
	}
	var b strings.Builder
	for c := item.FirstChild; c != nil; c = c.NextSibling {
		if isList(c) {
			lists = append(lists, c)
			continue
		}
		b.WriteString(text(c))
	}
	return squeeze(b.String()), lists
}

// definitions writes terms with their definitions: a pair in each section.
func (w *writer) definitions(ctx context.Context, n *xhtml.Node, depth int) {
	if !simple(n) {
		w.blocks(ctx, n, depth)
		return
	}
	var terms []string
	for c := range n.Descendants() {
		if c.Type != xhtml.ElementNode {
			continue
		}
		switch c.Data {
		case "dt":
			terms = append(terms, squeeze(text(c)))
		case "dd":
			w.out.Add(rag.List, strings.TrimLeft(strings.Join(terms, "\n")+"\n"+squeeze(text(c)), "\n"))
			terms = nil
		}
	}
	w.out.Add(rag.List, strings.Join(terms, "\n"))
}
