package code

import (
	"strings"

	"ragserver/parse"
)

// A line is a line of code and how deep it stands: the open brackets before it,
// or the white space.
type line struct {
	start, end int
	level      int
	comment    bool // nothing but comments
}

// inside is the level of lines of an indented language that are within brackets.
const inside = 1 << 30

// tableOf lists the lines of src that begin neither blank nor within a comment or
// a string.
func tableOf(src string, masked []byte, l *language) []line {
	var out []line
	depth := 0
	for pos := 0; pos < len(src); {
		end, next := parse.Line(src, pos)
		within := pos > 0 && masked[pos-1] < '\t'
		first := firstByte(masked[pos:end])
		if !within && first != 0 {
			ln := line{start: pos, end: end, level: depth, comment: onlyComment(masked[pos:end])}
			if l.indented {
				ln.level = indent(src[pos:end])
				if depth > 0 {
					ln.level = inside
				}
			}
			out = append(out, ln)
		}
		depth = l.depth(masked[pos:end], depth)
		pos = next
	}
	for i := len(out) - 2; i >= 0; i-- {
		if out[i].comment {
			out[i].level = max(out[i].level, out[i+1].level) // it speaks of what follows, or ends what is before
		}
	}
	return out
}

// depth returns the open brackets after a line. In a language with directives a
// brace in the first column closes all: what a preprocessor leaves out may have
// opened more than was closed.
func (l *language) depth(masked []byte, depth int) int {
	if l.resync && len(masked) > 0 && masked[0] == '}' {
		depth = 1
	}
	for _, c := range masked {
		switch c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return depth
}

func firstByte(masked []byte) byte {
	for _, c := range masked {
		if c > ' ' || c == comment || c == literal || c == directive {
			return c
		}
	}
	return 0
}

func onlyComment(masked []byte) bool {
	for _, c := range masked {
		if c > ' ' || c == literal || c == directive {
			return false
		}
	}
	return true
}

// indent counts the columns before the text of a line.
func indent(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ' ':
			n++
		case '\t':
			n += 8 - n%8
		default:
			return n
		}
	}
	return n
}

// shallow tells whether no expression in masked is nested deeply.
func shallow(masked []byte) bool {
	depth, signs := 0, 0
	for _, c := range masked {
		switch {
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
		switch {
		case strings.IndexByte("!-+*&^<~", c) >= 0:
			signs++
		case c > ' ':
			signs = 0
		}
		if depth > maxNested || signs > maxNested {
			return false
		}
	}
	return true
}

// maxNested is how deep code of people is never nested.
const maxNested = 200
