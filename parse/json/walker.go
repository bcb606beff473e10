package json

import (
	stdjson "encoding/json"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// A walker cuts a JSON value that is known to be valid into sections: a record
// (an object in an array) is one, and so are neighbouring small values. A value
// larger than whole is taken apart.
type walker struct {
	text     string
	sections []rag.Section
	group    rag.Section // neighbouring small values; empty if End is 0
}

const (
	whole    = 1500 // bytes; about one chunk
	maxDepth = 64
)

// value adds the value at pos under path and returns where it ends.
func (w *walker) value(pos int, path []string, depth int) int {
	end := skipValue(w.text, pos)
	open := w.text[pos]
	if open != '{' && open != '[' || end-pos <= whole && depth > 0 || depth > maxDepth {
		w.add(pos, end, path, open == '{')
		return end
	}
	w.flush()
	for pos = skipSpace(w.text, pos+1); pos < end-1; {
		pos = w.member(pos, path, open == '{', depth)
		pos = skipSpace(w.text, pos)
		if w.text[pos] == ',' {
			pos = skipSpace(w.text, pos+1)
		}
	}
	w.flush()
	return end
}

// member adds an element of an array, or a key with its value.
func (w *walker) member(pos int, path []string, keyed bool, depth int) int {
	if !keyed {
		return w.value(pos, path, depth+1)
	}
	start := pos
	pos = skipValue(w.text, pos)
	var key string
	if stdjson.Unmarshal([]byte(w.text[start:pos]), &key) != nil {
		key = w.text[start:pos]
	}
	pos = skipSpace(w.text, pos)
	pos = skipSpace(w.text, pos+1)
	end := skipValue(w.text, pos)
	if c := w.text[pos]; (c == '{' || c == '[') && end-pos > whole && depth < maxDepth {
		w.flush()
		key = parse.Cut(strings.ToValidUTF8(key, "\uFFFD"), 300)
		return w.value(pos, append(path[:len(path):len(path)], key), depth+1)
	}
	w.add(start, end, path, false)
	return end
}

func (w *walker) add(start, end int, path []string, record bool) {
	if w.group.End > 0 && (record || end-w.group.Start > whole) {
		w.flush()
	}
	if w.group.End == 0 {
		w.group = rag.Section{Kind: rag.Table, Start: start, Heading: path}
	}
	w.group.End = end
	if record {
		w.flush()
	}
}

func (w *walker) flush() {
	if w.group.End > 0 {
		w.sections = append(w.sections, w.group)
	}
	w.group = rag.Section{}
}

func skipSpace(s string, pos int) int {
	for pos < len(s) && strings.IndexByte(" \t\r\n", s[pos]) >= 0 {
		pos++
	}
	return pos
}

// skipValue returns where the value at pos ends.
func skipValue(s string, pos int) int {
	depth := 0
	for ; pos < len(s); pos++ {
		switch s[pos] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return pos
			}
			if depth--; depth == 0 {
				return pos + 1
			}
		case '"':
			if pos = skipString(s, pos); depth == 0 {
				return pos
			}
			pos--
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return pos
			}
		}
	}
	return pos
}

func skipString(s string, pos int) int {
	for pos++; pos < len(s) && s[pos] != '"'; pos++ {
		if s[pos] == '\\' {
			pos++
		}
	}
	return min(pos+1, len(s))
}
