package provider

import (
	"errors"
	"regexp"
	"unicode"

	"ragserver/remote"
)

// Tokens estimates how many tokens text is, rather too many than too few: a
// token is four letters or digits of a word of ours, and every other visible
// character one by itself.
func Tokens(text string) int {
	n, _ := measure(text, int(^uint(0)>>1))
	return n
}

// Cut returns the beginning of text that has at most limit tokens.
func Cut(text string, limit int) string {
	_, end := measure(text, limit)
	return text[:end]
}

// measure counts tokens up to limit, and the bytes that they take.
func measure(text string, limit int) (tokens, end int) {
	word := 0 // letters so far
	for i, r := range text {
		fresh := 0
		switch {
		case r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if word%4 == 0 {
				fresh = 1
			}
			word++
		case unicode.IsSpace(r):
			word = 0
		default:
			fresh, word = 1, 0
		}
		if tokens+fresh > limit {
			return tokens, i
		}
		tokens += fresh
	}
	return tokens, len(text)
}

var tooLong = regexp.MustCompile(`(?i)context.{0,10}(length|size|window)|too (long|large|many tokens)|max\w* .{0,30}(token|length|context)|(token|length).{0,40}exceed|exceed.{0,40}(token|length|context)`)

// shorten cuts the longest of inputs by a third if err says that one was too
// long for the model; our estimate cannot be right for all models.
func shorten(err error, inputs []string) bool {
	e, ok := errors.AsType[*remote.Error](err)
	if !ok || e.Status < 400 || e.Status == 429 || !tooLong.MatchString(e.Message) {
		return false
	}
	limit := 0
	for _, s := range inputs {
		limit = max(limit, Tokens(s))
	}
	limit = limit * 2 / 3
	for i, s := range inputs {
		inputs[i] = Cut(s, limit)
	}
	return limit >= 32
}
