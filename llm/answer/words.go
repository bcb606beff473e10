package answer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A word is a term of a text. Scripts without spaces give pairs of characters.
type word struct {
	stem  string
	shape shape
}

// A shape is what the writing of a word says about its weight.
type shape int

const (
	plain shape = iota
	name        // capitalised
	number
	pair // of characters
)

// words returns the terms of text in order, with function words left out.
func words(text string) []word {
	var out []word
	start, kind := -1, 0
	flush := func(end int) {
		if start >= 0 {
			out = appendWord(out, text[start:end], kind)
		}
		start = -1
	}
	for i, r := range text {
		k := class(r)
		if k != kind || k == 0 {
			flush(i)
		}
		if k != 0 && start < 0 {
			start = i
		}
		kind = k
	}
	flush(len(text))
	return out
}

// The classes of characters.
const (
	other = iota
	letter
	dense // letters of a script that is written without spaces
)

func class(r rune) int {
	switch {
	case r < utf8.RuneSelf:
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return letter
		}
		return other
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		return dense
	case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
		return letter
	}
	return other
}

func appendWord(out []word, s string, kind int) []word {
	if kind == dense {
		return appendPairs(out, s)
	}
	first, _ := utf8.DecodeRuneInString(s)
	lower := strings.ToLower(s)
	if stopped[lower] || utf8.RuneCountInString(s) == 1 && !unicode.IsDigit(first) {
		return out
	}
	w := word{stem: stem(lower)}
	switch {
	case strings.ContainsFunc(s, unicode.IsDigit):
		w.shape = number
	case unicode.IsUpper(first):
		w.shape = name
	}
	return append(out, w)
}

// appendPairs adds each two neighbouring characters, but none that touch a
// function word.
func appendPairs(out []word, s string) []word {
	for _, run := range strings.Split(denseStops.Replace(s), "\x00") {
		last := rune(-1)
		for i, r := range run {
			if last >= 0 {
				out = append(out, word{string(last) + string(r), pair})
			} else if i+utf8.RuneLen(r) == len(run) {
				out = append(out, word{string(r), pair})
			}
			last = r
		}
	}
	return out
}

// stem cuts the endings of inflection, lightly: English ones and the Arabic
// article. alike bridges the rest.
func stem(s string) string {
	if rest, ok := strings.CutPrefix(s, "ال"); ok && utf8.RuneCountInString(rest) >= 3 {
		return rest
	}
	if len(s) < 4 || s[0] >= utf8.RuneSelf {
		return s
	}
	switch {
	case strings.HasSuffix(s, "ies") && len(s) > 4:
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(s, "sses"), strings.HasSuffix(s, "xes"), strings.HasSuffix(s, "ches"), strings.HasSuffix(s, "shes"):
		s = s[:len(s)-2]
	case strings.HasSuffix(s, "s") && !strings.HasSuffix(s, "ss") && !strings.HasSuffix(s, "us") && !strings.HasSuffix(s, "is"):
		s = s[:len(s)-1]
	}
	for _, end := range []string{"ing", "edly", "ed", "ly"} {
		if rest, ok := strings.CutSuffix(s, end); ok && len(rest) >= 2 && strings.ContainsAny(rest, "aeiouy") {
			return undouble(rest)
		}
	}
	return strings.TrimSuffix(s, "e")
}

// undouble turns "stopp" into "stop" and "use" into "us", as stem does with the
// plain forms.
func undouble(s string) string {
	n := len(s)
	if s[n-1] == s[n-2] && !strings.ContainsRune("aeiouls", rune(s[n-1])) {
		return s[:n-1]
	}
	return strings.TrimSuffix(s, "e")
}

// alike is how far two stems mean the same, from 0 to 1: words that share most
// of their beginning are often forms of one word.
func alike(a, b string) float64 {
	if a == b {
		return 1
	}
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	longer := max(len(a), len(b))
	if n >= 4 && n == min(len(a), len(b)) && longer-n <= 3 {
		return 0.9
	}
	if n >= 5 && 10*n >= 7*longer {
		return 0.7
	}
	return 0
}
