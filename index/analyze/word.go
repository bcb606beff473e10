package analyze

import (
	"unicode"
	"unicode/utf8"
)

// A scanner finds the words of texts. The zero scanner is ready for use.
type scanner struct {
	// What each character is, filled in as it is needed: 256 B for each 256
	// characters that occur.
	pages [256]*[256]class
}

// A class is what a character is to a word.
type class uint8

const (
	unknown   class = iota // not looked up yet
	other                  // ends a word
	letter                 // or digit
	mark                   // belongs to what it stands on
	dense                  // a character of a script that writes no spaces
	quote                  // an apostrophe: of a word if a letter follows
	invisible              // inside a word: a soft hyphen
	joiner                 // inside a word of an Indian script
)

// spaceless are the scripts whose words cannot be told apart by spaces, and
// Hangul, whose words carry their particles.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

func (s *scanner) class(r rune) class {
	if r > 0xFFFF {
		return classify(r)
	}
	page := s.pages[r>>8]
	if page == nil {
		page = new([256]class)
		s.pages[r>>8] = page
	}
	c := page[r&0xFF]
	if c == unknown {
		c = classify(r)
		page[r&0xFF] = c
	}
	return c
}

func classify(r rune) class {
	switch r {
	case '\'', '\u2019':
		return quote
	case '\u00AD', '\u2060', '\uFEFF':
		return invisible
	case '\u200C', '\u200D':
		return joiner
	case '\u30FC': // lengthens a syllable of Katakana or Hiragana
		return dense
	}
	switch {
	case unicode.In(r, spaceless...):
		return dense
	case unicode.In(r, unicode.L, unicode.N):
		return letter
	case unicode.Is(unicode.M, r):
		return mark
	}
	return other
}

var alphanumeric = func() (t [utf8.RuneSelf]bool) {
	for c := range t {
		t[c] = '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return t
}()

// word returns the length of the word that text begins with, 0 if it begins with
// something else, and whether it is of a script that writes no spaces.
func (s *scanner) word(text string) (n int, isDense bool) {
	for n < len(text) && text[n] < utf8.RuneSelf && alphanumeric[text[n]] {
		n++
	}
	for n < len(text) {
		r, size := rune(text[n]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[n:])
		}
		switch c := s.class(r); {
		case c == dense:
			if n > 0 && !isDense {
				return n, false
			}
			isDense = true
		case c == mark:
		case isDense || c == other:
			return n, isDense
		case c == letter:
		case n == 0 || !s.goesOn(text[n+size:]) || c == joiner && !afterIndian(text[:n]):
			return n, false
		}
		n += size
	}
	return n, isDense
}

// goesOn says whether a letter follows.
func (s *scanner) goesOn(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r) && s.class(r) == letter
}

// afterIndian says whether text ends with a character of Devanagari to Sinhala.
func afterIndian(text string) bool {
	r, _ := utf8.DecodeLastRuneInString(text)
	return 0x0900 <= r && r < 0x0E00
}

// pairs appends each character of s and each two neighbours: a query of one
// character is answered, and one of several prefers them together.
func pairs(s string, v *Vocabulary, to []uint32) []uint32 {
	last := -1
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		to = append(to, v.Number(s[i:end]))
		if last >= 0 {
			to = append(to, v.Number(s[last:end]))
		}
		last = i
	}
	return to
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// cut shortens a word that is too long, between characters.
func cut(word string) string {
	if len(word) <= MaxTerm {
		return word
	}
	n := MaxTerm
	for !utf8.RuneStart(word[n]) {
		n--
	}
	return word[:n]
}
