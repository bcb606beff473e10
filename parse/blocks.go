package parse

import (
	"strings"
)

// Blocks calls f with each run of lines of text that have no blank line between
// them, from start to end without the last line break. Lines end in "\n",
// "\r\n" or "\r".
func Blocks(text string, f func(start, end int)) {
	start, end := -1, 0 // of the current block; start is -1 between blocks
	for pos := 0; pos < len(text); {
		line, next := Line(text, pos)
		if strings.TrimSpace(text[pos:line]) == "" {
			if start >= 0 {
				f(start, end)
			}
			start = -1
		} else {
			if start < 0 {
				start = pos
			}
			end = line
		}
		pos = next
	}
	if start >= 0 {
		f(start, end)
	}
}

// Line returns where the line of text that begins at pos ends, without and with
// its line break.
func Line(text string, pos int) (end, next int) {
	i := strings.IndexAny(text[pos:], "\r\n")
	if i < 0 {
		return len(text), len(text)
	}
	end = pos + i
	next = end + 1
	if text[end] == '\r' && next < len(text) && text[next] == '\n' {
		next++
	}
	return end, next
}
