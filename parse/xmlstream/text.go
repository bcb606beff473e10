package xmlstream

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// longestEntity is how many bytes an entity may have, as in "&#x10FFFF;".
const longestEntity = 12

// chars reads text up to the next tag, or as much of it as waits.
func (x *Reader) chars() {
	i := bytes.IndexByte(x.buf[x.pos:x.end], '<')
	for i < 0 && x.end-x.pos < firstBuffer/2 && x.more() {
		i = bytes.IndexByte(x.buf[x.pos:x.end], '<')
	}
	if i < 0 {
		i = x.end - x.pos
		if amp := bytes.LastIndexByte(x.buf[x.pos:x.end], '&'); amp > 0 && i-amp < longestEntity && x.err == nil {
			i = amp // it goes on in what is not yet read
		}
	}
	x.kind, x.text = Text, unescape(x.buf[x.pos:x.pos+i])
	x.pos += i
}

// unescape replaces entities, in place.
func unescape(s []byte) []byte {
	amp := bytes.IndexByte(s, '&')
	if amp < 0 {
		return s
	}
	out := s[:amp]
	for i := amp; i < len(s); {
		if s[i] == '&' {
			if r, n := entity(s[i:]); n > 0 {
				out = utf8.AppendRune(out, r) // never longer than the entity
				i += n
				continue
			}
		}
		out = append(out, s[i])
		i++
	}
	return out
}

// entity returns the character that s begins with an entity for, and the length
// of that; 0 if there is none.
func entity(s []byte) (rune, int) {
	end := bytes.IndexByte(s[:min(len(s), longestEntity)], ';')
	if end < 2 {
		return 0, 0
	}
	switch name := string(s[1:end]); {
	case name == "amp":
		return '&', end + 1
	case name == "lt":
		return '<', end + 1
	case name == "gt":
		return '>', end + 1
	case name == "quot":
		return '"', end + 1
	case name == "apos":
		return '\'', end + 1
	case name[0] == '#' && len(name) > 1:
		digits, base := name[1:], 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		n, err := strconv.ParseUint(digits, base, 32)
		if r := rune(n); err == nil && n <= utf8.MaxRune && utf8.ValidRune(r) && utf8.RuneLen(r) <= end+1 {
			return r, end + 1
		}
	}
	return 0, 0
}

var declared = regexp.MustCompile(`^[^<]{0,9}<\?xml[^>]*encoding=["']([A-Za-z0-9._:-]+)["']`)

// decoded returns the document in r as UTF-8.
func decoded(r io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(r, 4096)
	head, _ := b.Peek(300)
	switch m := declared.FindSubmatch(head); {
	case len(head) > 1 && (head[0] == 0xFE && head[1] == 0xFF || head[0] == 0xFF && head[1] == 0xFE):
		return transform.NewReader(b, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()), nil
	case len(head) > 3 && head[0] == 0 && head[1] == '<':
		return transform.NewReader(b, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder()), nil
	case len(head) > 3 && head[0] == '<' && head[1] == 0:
		return transform.NewReader(b, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder()), nil
	case m != nil && !bytes.EqualFold(m[1], []byte("utf-8")):
		return charset.NewReaderLabel(string(m[1]), b)
	}
	return b, nil
}
