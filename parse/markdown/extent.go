package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"ragserver/parse"
)

// extent returns the span of a block in the source, in whole lines, with its
// markers and fences. A block without a line of its own (an empty list item)
// has none.
func (w *walker) extent(n ast.Node) (start, end int, ok bool) {
	first, last := -1, -1
	err := ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || c.Type() == ast.TypeInline {
			return ast.WalkSkipChildren, nil
		}
		if l := c.Lines(); l != nil && l.Len() > 0 {
			if a := l.At(0).Start; first < 0 || a < first {
				first = a
			}
			last = max(last, l.At(l.Len()-1).Stop)
		}
		if f, ok := c.(*ast.FencedCodeBlock); ok && f.Info != nil && (first < 0 || f.Info.Segment.Start < first) {
			first = f.Info.Segment.Start
			last = max(last, f.Info.Segment.Stop)
		}
		return ast.WalkContinue, nil
	})
	if err != nil || first < 0 {
		return 0, 0, false
	}
	start = w.lineStart(w.base + first)
	end = min(w.base+last, len(w.source))
	end = w.lineEnd(end)
	switch last := lastLeaf(n).(type) {
	case *ast.FencedCodeBlock:
		start, end = w.fences(n, last, start, end)
	case *ast.Heading:
		end = w.underline(end)
	}
	return start, end, start < end
}

func lastLeaf(n ast.Node) ast.Node {
	for n.LastChild() != nil && n.LastChild().Type() == ast.TypeBlock {
		n = n.LastChild()
	}
	return n
}

func (w *walker) lineStart(pos int) int {
	return strings.LastIndexAny(w.source[:pos], "\r\n") + 1
}

func (w *walker) lineEnd(pos int) int {
	if pos > 0 && strings.IndexByte("\r\n", w.source[pos-1]) >= 0 {
		return pos
	}
	_, next := parse.Line(w.source, pos)
	return next
}

// fences widens the span of a code block by the line that opens it, if it is
// the whole of n and has no info string, and by the one that closes it.
func (w *walker) fences(n, code ast.Node, start, end int) (int, int) {
	f := code.(*ast.FencedCodeBlock)
	if n == code && f.Info == nil && start > w.base {
		start = w.lineStart(start - 1)
	}
	stop, next := parse.Line(w.source, min(end, len(w.source)))
	line := strings.TrimLeft(w.source[min(end, len(w.source)):stop], " \t>")
	if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
		end = next
	}
	return start, end
}

// underline widens the span of a heading by the row of marks below it.
func (w *walker) underline(end int) int {
	stop, next := parse.Line(w.source, min(end, len(w.source)))
	row := strings.TrimSpace(w.source[min(end, len(w.source)):stop])
	if row != "" && (strings.Trim(row, "=") == "" || strings.Trim(row, "-") == "") {
		return next
	}
	return end
}

// plain returns a heading without its inline markup.
func plain(s string) string {
	s = strings.TrimSpace(s)
	if !strings.ContainsAny(s, "*`[]_\\<{") {
		return s
	}
	s = link.ReplaceAllString(s, "$1")
	s = attributes.ReplaceAllString(s, "")
	s = emphasis.ReplaceAllString(s, "$2")
	s = strings.NewReplacer("`", "", `\_`, "_", `\*`, "*").Replace(s)
	return strings.TrimSpace(s)
}
