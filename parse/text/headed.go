package text

import (
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// A heading is what a line says: its level from 1, 0 if it is none.
type heading func(line, next string) (level int, title string)

func headed(mediaType string) func(string) []rag.Section {
	mk := func() heading { return asciidoc }
	switch mediaType {
	case "text/x-rst":
		mk = newRST
	case "text/x-tex":
		mk = func() heading { return tex }
	case "text/x-org":
		mk = func() heading { return org }
	}
	return func(text string) []rag.Section { return split(text, mk()) }
}

// split returns the paragraphs of text, cut at headings.
func split(text string, is heading) (out []rag.Section) {
	var o parse.Outline
	parse.Blocks(text, func(start, end int) {
		from := start // of the paragraph that is not yet out
		for pos := start; pos < end; {
			stop, next := parse.Line(text, pos)
			stop, next = min(stop, end), min(next, end)
			after, _ := parse.Line(text, next)
			level, title := is(text[pos:stop], text[next:min(after, end)])
			if level > 0 && title != "" {
				out = appendParagraph(out, text, from, pos, o.Path())
				out = append(out, rag.Section{Kind: rag.Heading, Start: pos, End: stop, Heading: o.Enter(level, title), Level: level})
				from = next
			}
			pos = next
		}
		out = appendParagraph(out, text, from, end, o.Path())
	})
	return out
}

func appendParagraph(out []rag.Section, text string, start, end int, path []string) []rag.Section {
	end = start + len(strings.TrimRight(text[start:max(start, end)], "\r\n"))
	if strings.TrimSpace(text[start:end]) == "" {
		return out
	}
	return append(out, rag.Section{Kind: rag.Paragraph, Start: start, End: end, Heading: path})
}

func asciidoc(line, _ string) (int, string) { return marked(line, '=', 6) }

func org(line, _ string) (int, string) { return marked(line, '*', 8) }

// marked reads "== Title": the number of marks is the level.
func marked(line string, mark byte, deepest int) (int, string) {
	n := 0
	for n < len(line) && line[n] == mark {
		n++
	}
	if n == 0 || n > deepest || n == len(line) || line[n] != ' ' {
		return 0, ""
	}
	return n, strings.TrimSpace(line[n:])
}

var texHeading = regexp.MustCompile(`^\s*\\(title|part|chapter|section|subsection|subsubsection|paragraph)\*?(?:\[[^\]]*\])?\{(.{1,200}?)\}`)

func tex(line, _ string) (int, string) {
	m := texHeading.FindStringSubmatch(line)
	if m == nil {
		return 0, ""
	}
	levels := map[string]int{"title": 1, "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
	return levels[m[1]], m[2]
}

// newRST returns a reader of reStructuredText titles: a line underlined by a
// row of one mark. The order in which marks appear gives their levels.
func newRST() heading {
	var marks []byte
	return func(line, next string) (int, string) {
		title := strings.TrimSpace(line)
		row := strings.TrimRight(next, " \t")
		if len(row) < 3 || title == "" || !strings.ContainsRune("=-~^\"'`#*+.:_", rune(row[0])) || strings.Trim(row, row[:1]) != "" {
			return 0, ""
		}
		if strings.Trim(title, title[:1]) == "" || len(title) > 2*len(row) {
			return 0, "" // a row itself
		}
		for i, m := range marks {
			if m == row[0] {
				return i + 1, title
			}
		}
		marks = append(marks, row[0])
		return len(marks), title
	}
}
