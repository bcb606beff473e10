package builtin

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// normal makes the frame of a file what the library insists on: "%PDF-1.x" and a
// line end at the very start, and "%%EOF" at the end. Data is copied when it has
// to be changed.
func normal(data []byte) []byte {
	if i := bytes.Index(data[:min(len(data), 1024)], []byte("%PDF-")); i > 0 {
		data = data[i:]
	}
	if i := bytes.LastIndex(data, []byte("%%EOF")); i > 0 {
		data = data[:i+5]
	}
	if len(data) < 10 {
		return data
	}
	if string(data[:7]) == "%PDF-1." && data[7] >= '0' && data[7] <= '7' && (data[8] == '\r' || data[8] == '\n') {
		return data
	}
	data = bytes.Clone(data)
	copy(data, "%PDF-1.7\n")
	return data
}

var (
	objectStart = regexp.MustCompile(`(?:^|[\r\n\s>])(\d{1,8})[ \t]+(\d{1,5})[ \t\r\n]+obj\b`)
	trailerDict = regexp.MustCompile(`trailer\s*<<`)
	rootEntry   = regexp.MustCompile(`/Root\s+(\d+)\s+(\d+)\s+R`)
	encryptRef  = regexp.MustCompile(`/Encrypt\s+(\d+\s+\d+\s+R)`)
	idEntry     = regexp.MustCompile(`/ID\s*\[\s*(?:<[0-9A-Fa-f]*>\s*){2}\]`)
	catalogType = regexp.MustCompile(`/Type\s*/Catalog\b`)
	objectPack  = regexp.MustCompile(`/Type\s*/ObjStm\b`)
	tableSize   = regexp.MustCompile(`(?:\bxref\s+|/Size\s+|/Index\s*\[\s*)(\d+)(?:\s+(\d+))?`)
	tableStart  = regexp.MustCompile(`\bxref\b`)
	hugeSection = regexp.MustCompile(`[\r\n][ \t]*(?:\d{8,}[ \t]+\d+|\d+[ \t]+\d{8,})[ \t]*[\r\n]`)
	intEntry    = regexp.MustCompile(`/(N|First)\s+(\d+)`)
)

const maxObjects = 1_000_000

// sane reports whether the tables of objects have sizes that the library can be
// trusted with: it allocates what a file promises.
func sane(data []byte) bool {
	for _, m := range tableSize.FindAllSubmatch(data, 1000) {
		if large(m[1]) || large(m[2]) {
			return false
		}
	}
	for _, m := range tableStart.FindAllIndex(data, 1000) {
		table, _, _ := bytes.Cut(data[m[1]:], []byte("trailer"))
		if hugeSection.Match(table[:min(len(table), 32<<20)]) {
			return false
		}
	}
	return true
}

func large(digits []byte) bool {
	n, err := strconv.Atoi(string(digits))
	return len(digits) > 0 && (err != nil || n > maxObjects)
}

// rebuild returns data with a new table of objects at its end, made by looking
// for everything that looks like an object. Objects packed into streams are
// unpacked.
func rebuild(data []byte) []byte {
	out := append(bytes.Clone(normal(data)), '\n')
	offsets := map[int]int{}
	generations := map[int]int{}
	root := 0
	found := objectStart.FindAllSubmatchIndex(out, maxObjects)
	for i, m := range found {
		number, _ := strconv.Atoi(string(out[m[2]:m[3]]))
		generation, _ := strconv.Atoi(string(out[m[4]:m[5]]))
		offsets[number], generations[number] = m[2], generation
		end := len(out)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		body := out[m[1]:min(end, m[1]+2000)]
		if catalogType.Match(body) {
			root = number
		}
		if objectPack.Match(body) && !encryptRef.Match(data) {
			out = unpack(out, m[1], end, offsets, &root)
		}
	}
	return appendTable(out, data, offsets, generations, root)
}

// unpack appends the objects of the object stream at [start, end).
func unpack(out []byte, start, end int, offsets map[int]int, root *int) []byte {
	head := out[start:end]
	i := bytes.Index(head, []byte("stream"))
	if i < 0 || !bytes.Contains(head[:i], []byte("/FlateDecode")) && !bytes.Contains(head[:i], []byte("/Fl")) {
		return out
	}
	n, first := 0, 0
	for _, m := range intEntry.FindAllSubmatch(head[:i], -1) {
		v, _ := strconv.Atoi(string(m[2]))
		if string(m[1]) == "N" {
			n = v
		} else {
			first = v
		}
	}
	raw := bytes.TrimPrefix(bytes.TrimPrefix(head[i+6:], []byte("\r")), []byte("\n"))
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return out
	}
	body, err := io.ReadAll(io.LimitReader(z, 16<<20))
	if err != nil && len(body) == 0 || first > len(body) {
		return out
	}
	return appendObjects(out, body, n, first, offsets, root)
}

func appendObjects(out, body []byte, n, first int, offsets map[int]int, root *int) []byte {
	l := &lexer{data: body[:first]}
	var at []int // number and offset in turn
	for t := l.next(); t != nil && len(at) < 2*n; t = l.next() {
		v, _ := t.(float64)
		at = append(at, int(v))
	}
	for i := 0; i+1 < len(at); i += 2 {
		start, end := first+at[i+1], len(body)
		if i+3 < len(at) {
			end = first + at[i+3]
		}
		if start < 0 || start > end || end > len(body) || len(out) > 1<<30 {
			continue
		}
		offsets[at[i]] = len(out)
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", at[i], body[start:end])
		if catalogType.Match(body[start:end]) {
			*root = at[i]
		}
	}
	return out
}

// appendTable appends a cross-reference table and a trailer.
func appendTable(out, data []byte, offsets, generations map[int]int, root int) []byte {
	if m := trailerDict.FindAllIndex(data, -1); root == 0 && len(m) > 0 {
		if r := rootEntry.FindSubmatch(data[m[len(m)-1][0]:]); r != nil {
			root, _ = strconv.Atoi(string(r[1]))
		}
	}
	size := 0
	for n := range offsets {
		if n < maxObjects {
			size = max(size, n+1)
		}
	}
	start := len(out)
	out = fmt.Appendf(out, "xref\n0 1\n0000000000 65535 f \n")
	for n := range size {
		if at, ok := offsets[n]; ok && n > 0 {
			out = fmt.Appendf(out, "%d 1\n%010d %05d n \n", n, at, generations[n])
		}
	}
	out = fmt.Appendf(out, "trailer\n<< /Size %d /Root %d %d R", size, root, generations[root])
	if m := encryptRef.FindSubmatch(data); m != nil {
		out = fmt.Appendf(out, " /Encrypt %s %s", m[1], idEntry.Find(data))
	}
	return fmt.Appendf(out, " >>\nstartxref\n%d\n%%%%EOF\n", start)
}
