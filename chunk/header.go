package chunk

import (
	"strings"

	rag "ragserver"
)

// headerLines is how many lines the header of a table has at most, with the
// line of dashes below it.
const headerLines = 5

// header returns where the header of a table ends, in bytes of the text, and how
// many tokens it costs to repeat it; 0 and 0 if s is no table with a header, or
// one whose header would take up more than half of each chunk.
func (s *Splitter) header(text string, section rag.Section) (end, cost int) {
	if section.Kind != rag.Table {
		return 0, 0
	}
	end = headerEnd(text[section.Start:section.End])
	if end == 0 {
		return 0, 0
	}
	end += section.Start
	cost, ok := s.fitsIn(s.budget/2, text[section.Start:end])
	if !ok {
		return 0, 0
	}
	return end, cost
}

// headerEnd returns the bytes of a Markdown table up to the end of the line of
// dashes below its header, without the line's end; 0 if there is none.
func headerEnd(table string) int {
	at := 0
	for n := range headerLines {
		line, rest, more := strings.Cut(table[at:], "\n")
		if n > 0 && isRule(line) {
			return at + len(strings.TrimRight(line, " \t\r"))
		}
		if !more || rest == "" {
			return 0
		}
		at += len(line) + 1
	}
	return 0
}

// isRule reports whether line is one like | --- | :--: |.
func isRule(line string) bool {
	line = strings.TrimSpace(line)
	return strings.Contains(line, "-") && strings.Contains(line, "|") && strings.Trim(line, "-:| \t") == ""
}
