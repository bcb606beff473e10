package json

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// unescape replaces \uXXXX by its character where that is beyond ASCII and can
// be printed. Everything else stays as it is, so valid JSON stays valid.
func unescape(s string) string {
	if !strings.Contains(s, `\u`) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		r, n := escaped(s[i:])
		if n == 0 {
			b.WriteString(s[i : i+2])
			i += 2
			continue
		}
		b.WriteRune(r)
		i += n
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// escaped reads \uXXXX, or two of them that make one character; n is 0 if there
// is nothing to replace.
func escaped(s string) (r rune, n int) {
	r, n = unit(s), 6
	if utf16.IsSurrogate(r) {
		r, n = utf16.DecodeRune(r, unit(s[6:])), 12
	}
	if r < 0xA0 || r == unicode.ReplacementChar || !unicode.IsPrint(r) {
		return 0, 0
	}
	return r, n
}

func unit(s string) rune {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return -1
	}
	v, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil {
		return -1
	}
	return rune(v)
}
