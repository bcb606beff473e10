package layout

import (
	"strings"

	"golang.org/x/text/unicode/bidi"
)

// logical returns a line that was put together from left to right in the order
// in which it is read: Hebrew and Arabic run the other way.
func logical(s string) string {
	rtl, ltr := 0, 0
	for _, r := range s {
		switch class(r) {
		case bidi.R, bidi.AL:
			rtl++
		case bidi.L:
			ltr++
		}
	}
	if rtl == 0 {
		return s
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		words[i] = flip(w)
	}
	if rtl >= ltr {
		reverseWords(words)
		return strings.Join(words, " ")
	}
	for i := 0; i < len(words); {
		j := i
		for j < len(words) && isRTL(words[j]) {
			j++
		}
		reverse(words[i:j])
		i = max(j, i+1)
	}
	return strings.Join(words, " ")
}

// reverseWords turns a line around, but keeps runs of words in other scripts.
func reverseWords(words []string) {
	reverse(words)
	for i := 0; i < len(words); {
		j := i
		for j < len(words) && !isRTL(words[j]) && words[j] != "" {
			j++
		}
		reverse(words[i:j])
		i = max(j, i+1)
	}
}

func class(r rune) bidi.Class {
	p, _ := bidi.LookupRune(r)
	return p.Class()
}

func isRTL(w string) bool {
	for _, r := range w {
		if c := class(r); c == bidi.R || c == bidi.AL {
			return true
		}
	}
	return false
}

// flip turns a word of right-to-left letters around.
func flip(w string) string {
	if !isRTL(w) {
		return w
	}
	r := []rune(w)
	reverse(r)
	return string(r)
}

func reverse[T any](s []T) {
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
}
