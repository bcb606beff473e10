package rtf

import (
	"bytes"
	"context"
)

// maxWord is the longest control word with its number, in bytes.
const maxWord = 64

// read runs through the document. Its error is that of ctx; damage ends groups
// early or late, and no more.
func (r *reader) read(ctx context.Context, data []byte) error {
	for pos, step := 0, 0; pos < len(data) && !r.ended; step++ {
		if step%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch c := data[pos]; c {
		case '{':
			r.push()
			pos++
		case '}':
			r.pop()
			pos++
		case '\\':
			pos = r.escape(data, pos+1)
		case '\r', '\n', 0:
			pos++
		default:
			end := bytes.IndexAny(data[pos:], "{}\\\r\n\x00")
			if end < 0 {
				end = len(data) - pos
			}
			r.raw(data[pos : pos+end])
			pos += end
		}
	}
	for len(r.stack) > 0 {
		r.pop()
	}
	r.finish()
	return nil
}

// escape reads what follows a backslash at pos, and returns where that ends.
func (r *reader) escape(data []byte, pos int) int {
	if pos >= len(data) {
		return pos
	}
	c := data[pos]
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
		return r.word(data, pos)
	}
	switch c {
	case '\'':
		if pos+2 < len(data) {
			if b, ok := hex(data[pos+1], data[pos+2]); ok {
				r.raw([]byte{b})
				return pos + 3
			}
		}
		return pos + 1
	case '*':
		r.flush()
		r.now.star = true
	case '\r', '\n':
		r.flush()
		r.control("par", param{})
	case '~':
		r.symbol("\u00A0")
	case '_':
		r.symbol("\u2011")
	case '-', ':', '|': // where a word may break; parts of index entries and formulas
		r.symbol("")
	default:
		if c == '{' || c == '}' || c == '\\' {
			r.raw(data[pos : pos+1])
		}
	}
	return pos + 1
}

// word reads a control word at pos.
func (r *reader) word(data []byte, pos int) int {
	end := pos
	for end < len(data) && end-pos < maxWord && (data[end]|0x20 >= 'a' && data[end]|0x20 <= 'z') {
		end++
	}
	name := string(data[pos:end])
	p := param{}
	number := end
	negative := number < len(data) && data[number] == '-'
	if negative {
		number++
	}
	for number < len(data) && data[number] >= '0' && data[number] <= '9' {
		p.set = true
		p.n = min(p.n*10+int(data[number]-'0'), 1<<40)
		number++
	}
	if p.set {
		end = number
	}
	if negative {
		p.n = -p.n
	}
	if end < len(data) && data[end] == ' ' {
		end++
	}
	r.flush()
	if name == "bin" {
		size := max(0, min(p.n, len(data)-end))
		r.binary(data[end : end+size])
		return end + size
	}
	r.control(name, p)
	return end
}

// A param is the number of a control word.
type param struct {
	n   int
	set bool
}

// on tells whether a word turns something on: it does without a number.
func (p param) on() bool { return !p.set || p.n != 0 }

func hex(high, low byte) (byte, bool) {
	h, ok1 := digit(high)
	l, ok2 := digit(low)
	return h<<4 | l, ok1 && ok2
}

func digit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
