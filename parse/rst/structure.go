package rst

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	rag "ragserver"
)

// rowMarks are the marks that rows below titles are made of.
const rowMarks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

// isRow reports whether a line is a row of one mark.
func isRow(s string) bool {
	return len(s) >= 3 && strings.IndexByte(rowMarks, s[0]) >= 0 && strings.Trim(s, s[:1]) == ""
}

// title2 marks a title of two or three lines and returns the line after it, at if
// there is none. The order in which marks appear gives their levels. Titles are
// not inside other blocks; deeper than maxDepth it only looks.
func (w *walker) title2(at, to, depth int) int {
	row := func(i int) string {
		if i < to && w.Lines[i].Indent == 0 && isRow(w.Lines[i].Text) {
			return w.Lines[i].Text
		}
		return ""
	}
	over, from := row(at), at
	if over != "" {
		at++
	}
	under := row(at + 1)
	if at >= to || under == "" || w.Lines[at].Blank() || over != "" && over[0] != under[0] || over == "" && (w.Lines[at].Indent > 0 || row(at) != "") {
		return from
	}
	title := w.Lines[at].Trimmed()
	if isRow(title) && over == "" || utf8.RuneCountInString(title) > 2*len(under) || isRuler(under) || depth > 0 && depth <= maxDepth {
		return from
	}
	if depth == 0 {
		w.Heading(w.level(under[:1], over != ""), title, from, at+2)
	}
	return at + 2
}

func (w *walker) level(mark string, over bool) int {
	if over {
		mark += "over"
	}
	if i := slices.Index(w.marks, mark); i >= 0 {
		return i + 1
	}
	w.marks = append(w.marks, mark)
	return len(w.marks)
}

func isGrid(s string) bool {
	return len(s) > 2 && s[0] == '+' && (s[1] == '-' || s[1] == '=') && strings.Trim(s, "+-=") == ""
}

// isRuler reports whether a line is the top of a simple table: two or more rows
// of "=".
func isRuler(s string) bool {
	return strings.HasPrefix(s, "==") && strings.Trim(s, "= ") == "" && len(strings.Fields(s)) > 1
}

func (w *walker) rows(at, to int, is func(string) bool) int {
	end := at + 1
	for end < to && is(w.Lines[end].Trimmed()) {
		end++
	}
	w.Add(rag.Table, at, end)
	return end
}

// simpleTable marks a table that ends with a ruler before a blank line.
func (w *walker) simpleTable(at, to int) int {
	for i := at + 1; i < to; i++ {
		if s := w.Lines[i].Trimmed(); (isRuler(s) || isRow(s) && s[0] == '=') && (i+1 == to || w.Lines[i+1].Blank()) {
			w.Add(rag.Table, at, i+1)
			return i + 1
		}
	}
	return w.run(rag.Table, at, to)
}

var (
	field = regexp.MustCompile(`^:([^:\s][^:]{0,60}):(?:\s+(.*))?$`)
	item  = regexp.MustCompile(`^(?:[-*+•‣⁃]|\(?(?:\d{1,4}|[A-Za-z]|#|[ivxlcIVXLC]{1,6})[.)])(?:\s|$)`)
)

// fields marks a list of fields. What it says of the document is kept.
func (w *walker) fields(at, to int) int {
	column, end := w.Lines[at].Indent, at
	for end < to && !w.Lines[end].Blank() {
		m := field.FindStringSubmatch(w.Lines[end].Trimmed())
		if m == nil || w.Lines[end].Indent != column {
			break
		}
		w.describe(strings.ToLower(m[1]), strings.TrimSpace(m[2]))
		stop := w.inside(end, to, column)
		end = max(end+1, stop)
	}
	w.Add(rag.Note, at, end)
	return end
}

func (w *walker) describe(name, value string) {
	for key, to := range map[string]*string{"author": &w.author, "authors": &w.author, "language": &w.language, "lang": &w.language, "title": &w.title} {
		if key == name && *to == "" && len(value) < 300 {
			*to = value
		}
	}
}

// list marks a list, or its items where it is long.
func (w *walker) list(ctx context.Context, at, to, depth int) int {
	column, end := w.Lines[at].Indent, at
	var items []int
	for end < to && !w.Lines[end].Blank() && w.Lines[end].Indent == column && item.MatchString(w.Lines[end].Trimmed()) {
		items = append(items, end)
		end = w.inside(end, to, column)
		next := end
		for next < to && w.Lines[next].Blank() {
			next++
		}
		if next < to && w.Lines[next].Indent == column && item.MatchString(w.Lines[next].Trimmed()) {
			end = next
		}
	}
	if w.Size(at, end) <= whole {
		w.Add(rag.List, at, end)
		return end
	}
	for i, from := range items {
		stop := end
		if i+1 < len(items) {
			stop = items[i+1]
		}
		w.item(ctx, from, stop, depth)
	}
	return end
}

// item marks an item of a long list: its first paragraph, then what else is in
// it, if it is long itself.
func (w *walker) item(ctx context.Context, from, to, depth int) {
	first := from + 1
	for first < to && !w.Lines[first].Blank() {
		first++
	}
	if w.Size(from, to) <= whole || depth >= maxDepth {
		first = to
	}
	w.Add(rag.List, from, first)
	w.blocks(ctx, first, to, depth+1)
}
