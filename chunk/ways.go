package chunk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// toBlank returns the length up to the end of the first blank line.
func toBlank(_ *Splitter, text string) int {
	for i := 0; ; {
		n := strings.IndexByte(text[i:], '\n')
		if n < 0 {
			return len(text)
		}
		i += n + 1
		next := i + len(text[i:]) - len(strings.TrimLeft(text[i:], " \t\r"))
		if next < len(text) && text[next] == '\n' {
			return next + 1
		}
		i = next
	}
}

// toLine returns the length of the first line with its end.
func toLine(_ *Splitter, text string) int {
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' && i+1 < len(text) && text[i+1] != '\n' {
			return i + 1
		}
	}
	return len(text)
}

// toClause returns the length of the first clause with the space after it.
func toClause(_ *Splitter, text string) int {
	for i, r := range text {
		switch r {
		case ',', ';', ':', '–', '—':
			if end := i + utf8.RuneLen(r); spaceAt(text, end) {
				if end = skipSpace(text, end); whole(text, end) {
					return end
				}
			}
		case '，', '、', '；', '：', '،', '؛':
			if end := skipSpace(text, i+utf8.RuneLen(r)); whole(text, end) {
				return end
			}
		}
	}
	return len(text)
}

// toWords returns the length of the first few words. Where they end depends on
// the last of them, and they have at most as many bytes as a chunk has tokens,
// unless it is a single word.
func toWords(s *Splitter, text string) int {
	for end := 0; end < len(text); {
		next := wordEnd(text, end)
		if next > s.budget && end > 0 {
			return end
		}
		if next >= s.budget/4 && xxhash.Sum64String(text[end:next])%8 == 0 {
			return next
		}
		end = next
	}
	return len(text)
}

// wordEnd returns the end of the word at i and of the space after it.
func wordEnd(text string, i int) int {
	for i < len(text) {
		n := strings.IndexFunc(text[i:], unicode.IsSpace)
		if n < 0 {
			break
		}
		if i = skipSpace(text, i+n); whole(text, i) {
			return i
		}
	}
	return len(text)
}

// toGraphemes returns the length of the first few graphemes. Where they end
// depends on the last two of them.
func toGraphemes(s *Splitter, text string) int {
	var before uint64
	for end := 0; end < len(text); {
		next := end + grapheme(text[end:])
		if next > s.budget && end > 0 {
			return end
		}
		hash := xxhash.Sum64String(text[end:next])
		if next >= s.budget/4 && (hash^before>>1)%32 == 0 {
			return next
		}
		end, before = next, hash
	}
	return len(text)
}

func spaceAt(text string, i int) bool {
	r, _ := utf8.DecodeRuneInString(text[i:])
	return unicode.IsSpace(r)
}
