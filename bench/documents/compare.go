package main

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// plain is a text in Unicode's NFKC, in small letters, without what nobody sees,
// with plain quotes and dashes.
func plain(s string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		switch {
		case r == '\u00AD' || r >= '\u200B' && r <= '\u200F' || r == '\u2060' || r == '\uFEFF':
			return -1
		case r >= '\u2018' && r <= '\u201B' || r == '\u2032':
			return '\''
		case r >= '\u201C' && r <= '\u201F' || r == '\u2033':
			return '"'
		case unicode.Is(unicode.Pd, r) || r == '\u2212':
			return '-'
		}
		return r
	}, norm.NFKC.String(s)))
}

// strictly is plain with each run of white space as one space.
func strictly(s string) string { return strings.Join(strings.Fields(plain(s)), " ") }

// loosely is plain without white space.
func loosely(s string) string { return strings.Join(strings.Fields(plain(s)), "") }
