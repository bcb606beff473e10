package asciidoc

import (
	"context"
	"regexp"
	"strings"
	"unicode/utf8"

	rag "ragserver"
)

var (
	attribute       = regexp.MustCompile(`^:!?([A-Za-z0-9_][A-Za-z0-9_-]*)!?:(?:\s+(.*))?$`)
	attributes      = regexp.MustCompile(`^\[(?:[^\[\]].*)?\]$|^\[\[[^\]]+\]\]$`)
	blockAttributes = regexp.MustCompile(`^\[(?:[A-Za-z#.%"'][^\]]*)?\]$`)
	caption         = regexp.MustCompile(`^\.[^\s.].*$`)
	macro           = regexp.MustCompile(`^(image|video|audio|include)::\S`)
	item            = regexp.MustCompile(`^(?:[*.-]{1,6}|\d{1,4}\.|[A-Za-z]\.|[ivxIVX]{1,6}\)|<\d{1,3}>|<\.>)\s+\S|^\S.{0,200}?(?:::{1,3}|;;)(?:\s|$)`)
	admonition      = regexp.MustCompile(`^(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION): `)
	notes           = map[string]bool{"NOTE": true, "TIP": true, "IMPORTANT": true, "WARNING": true, "CAUTION": true, "sidebar": true, "abstract": true}
)

// heading reads "== Title".
func heading(s string) (int, string) {
	for _, mark := range []string{"=", "#"} {
		n := len(s) - len(strings.TrimLeft(s, mark))
		if n > 0 && n <= 6 && n < len(s) && s[n] == ' ' {
			return n, strings.TrimSpace(strings.TrimRight(s[n:], "=# "))
		}
	}
	return 0, ""
}

// underlined reports whether a line is a title with a row of marks of its length
// below it.
func (w *walker) underlined(at, to int) bool {
	if at+1 >= to || w.Lines[at].Indent > 0 {
		return false
	}
	row, n := w.Lines[at+1].Text, utf8.RuneCountInString(w.Lines[at].Text)
	return len(row) >= 3 && strings.IndexByte("=-~^+", row[0]) >= 0 && strings.Trim(row, row[:1]) == "" && len(row) >= n-1 && len(row) <= n+1
}

// styleOf returns the first word of a line of attributes.
func styleOf(s string) string {
	s = strings.Trim(s, "[]")
	return s[:strings.IndexAny(s+",", ",#.%")]
}

// fence returns what closes the block that a line opens, "" if it opens none.
func fence(s string) string {
	switch {
	case s == "--" || s == "|===" || s == ",===" || s == ":===" || s == "!===":
		return s
	case strings.HasPrefix(s, "```"):
		return "```"
	case len(s) >= 4 && strings.IndexByte("-.=*_+/", s[0]) >= 0 && strings.Trim(s, s[:1]) == "":
		return s
	}
	return ""
}

// fenced marks a block between two fences; one that is not closed goes to the
// end.
func (w *walker) fenced(ctx context.Context, from, at, to int, style string, depth int) int {
	mark, end := fence(w.Lines[at].Text), at+1
	for end < to && w.Lines[end].Text != mark {
		end++
	}
	after := min(end+1, to)
	switch {
	case mark[0] == '/': // a comment
	case strings.HasSuffix(mark, "===") && strings.IndexByte("|,:!", mark[0]) >= 0:
		w.Add(rag.Table, from, after)
	case strings.IndexByte("-.`+", mark[0]) >= 0 && mark != "--", style == "source" || style == "listing":
		w.Add(rag.Code, from, after)
	case (mark[0] == '*' || notes[style]) && (w.Size(from, after) <= whole || depth >= maxDepth):
		w.Add(rag.Note, from, after)
	case depth >= maxDepth:
		w.Add(rag.Paragraph, from, after)
	default:
		w.blocks(ctx, at+1, end, depth+1)
	}
	return after
}

func macroKind(s string) rag.Kind {
	if strings.HasPrefix(s, "include") {
		return rag.Note // what it names is not read
	}
	return rag.Caption
}

// list marks a list, or its items where it is long. It goes on after a blank line
// with another item, and after "+" with the block that is attached.
func (w *walker) list(ctx context.Context, from, at, to, depth int) int {
	var starts []int
	end := at
	for end < to && ctx.Err() == nil {
		text := w.Lines[end].Trimmed()
		switch {
		case text == "+":
			end = w.attached(end+1, to)
			continue
		case item.MatchString(text) && fence(w.Lines[end].Text) == "":
			starts = append(starts, end)
		case text == "":
			next := end
			for next < to && w.Lines[next].Blank() {
				next++
			}
			if next == to || !item.MatchString(w.Lines[next].Trimmed()) && w.Lines[next].Text != "+" || fence(w.Lines[next].Text) != "" || caption.MatchString(w.Lines[next].Text) {
				return w.items(from, end, starts)
			}
			end = next
			continue
		case fence(w.Lines[end].Text) != "" || blockAttributes.MatchString(w.Lines[end].Text):
			return w.items(from, max(end, at+1), starts)
		}
		end++
	}
	return w.items(from, end, starts)
}

// attached returns the line after the block that is attached to an item.
func (w *walker) attached(at, to int) int {
	for at < to && attributes.MatchString(w.Lines[at].Text) {
		at++
	}
	if at == to {
		return to
	}
	mark := fence(w.Lines[at].Text)
	for at++; mark != "" && at < to; at++ {
		if w.Lines[at].Text == mark {
			return at + 1
		}
	}
	return min(at, to)
}

// items marks the items of a list, as many together as make a chunk.
func (w *walker) items(from, end int, starts []int) int {
	begin := from
	for i, s := range starts {
		next := end
		if i+1 < len(starts) {
			next = starts[i+1]
		}
		if s > begin && w.Size(begin, next) > whole {
			w.Add(rag.List, begin, s)
			begin = s
		}
	}
	w.Add(rag.List, begin, end)
	return end
}
