package rst

import (
	"context"
	"regexp"
	"strings"

	rag "ragserver"
)

var (
	directive = regexp.MustCompile(`^\.\. (?:\|[^|]+\| )?([A-Za-z][A-Za-z0-9_:+.-]*?) ?::(?:\s|$)`)
	footnote  = regexp.MustCompile(`^\.\. \[[^\]]+\]\s`)
)

// directives says what those are that are no containers of other blocks.
func directives(name string) rag.Kind {
	switch name {
	case "code", "code-block", "sourcecode", "parsed-literal", "math", "prompt", "doctest", "testcode", "productionlist", "graphviz", "highlight", "ipython", "raw":
		return rag.Code
	case "image", "figure", "video":
		return rag.Caption
	case "table", "list-table", "csv-table":
		return rag.Table
	case "toctree", "contents", "hlist":
		return rag.List
	case "include", "literalinclude", "meta", "index":
		return rag.Note // what they name is not read
	}
	return ""
}

func isNote(name string) bool {
	switch name {
	case "note", "warning", "tip", "hint", "important", "attention", "caution", "danger", "error", "admonition", "seealso", "todo",
		"versionadded", "versionchanged", "deprecated", "deprecated-removed", "sidebar", "topic", "epigraph", "impl-detail":
		return true
	}
	return false
}

// explicit marks what begins with two points: a directive, a footnote, the target
// of a link, or a comment, which is left out.
func (w *walker) explicit(ctx context.Context, at, to, depth int) int {
	text := w.Lines[at].Trimmed()
	end := w.inside(at, to, w.Lines[at].Indent)
	m := directive.FindStringSubmatch(text)
	switch {
	case footnote.MatchString(text):
		w.Add(rag.Note, at, end)
	case m == nil: // a comment or a target
	case directives(m[1]) != "":
		w.Add(directives(m[1]), at, end)
	case isNote(m[1]) && w.Size(at, end) <= whole, depth >= maxDepth:
		w.Add(rag.Note, at, end)
	default:
		w.container(ctx, m[1], at, end, depth)
	}
	return end
}

// container marks a directive that has other blocks inside: a long note, or the
// description of a function.
func (w *walker) container(ctx context.Context, name string, at, end, depth int) {
	body := at + 1
	for body < end && !w.Lines[body].Blank() {
		body++
	}
	kind := rag.Code
	if isNote(name) || !strings.Contains(strings.TrimSpace(w.Lines[at].Trimmed()), ":: ") {
		kind = rag.Note
	}
	w.Add(kind, at, body)
	w.blocks(ctx, body, end, depth+1)
}
