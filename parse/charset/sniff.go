package charset

import (
	"bytes"
	"unicode/utf8"
)

// controls reports whether data has more control characters than a text may have:
// one in fifty of the first 64 KiB, and more than two. Escape, tab, line and page breaks count as
// text.
func controls(data []byte) bool {
	data = data[:min(len(data), 64<<10)]
	n := 0
	for _, b := range data {
		if b < 0x20 && !spaceByte(b) && b != 0x1B && b != '\b' || b == 0x7F {
			n++
		}
	}
	return n > 2 && n*50 > len(data)
}

// mostlyUTF8 reports whether data is UTF-8 with damage: ten good characters
// beyond ASCII for each bad byte.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good > 0 && good >= 10*bad
}

// escapes returns the name of the encoding whose escape sequences data has, ""
// if it has none.
func escapes(data []byte) string {
	for _, s := range []string{"\x1B$B", "\x1B$@", "\x1B(J"} {
		if bytes.Contains(data, []byte(s)) {
			return "iso-2022-jp"
		}
	}
	return ""
}

// sample returns the parts of data that say most about its encoding: whole
// lines with bytes beyond ASCII, up to about 64 KiB.
func sample(data []byte) []byte {
	const limit = 64 << 10
	if len(data) <= limit {
		return data
	}
	var out []byte
	for len(data) > 0 && len(out) < limit {
		line := data
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			line = data[:i+1]
		}
		data = data[len(line):]
		line = line[:min(len(line), limit)]
		if bytes.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) {
			out = append(out, line...)
		}
	}
	return out
}
