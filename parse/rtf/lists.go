package rtf

import (
	"strings"
	"unicode"

	rag "ragserver"
)

// maxList is the size, in bytes, up to which a list is one section: about one
// chunk.
const maxList = 1500

// A list is one that is being written: lines with their marks.
type list struct {
	lines []string
	size  int
	links []string
}

func (l *list) add(line string, links []string) {
	l.lines = append(l.lines, line)
	l.size += len(line)
	l.links = append(l.links, links...)
}

func (r *reader) endList() {
	l := r.items
	r.items = list{}
	if len(l.lines) > 0 {
		r.put(rag.List, 0, strings.Join(l.lines, "\n"), l.links)
	}
}

// mark returns what stands before an item for the number or bullet that the
// document has: "- " for any bullet, "1. " for a number without a point.
func mark(label string) string {
	label = strings.TrimSpace(label)
	alphanumeric := false
	for _, c := range label {
		alphanumeric = alphanumeric || unicode.IsLetter(c) || unicode.IsDigit(c)
	}
	switch last, _ := lastRune(label); {
	case label == "":
		return ""
	case !alphanumeric || label == "o" || len(label) > 40:
		return "- "
	case unicode.IsLetter(last) || unicode.IsDigit(last):
		return label + ". "
	}
	return label + " "
}

func lastRune(s string) (last rune, ok bool) {
	for _, c := range s {
		last, ok = c, true
	}
	return last, ok
}
