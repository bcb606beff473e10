package llm

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"unicode"
)

// NewMarker returns a word that nobody could know when a document was written.
// Lines with it fence the document off in a prompt.
func NewMarker() string {
	var b [8]byte
	rand.Read(b[:]) // never fails: it ends the program instead
	return hex.EncodeToString(b[:])
}

// Fenced makes a document's text safe inside of a fence: no marker, nothing that
// looks like a fence or like a model's own control words, no invisible
// characters.
func Fenced(text, marker string) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) && !unicode.In(r, unicode.Cf, unicode.Co, unicode.Cs) || r == joiner {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.NewReplacer("<<<", "‹‹‹", ">>>", "›››", "<|", "< |", "|>", "| >", marker, "(removed)").Replace(text)
}

// joiner holds emoji and letters of some scripts together; it is kept.
const joiner = '\u200D'
