package code

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What mask puts in the place of bytes that are no code. Line breaks inside a
// comment or a string are replaced too.
const (
	comment   = 0x01
	literal   = 0x02
	directive = 0x03 // for a preprocessor
)

// A syntax says what the comments and strings of a language look like.
type syntax struct {
	line   []string    // a comment up to the end of the line
	block  [][2]string // a comment between two marks
	quotes string      // of strings in one line, with backslashes
	char   bool        // 'x' is one character; a lone quote is something else
	long   []string    // marks on both sides of a string of many lines
	raw    [][2]string // marks of a string of many lines without backslashes

	here    *regexp.Regexp // begins a text up to a line that is its first group
	regex   bool           // has /expressions/
	prepare string         // begins a line that is for a preprocessor
}

// mask returns src as bytes, with comments and strings blotted out: what looks
// like code there is none. It is as long as src.
func (s *syntax) mask(src string) []byte {
	out := []byte(src)
	m := masker{syntax: s, src: src}
	for i := 0; i < len(src); {
		n, by := m.skip(i)
		if n == 0 {
			if src[i] > ' ' {
				m.last = src[i]
			}
			i++
			continue
		}
		for j := i; j < i+n; j++ {
			out[j] = by
		}
		if by == literal {
			m.last = '"'
		}
		i += n
	}
	return out
}

type masker struct {
	*syntax
	src   string
	last  byte          // the last byte of code that is no white space
	plain map[byte]int  // by quote: before this offset it begins no string
	bound []pendingHere // texts that begin on the next line
}

// A pendingHere waits for the end of the line that announced it.
type pendingHere struct{ end string }

// skip returns how long the comment or string at i is; 0 if there is none.
func (m *masker) skip(i int) (n int, by byte) {
	if m.src[i] == '\n' && len(m.bound) > 0 {
		return m.hereText(i), literal
	}
	rest := m.src[i:]
	if m.prepare != "" && strings.HasPrefix(rest, m.prepare) && blankBefore(m.src, i) {
		return directiveEnd(rest), directive
	}
	for _, b := range m.block {
		if strings.HasPrefix(rest, b[0]) {
			return between(rest, b), comment
		}
	}
	for _, l := range m.line {
		if strings.HasPrefix(rest, l) && !(l == "#" && i > 0 && strings.IndexByte(" \t\r\n;({", m.src[i-1]) < 0) {
			return lineEnd(rest), comment
		}
	}
	return m.text(rest, i), literal
}

// text is skip for strings.
func (m *masker) text(rest string, i int) int {
	for _, b := range m.raw {
		if strings.HasPrefix(rest, b[0]) {
			return between(rest, b)
		}
	}
	for _, q := range m.long {
		if strings.HasPrefix(rest, q) {
			return closed(rest, len(q), q, true)
		}
	}
	c := rest[0]
	switch {
	case c == '\'' && m.char:
		return character(rest)
	case strings.IndexByte(m.quotes, c) >= 0 && i >= m.plain[c]:
		n := closed(rest, 1, rest[:1], false)
		if n == 0 {
			if m.plain == nil {
				m.plain = make(map[byte]int)
			}
			m.plain[c] = i + lineEnd(rest)
		}
		return n
	case c == '/' && m.regex && strings.IndexByte("(,=:[!&|?{};>+\x00", m.last) >= 0:
		return expression(rest)
	case c == '<' && m.here != nil && len(m.bound) < 8:
		if g := m.here.FindStringSubmatch(rest[:min(len(rest), 100)]); g != nil {
			m.bound = append(m.bound, pendingHere{g[1]})
		}
	}
	return 0
}

// hereText returns the length of the texts that were announced on the line that
// ends at i.
func (m *masker) hereText(i int) int {
	pos := i
	for _, h := range m.bound {
		for pos < len(m.src) {
			line := m.src[pos+1:]
			n := lineEnd(line)
			pos += 1 + n
			if strings.TrimRight(strings.Trim(line[:n], " \t\r"), ";,)") == h.end {
				break
			}
		}
	}
	m.bound = nil
	return min(pos, len(m.src)) - i
}

func lineEnd(s string) int {
	if n := strings.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

func between(rest string, marks [2]string) int {
	n := strings.Index(rest[len(marks[0]):], marks[1])
	if n < 0 {
		return len(rest)
	}
	return len(marks[0]) + n + len(marks[1])
}

// closed returns the length of a string that begins with start bytes and ends
// with mark, 0 if it has no end in its line.
func closed(rest string, start int, mark string, lines bool) int {
	for i := start; i < len(rest); i++ {
		switch {
		case rest[i] == '\\':
			i++
		case rest[i] == '\n' && !lines:
			return 0
		case strings.HasPrefix(rest[i:], mark):
			return i + len(mark)
		}
	}
	if lines {
		return len(rest)
	}
	return 0
}

// character returns the length of 'x' or '\x', 0 for another use of the quote.
func character(rest string) int {
	if strings.HasPrefix(rest, `'\`) {
		if n := strings.IndexByte(rest[2:min(len(rest), 14)], '\''); n >= 0 {
			return n + 3 + boolean(n == 0 && strings.HasPrefix(rest[3:], "'"))
		}
		return 0
	}
	_, n := utf8.DecodeRuneInString(rest[1:])
	if n > 0 && strings.HasPrefix(rest[1+n:], "'") && rest[1] != '\'' && rest[1] != '\n' {
		return n + 2
	}
	return 0
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// expression returns the length of /an expression/ in one line, 0 if it is none.
func expression(rest string) int {
	class := false
	for i := 1; i < min(len(rest), 2000) && rest[i] != '\n'; i++ {
		switch c := rest[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			return i + 1
		}
	}
	return 0
}

func blankBefore(src string, i int) bool {
	for i--; i >= 0 && src[i] != '\n'; i-- {
		if src[i] != ' ' && src[i] != '\t' {
			return false
		}
	}
	return true
}

// directiveEnd returns the length of a line with those that it goes on in.
func directiveEnd(rest string) int {
	n := 0
	for n < len(rest) {
		n += lineEnd(rest[n:])
		if !strings.HasSuffix(strings.TrimSuffix(rest[:n], "\r"), `\`) || n == len(rest) {
			break
		}
		n++
	}
	return n
}
