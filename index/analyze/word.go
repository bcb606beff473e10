package analyze

import (
	"unicode"
	"unicode/utf8"
)

// word returns the length of the word that text begins with, 0 if it begins with
// something else, and whether it is of a script that writes no spaces.
func word(text string) (n int, dense bool) {
	for n < len(text) {
		c := text[n]
		if c < utf8.RuneSelf {
			if alphanumeric[c] && !dense || c == '\'' && n > 0 && !dense && letterFollows(text[n+1:]) {
				n++
				continue
			}
			return n, dense
		}
		r, size := utf8.DecodeRuneInString(text[n:])
		switch {
		case unicode.In(r, spaceless...):
			if n > 0 && !dense {
				return n, false
			}
			dense = true
		case dense && !unicode.Is(unicode.M, r):
			return n, true
		case unicode.In(r, unicode.L, unicode.N, unicode.M):
		case r == '\u2019' && n > 0 && letterFollows(text[n+size:]):
		default:
			return n, dense
		}
		n += size
	}
	return n, dense
}

// spaceless are the scripts whose words cannot be told apart by spaces, and
// Hangul, whose words carry their particles.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

var alphanumeric = func() (t [utf8.RuneSelf]bool) {
	for c := range t {
		t[c] = '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return t
}()

func letterFollows(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r)
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
