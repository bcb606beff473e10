package text

import (
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// A heading is what a line says: its level from 1, 0 if it is none.
type heading func(line string) (level int, title string)

func headed(mediaType string) func(string) []rag.Section {
	is := heading(org)
	if mediaType == "text/x-tex" {
		is = tex
	}
	return func(text string) []rag.Section { return split(text, is) }
}

// split returns the paragraphs of text, cut at headings.
func split(text string, is heading) (out []rag.Section) {
	var o parse.Outline
	parse.Blocks(text, func(start, end int) {
		from := start // of the paragraph that is not yet out
		for pos := start; pos < end; {
			stop, next := parse.Line(text, pos)
			stop, next = min(stop, end), min(next, end)
			level, title := is(text[pos:stop])
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

func org(line string) (int, string) { return marked(line, '*', 8) }

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

func tex(line string) (int, string) {
	m := texHeading.FindStringSubmatch(line)
	if m == nil {
		return 0, ""
	}
	levels := map[string]int{"title": 1, "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5}
	return levels[m[1]], m[2]
}
