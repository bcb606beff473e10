package chunk

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// toSentence returns the length of the first sentence with the space after it.
// A full stop ends a sentence before a space, unless it is an abbreviation's or
// a small letter follows; ideographic ones need no space.
func toSentence(_ *Splitter, text string) int {
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		stop := i
		i += n
		wide := r >= utf8.RuneSelf && strings.ContainsRune(wideStops, r)
		if !wide && r != '.' && r != '!' && r != '?' && r != '…' {
			continue
		}
		i = skipClosing(text, i)
		if !wide && (!spaceAt(text, i) || r == '.' && !ends(text, stop, i)) {
			continue
		}
		if end := skipSpace(text, i); whole(text, end) {
			return end
		}
	}
	return len(text)
}

const (
	wideStops = "。！？｡।॥؟۔።။"
	closing   = ".!?。！？\"')]}”’»›」』）】》"
)

// skipClosing returns the position after further stops and closing marks.
func skipClosing(text string, i int) int {
	for i < len(text) {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !strings.ContainsRune(closing, r) {
			break
		}
		i += n
	}
	return i
}

// ends reports whether the full stop at text[stop] ends a sentence; the next
// word comes at or after text[after].
func ends(text string, stop, after int) bool {
	next, _ := utf8.DecodeRuneInString(text[skipSpace(text, after):])
	if unicode.IsLower(next) {
		return false
	}
	from := max(0, stop-12)
	word := text[strings.LastIndexFunc(text[from:stop], notLetter)+1+from : stop]
	if utf8.RuneCountInString(word) == 1 {
		return !unicode.IsUpper([]rune(word)[0])
	}
	switch strings.ToLower(word) {
	case "mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "cf", "fig", "figs", "no", "nos", "al", "approx", "inc", "vol", "pp", "eq", "sec", "ca", "bzw", "z.b", "d.h":
		return false
	}
	return true
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) && r != '.' }
