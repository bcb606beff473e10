package wordpiece

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a byte of a text is. Other values are those of letters and digits, in
// lower case.
const (
	dropped = iota
	space
	punctuation
	wide // the beginning of a character beyond ASCII
)

// classes tells for each byte what it is.
var classes = func() (c [256]byte) {
	for b := range c {
		switch r := rune(b); {
		case b >= utf8.RuneSelf:
			c[b] = wide
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			c[b] = space
		case r < ' ' || r == 0x7f:
			c[b] = dropped
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			c[b] = byte(unicode.ToLower(r))
		default:
			c[b] = punctuation // symbols too
		}
	}
	return c
}()

// addRune does what the tokenizer's normalizer and splitter do to a character
// beyond ASCII. Canonical reordering is left out: it moves marks that are
// dropped, or that no vocabulary has.
func (s *scanner) addRune(r rune) {
	switch {
	case r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co):
	case unicode.IsSpace(r):
		s.end()
	case ideograph(r):
		s.end()
		s.decompose(r)
		s.end()
	default:
		s.decompose(r)
	}
}

// decompose adds the canonical decomposition of r.
func (s *scanner) decompose(r rune) {
	if r >= 0xac00 && r <= 0xd7a3 { // a Hangul syllable: 28 ends, 21 vowels
		r -= 0xac00
		s.add(0x1100 + r/(21*28))
		s.add(0x1161 + r/28%21)
		if end := r % 28; end > 0 {
			s.add(0x11a7 + end)
		}
		return
	}
	var b [utf8.UTFMax]byte
	parts := norm.NFD.Properties(b[:utf8.EncodeRune(b[:], r)]).Decomposition()
	if parts == nil {
		s.addPart(r)
		return
	}
	for len(parts) > 0 {
		part, n := utf8.DecodeRune(parts)
		s.addPart(part)
		parts = parts[n:]
	}
}

// addPart adds a character that is not decomposable.
func (s *scanner) addPart(r rune) {
	switch {
	case r < utf8.RuneSelf && classes[r] == punctuation || unicode.IsPunct(r):
		s.end()
		s.add(r)
		s.end()
	case !unicode.Is(unicode.Mn, r):
		s.add(unicode.ToLower(r))
	}
}

// ideograph reports whether r stands alone. The gap before U+2B920 is the
// reference's own.
func ideograph(r rune) bool {
	return r >= 0x3400 && (r <= 0x4dbf ||
		r >= 0x4e00 && r <= 0x9fff ||
		r >= 0xf900 && r <= 0xfaff ||
		r >= 0x20000 && r <= 0x2a6df ||
		r >= 0x2a700 && r <= 0x2b73f ||
		r >= 0x2b740 && r <= 0x2b81f ||
		r >= 0x2b920 && r <= 0x2ceaf ||
		r >= 0x2f800 && r <= 0x2fa1f)
}
