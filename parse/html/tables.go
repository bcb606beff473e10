package html

import (
	"context"
	"strings"

	xhtml "golang.org/x/net/html"

	rag "ragserver"
)

// table writes a table of data as a Markdown table, and one that only arranges
// the page as the blocks in its cells.
func (w *writer) table(ctx context.Context, n *xhtml.Node, depth int) {
	if layout(n) {
		w.blocks(ctx, n, depth)
		return
	}
	rows, caption := cells(n)
	if caption != "" {
		w.out.Add(rag.Caption, caption)
	}
	if len(rows) == 0 {
		return
	}
	var b strings.Builder
	for i, r := range rows {
		writeRow(&b, r)
		if i == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", len(r)) + "\n")
		}
	}
	w.out.Add(rag.Table, b.String())
}

// layout reports whether a table has other tables or blocks of prose in it, or
// a single column.
func layout(n *xhtml.Node) bool {
	role, single := attr(n, "role"), true
	if role == "presentation" || role == "none" {
		return true
	}
	for c := range n.Descendants() {
		if c.Type != xhtml.ElementNode {
			continue
		}
		switch c.Data {
		case "table", "h1", "h2", "h3", "pre", "blockquote", "form", "article":
			return true
		case "td", "th":
			if c.PrevSibling != nil && hasCell(c) {
				single = false
			}
		}
	}
	return single
}

func hasCell(c *xhtml.Node) bool {
	for p := c.PrevSibling; p != nil; p = p.PrevSibling {
		if p.Type == xhtml.ElementNode && (p.Data == "td" || p.Data == "th") {
			return true
		}
	}
	return false
}

func cells(n *xhtml.Node) (rows [][]string, caption string) {
	for c := range n.Descendants() {
		if c.Type != xhtml.ElementNode {
			continue
		}
		switch c.Data {
		case "caption":
			caption = squeeze(text(c))
		case "tr":
			rows = append(rows, nil)
		case "td", "th":
			if len(rows) > 0 {
				rows[len(rows)-1] = append(rows[len(rows)-1], squeeze(text(c)))
			}
		}
	}
	kept := rows[:0]
	for _, r := range rows {
		if strings.TrimSpace(strings.Join(r, "")) != "" {
			kept = append(kept, r)
		}
	}
	return kept, caption
}

func writeRow(b *strings.Builder, row []string) {
	b.WriteByte('|')
	for _, cell := range row {
		b.WriteString(" " + strings.ReplaceAll(cell, "|", `\|`) + " |")
	}
	b.WriteByte('\n')
}
