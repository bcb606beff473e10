// Package charset turns text in any encoding into UTF-8.
package charset

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"

	"ragserver/parse"
)

// A Result is decoded text.
type Result struct {
	Text     string // valid UTF-8, without a byte order mark, otherwise as in the file
	Encoding string // WHATWG name, as in "windows-1251"
	Replaced int    // characters that could not be decoded and became U+FFFD
}

// Warning returns a sentence about replaced characters, "" if there are none.
func (r Result) Warning() string {
	if r.Replaced == 0 {
		return ""
	}
	return fmt.Sprintf("%d characters are not valid %s and were replaced", r.Replaced, r.Encoding)
}

// Decode decodes data. A byte order mark decides its encoding, then the bytes
// if they can only be Unicode, then declared (a name as in an HTTP header, ""
// if there is none) where the bytes do not contradict it, then statistics.
// Data that is not text gives an error that is parse.ErrUnsupported.
func Decode(data []byte, declared string) (Result, error) {
	if name, n := bom(data); n > 0 {
		return decode(data[n:], name)
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return decodeWide(data)
	}
	escaped := escapes(data)
	if utf8.Valid(data) && escaped == "" {
		if controls(data) {
			return Result{}, errBinary
		}
		return Result{Text: string(data), Encoding: "utf-8"}, nil
	}
	return decode(data, narrow(data, declared, escaped))
}

var errBinary = fmt.Errorf("binary data, not text: %w", parse.ErrUnsupported)

func narrow(data []byte, declared, escaped string) string {
	if escaped != "" {
		return escaped
	}
	if mostlyUTF8(data) {
		return "utf-8"
	}
	if _, name := charset.Lookup(declared); name != "" && name != "utf-8" && name != "replacement" && plausible(data, name) {
		return name
	}
	return guess(data)
}

func decode(data []byte, name string) (Result, error) {
	e := find(name)
	if e == nil {
		return Result{}, errBinary
	}
	if name == "utf-8" {
		return fromUTF8(data)
	}
	if wide := name[:3] == "utf"; !wide && controls(data) {
		return Result{}, errBinary
	}
	out, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return Result{}, fmt.Errorf("decoding %s: %w", name, err)
	}
	out = bytes.ToValidUTF8(out, []byte("\uFFFD"))
	if controls(out) {
		return Result{}, errBinary
	}
	return Result{string(out), name, bytes.Count(out, []byte("\uFFFD"))}, nil
}

func fromUTF8(data []byte) (Result, error) {
	if controls(data) {
		return Result{}, errBinary
	}
	replaced := 0
	out := make([]byte, 0, len(data)+len(data)/64)
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			replaced++
		}
		out = utf8.AppendRune(out, r)
		data = data[n:]
	}
	return Result{string(out), "utf-8", replaced}, nil
}

// find returns the encoding of a WHATWG name, or of the two that WHATWG left
// out.
func find(name string) encoding.Encoding {
	switch name {
	case "":
		return nil
	case "utf-16le":
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case "utf-16be":
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case "utf-32le":
		return utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)
	case "utf-32be":
		return utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)
	}
	e, _ := charset.Lookup(name)
	return e
}

func bom(data []byte) (name string, n int) {
	switch {
	case bytes.HasPrefix(data, []byte("\xEF\xBB\xBF")):
		return "utf-8", 3
	case bytes.HasPrefix(data, []byte("\xFF\xFE\x00\x00")):
		return "utf-32le", 4
	case bytes.HasPrefix(data, []byte("\x00\x00\xFE\xFF")):
		return "utf-32be", 4
	case bytes.HasPrefix(data, []byte("\xFF\xFE")):
		return "utf-16le", 2
	case bytes.HasPrefix(data, []byte("\xFE\xFF")):
		return "utf-16be", 2
	}
	return "", 0
}
