package numfmt

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A section is one of the parts that ";" separates.
type section struct {
	kind   sectionKind
	tokens []token

	condition string  // "<", ">=" ...; "" for none
	limit     float64 // that the condition compares with

	// Of numbers.
	digits    [3]int // places before the point, after it, and of an exponent or denominator
	thousands bool   // separators
	scale     int    // powers of a thousand that are left out
	percent   int    // percent signs
}

type sectionKind uint8

const (
	number sectionKind = iota
	date
	fraction
	scientific
	textual
	general
)

// A token is a piece of a section.
type token struct {
	kind tokenKind
	text string // of a literal; the letters of a date; one of "0", "#", "?" for a digit
	part int    // of a digit: 0 before the point, 1 after it, 2 in an exponent or denominator
}

type tokenKind uint8

const (
	literal tokenKind = iota
	digit
	point
	comma
	exponent
	slash
	field   // of a date
	elapsed // hours, minutes or seconds that do not start again
	half    // of the day: AM/PM
	text
	anything // General
)

// parseSection reads the section that code begins with.
func parseSection(code string) (s section, rest string, more bool) {
	for code != "" {
		if code[0] == ';' {
			s.settle()
			return s, code[1:], true
		}
		code = code[s.next(code):]
	}
	s.settle()
	return s, "", false
}

func (s *section) add(kind tokenKind, text string) {
	s.tokens = append(s.tokens, token{kind: kind, text: text})
}

// next reads one token and returns its length.
func (s *section) next(code string) int {
	switch c := code[0]; c {
	case '"':
		quoted, _, closed := strings.Cut(code[1:], `"`)
		s.add(literal, quoted)
		if !closed {
			return len(code)
		}
		return len(quoted) + 2
	case '\\', '_', '*': // the next character as it is; a space of its width; filled with it
		_, n := utf8.DecodeRuneInString(code[1:])
		switch c {
		case '\\':
			s.add(literal, code[1:1+n])
		case '_':
			s.add(literal, " ")
		}
		return 1 + n
	case '[':
		return s.bracket(code)
	case '0', '#', '?':
		s.add(digit, code[:1])
	case '.':
		s.add(point, ".")
	case ',':
		s.add(comma, ",")
	case '/':
		s.add(slash, "/")
	case '%':
		s.percent++
		s.add(literal, "%")
	case '@':
		s.add(text, "@")
	default:
		return s.word(code)
	}
	return 1
}

// word reads a token that begins with a letter or any other character.
func (s *section) word(code string) int {
	for _, form := range []string{"AM/PM", "A/P"} {
		if len(code) >= len(form) && strings.EqualFold(code[:len(form)], form) {
			s.add(half, form)
			return len(form)
		}
	}
	if len(code) >= 7 && strings.EqualFold(code[:7], "General") {
		s.add(anything, "")
		return 7
	}
	c := code[0] | 0x20
	if c == 'e' && len(code) > 1 && (code[1] == '+' || code[1] == '-') && s.afterDigit() {
		s.add(exponent, code[1:2])
		return 2
	}
	if strings.IndexByte("ymdhsbge", c) >= 0 {
		n := 1
		for n < len(code) && code[n]|0x20 == c {
			n++
		}
		s.add(field, strings.ToLower(code[:n]))
		return n
	}
	_, n := utf8.DecodeRuneInString(code)
	s.add(literal, code[:n])
	return n
}

func (s *section) afterDigit() bool {
	n := len(s.tokens)
	return n > 0 && (s.tokens[n-1].kind == digit || s.tokens[n-1].kind == point)
}

// bracket reads "[...]": a condition, a currency, a time that does not start
// again, or a colour.
func (s *section) bracket(code string) int {
	in, _, closed := strings.Cut(code[1:], "]")
	if !closed {
		s.add(literal, "[")
		return 1
	}
	switch lower := strings.ToLower(in); {
	case in == "":
	case in[0] == '$':
		symbol, _, _ := strings.Cut(in[1:], "-")
		s.add(literal, symbol)
	case strings.IndexByte("<>=", in[0]) >= 0:
		operator := in[:len(in)-len(strings.TrimLeft(in, "<>="))]
		if limit, err := strconv.ParseFloat(in[len(operator):], 64); err == nil {
			s.condition, s.limit = operator, limit
		}
	case strings.Trim(lower, "h") == "" || strings.Trim(lower, "m") == "" || strings.Trim(lower, "s") == "":
		s.add(elapsed, lower)
	}
	return len(in) + 2
}

// settle decides what the section shows, when all of its tokens are there.
func (s *section) settle() {
	has := func(kind tokenKind) bool {
		for _, t := range s.tokens {
			if t.kind == kind {
				return true
			}
		}
		return false
	}
	switch {
	case has(field) || has(elapsed) || has(half):
		s.kind = date
		s.minutes()
		return
	case has(text):
		s.kind = textual
		return
	case has(anything):
		s.kind = general
		return
	case has(exponent):
		s.kind = scientific
	case has(slash) && has(digit):
		s.kind = fraction
	}
	s.places()
}

// places tells the digits before and after the point apart, and what commas mean.
func (s *section) places() {
	part, last := 0, -1
	for i := range s.tokens {
		t := &s.tokens[i]
		switch t.kind {
		case digit:
			t.part = part
			s.digits[part]++
			last = i
		case point:
			part = max(part, 1)
		case exponent, slash:
			part = 2
		}
	}
	for i, t := range s.tokens {
		if t.kind != comma {
			continue
		}
		if i < last && s.more(i) {
			s.thousands = true
		} else if s.digits[0]+s.digits[1] > 0 {
			s.scale++
		}
	}
}

// more reports whether a digit before the point follows token i.
func (s *section) more(i int) bool {
	for _, t := range s.tokens[i:] {
		switch {
		case t.kind == digit:
			return t.part == 0
		case t.kind == point:
			return false
		}
	}
	return false
}
