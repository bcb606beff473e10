package api

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	rag "ragserver"
)

// appendMetadata appends the JSON of a document's metadata with its keys in
// order, and of id under Pathway's name for it.
func appendMetadata(b []byte, m map[string]any, id string) []byte {
	var space [24]string // on the stack; metadata with more keys goes to the heap
	keys := space[:0]
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	b = append(b, '{')
	for _, k := range keys {
		if k == fileIDKey {
			continue
		}
		b = appendString(b, k)
		b = append(b, ':')
		b = appendValue(b, m[k])
		b = append(b, ',')
	}
	b = append(b, `"`+fileIDKey+`":`...)
	b = appendString(b, id)
	return append(b, '}')
}

// appendValue appends what rag.Document.Metadata may hold without reflection,
// and anything else as encoding/json writes it.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendString(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return appendFloat(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	}
	other, err := json.Marshal(v)
	if err != nil {
		return appendString(b, fmt.Sprint(v))
	}
	return append(b, other...)
}

// appendFloat appends v, or null where JSON has no number for it.
func appendFloat(b []byte, v float64) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}

const hexDigits = "0123456789abcdef"

// appendString appends s in quotes. Only what JSON must have escaped is
// escaped; bytes that are not UTF-8 become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		b = appendEscape(b, c)
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// appendEscape appends a byte that cannot stand for itself.
func appendEscape(b []byte, c byte) []byte {
	switch {
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\r':
		return append(b, '\\', 'r')
	case c == '\t':
		return append(b, '\\', 't')
	case c < ' ':
		return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	default:
		return append(b, "\uFFFD"...)
	}
}

// fileIDKey is Pathway's name for what names a file in metadata.
const fileIDKey = "_file_id"

// fileID is the same as long as the document has the same URI, and says nothing
// about it.
func fileID(uri rag.URI) string {
	sum := sha256.Sum256([]byte(uri))
	return "^" + base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])
}
