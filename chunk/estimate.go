package chunk

import (
	"unicode"
	"unicode/utf8"
)

// Estimate is about the number of tokens that common models make of text: one
// for six letters of a word, three letters beyond ASCII, an ideograph, a sign.
func Estimate(text string) int {
	n, sixths := 0, 0
	end := func() {
		n += (sixths + 5) / 6
		sixths = 0
	}
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf && (r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'):
			sixths++
		case r <= ' ' || r >= utf8.RuneSelf && unicode.IsSpace(r):
			end()
		case r < utf8.RuneSelf || r >= 0x2e80:
			end()
			n++
		default:
			sixths += 2
		}
	}
	end()
	return n
}
