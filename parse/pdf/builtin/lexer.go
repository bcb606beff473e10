package builtin

import (
	"bytes"
	"strconv"
)

// A lexer reads the operands and operators of a content stream or a CMap. It
// never fails: what makes no sense is skipped.
type lexer struct {
	data []byte
	pos  int
}

// Tokens are float64, name, str, []any, dict or keyword.
type (
	name    string
	str     string // raw bytes
	keyword string
	dict    map[name]any
)

const maxNesting = 32

// next returns the next token, nil at the end.
func (l *lexer) next() any { return l.token(0) }

func (l *lexer) token(depth int) any {
	for {
		l.space()
		if l.pos >= len(l.data) {
			return nil
		}
		c := l.data[l.pos]
		switch {
		case c == '/':
			l.pos++
			return name(l.name())
		case c == '(':
			return l.literal()
		case c == '<' && l.peek(1) == '<':
			l.pos += 2
			return l.dict(depth + 1)
		case c == '<':
			return l.hex()
		case c == '[':
			l.pos++
			return l.array(depth + 1)
		case c == '>' && l.peek(1) == '>':
			l.pos += 2
			return keyword(">>")
		case c == ']':
			l.pos++
			return keyword("]")
		case delimiter(c):
			l.pos++
		default:
			return l.word()
		}
	}
}

func (l *lexer) peek(n int) byte {
	if l.pos+n < len(l.data) {
		return l.data[l.pos+n]
	}
	return 0
}

func white(c byte) bool {
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == 0
}

func delimiter(c byte) bool { return bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 }

// space skips white space and comments.
func (l *lexer) space() {
	for l.pos < len(l.data) {
		switch c := l.data[l.pos]; {
		case white(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

func (l *lexer) regular() []byte {
	start := l.pos
	for l.pos < len(l.data) && !white(l.data[l.pos]) && !delimiter(l.data[l.pos]) {
		l.pos++
	}
	return l.data[start:l.pos]
}

func (l *lexer) word() any {
	w := l.regular()
	if c := w[0]; c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' {
		if v, ok := number(w); ok {
			return v
		}
	}
	return keyword(w)
}

// number reads a number, also the odd ones that readers accept: "--5", "1-2".
func number(w []byte) (float64, bool) {
	if v, err := strconv.ParseFloat(string(w), 64); err == nil && v > -1e9 && v < 1e9 {
		return v, true
	}
	for len(w) > 1 && w[0] == '-' && w[1] == '-' {
		w = w[1:]
	}
	if i := bytes.LastIndexByte(w, '-'); i > 0 {
		w = w[:i]
	}
	v, err := strconv.ParseFloat(string(w), 64)
	return v, err == nil && v > -1e9 && v < 1e9
}

// name reads a name after its slash, with #xx for odd bytes.
func (l *lexer) name() string {
	w := l.regular()
	if bytes.IndexByte(w, '#') < 0 {
		return string(w)
	}
	var out []byte
	for i := 0; i < len(w); i++ {
		if w[i] == '#' && i+2 < len(w) {
			if v, err := strconv.ParseUint(string(w[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, w[i])
	}
	return string(out)
}

func (l *lexer) array(depth int) any {
	out := []any{}
	for {
		t := l.token(depth)
		if t == nil || t == keyword("]") {
			return out
		}
		if depth < maxNesting {
			out = append(out, t)
		}
		if depth > 1000 {
			l.pos = len(l.data)
		}
	}
}

func (l *lexer) dict(depth int) any {
	out := dict{}
	for {
		k := l.token(depth)
		if k == nil || k == keyword(">>") {
			return out
		}
		key, ok := k.(name)
		if !ok {
			continue
		}
		v := l.token(depth)
		if v == keyword(">>") || v == nil {
			return out
		}
		if depth < maxNesting {
			out[key] = v
		}
		if depth > 1000 {
			l.pos = len(l.data)
		}
	}
}

// skipImage moves behind the data of an inline image, whose ID has been read.
func (l *lexer) skipImage() {
	for {
		i := bytes.Index(l.data[min(l.pos, len(l.data)):], []byte("EI"))
		if i < 0 {
			l.pos = len(l.data)
			return
		}
		at := l.pos + i
		l.pos = at + 2
		if at > 0 && white(l.data[at-1]) && (l.pos >= len(l.data) || white(l.data[l.pos])) && l.plausible() {
			return
		}
	}
}

// plausible reports whether what follows looks like operators, not pixels.
func (l *lexer) plausible() bool {
	for _, c := range l.data[l.pos:min(len(l.data), l.pos+12)] {
		if c >= 0x7F || c < ' ' && !white(c) {
			return false
		}
	}
	return true
}
