package fs

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// escape makes valid UTF-8 of a name: a byte that is not becomes \xNN. So that
// unescape can tell, a backslash that begins such a sequence becomes \x5c.
func escape(name string) string {
	if utf8.ValidString(name) && !strings.Contains(name, `\x`) {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		_, isEscape := escaped(name[i:])
		if r == utf8.RuneError && n == 1 || isEscape {
			b.WriteString(`\x` + string("0123456789abcdef"[name[i]>>4]) + string("0123456789abcdef"[name[i]&15]))
			i++
			continue
		}
		b.WriteString(name[i : i+n])
		i += n
	}
	return b.String()
}

// unescape returns the name that escape was given.
func unescape(key string) string {
	if !strings.Contains(key, `\x`) {
		return key
	}
	var b strings.Builder
	for i := 0; i < len(key); {
		if c, ok := escaped(key[i:]); ok {
			b.WriteByte(c)
			i += len(`\xNN`)
			continue
		}
		b.WriteByte(key[i])
		i++
	}
	return b.String()
}

// escaped returns the byte that s begins with in the form \xNN.
func escaped(s string) (byte, bool) {
	if len(s) < 4 || s[:2] != `\x` {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:4], 16, 8)
	return byte(n), err == nil
}
