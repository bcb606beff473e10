package chunk

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxGrapheme is the bytes of the longest grapheme that is kept whole. The
// longest emoji have 35; a letter under a thousand marks is not one to a reader.
const maxGrapheme = 256

// grapheme returns the length of the first grapheme of text, which begins at
// the beginning of one. A longer one than maxGrapheme is cut between characters.
func grapheme(text string) int {
	if len(text) == 1 || text[0] < utf8.RuneSelf && text[1] < utf8.RuneSelf && text[0] != '\r' {
		return 1
	}
	if len(text) > 3 && ideographic(text[0]) && (ideographic(text[3]) || text[3] < utf8.RuneSelf) {
		return 3
	}
	limit := min(len(text), maxGrapheme)
	for limit < len(text) && !utf8.RuneStart(text[limit]) {
		limit--
	}
	if limit == 0 {
		limit = min(len(text), maxGrapheme) // not UTF-8
	}
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(text[:limit], -1)
	return len(cluster)
}

// ideographic reports whether b begins a character from U+4000 to U+9FFF. Nearly
// all are ideographs, none joins with its neighbours.
func ideographic(b byte) bool { return b >= 0xe4 && b <= 0xe9 }

// whole reports whether a grapheme ends before text[i:] and another begins
// there, where the character before i is white space or punctuation, which what
// comes before it cannot change.
func whole(text string, i int) bool {
	if i == 0 || i == len(text) {
		return true
	}
	if text[i] < utf8.RuneSelf && text[i-1] < utf8.RuneSelf {
		return text[i] != '\n' || text[i-1] != '\r'
	}
	_, before := utf8.DecodeLastRuneInString(text[:i])
	_, after := utf8.DecodeRuneInString(text[i:])
	pair := text[i-before : i+after]
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(pair, -1)
	return len(cluster) < len(pair)
}
