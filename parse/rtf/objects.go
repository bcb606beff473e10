package rtf

import (
	"bytes"
	"encoding/binary"
	"path"
	"strings"
)

// object takes the words of files that are inside the document.
func (r *reader) object(name string) bool {
	switch name {
	case "objclass":
		r.take(func(string) {})
	case "objdata":
		digits := &strings.Builder{}
		r.now.capture, r.now.skip = digits, false
		r.now.end = func() {
			r.embedded(unhex(digits.String()))
		}
	default:
		return false
	}
	return true
}

// binary takes the bytes of a \bin, which stand in objects and pictures.
func (r *reader) binary(data []byte) {
	if r.now.capture == nil || r.now.skip {
		return
	}
	const digits = "0123456789abcdef"
	for _, c := range data {
		r.now.capture.WriteByte(digits[c>>4])
		r.now.capture.WriteByte(digits[c&15])
	}
}

func unhex(s string) []byte {
	out := make([]byte, 0, len(s)/2)
	var high byte
	half := false
	for i := range len(s) {
		d, ok := digit(s[i])
		if !ok {
			continue
		}
		if half {
			out = append(out, high<<4|d)
		}
		high, half = d, !half
	}
	return out
}

// embedded adds the file in an object as a part, [MS-OLEDS] 2.2.5.
func (r *reader) embedded(data []byte) {
	f := fields{data: data}
	f.skip(4) // version
	if kind := f.number(); kind != 2 || f.short {
		return // a link, or nothing
	}
	class := strings.TrimRight(string(f.sized()), "\x00")
	f.sized()
	f.sized()
	content := f.sized()
	name := class
	if strings.EqualFold(class, "Package") {
		name, content = unpack(content)
	}
	if len(content) == 0 || int64(len(content)) > r.parts.Room() {
		return
	}
	r.objects++
	if name = strings.Trim(name, "\x00 "); name == "" {
		name = "object"
	}
	// Its error is that of the context, which result returns.
	_ = r.parts.Add(strings.ToValidUTF8(name, "_"), "", content)
}

// unpack returns the name and the content of a file that was put into the
// document as it is.
func unpack(data []byte) (string, []byte) {
	f := fields{data: data}
	f.skip(2)
	label, file := f.text(), f.text()
	f.skip(4)
	f.sized() // where it was before
	content := f.sized()
	if f.short {
		return "", nil
	}
	if path.Ext(label) == "" && file != "" {
		label = path.Base(strings.ReplaceAll(file, `\`, "/"))
	}
	return label, content
}

// A fields reads numbers and texts from the beginning of data.
type fields struct {
	data  []byte
	short bool // data ended too early
}

func (f *fields) skip(n int) { f.next(n) }

func (f *fields) next(n int) []byte {
	if n < 0 || n > len(f.data) {
		f.short, f.data = true, nil
		return nil
	}
	out := f.data[:n]
	f.data = f.data[n:]
	return out
}

func (f *fields) number() int {
	b := f.next(4)
	if b == nil {
		return 0
	}
	return int(binary.LittleEndian.Uint32(b))
}

// sized returns bytes after their number; a text ends with a zero.
func (f *fields) sized() []byte {
	return f.next(f.number())
}

// text returns what stands before a zero.
func (f *fields) text() string {
	i := bytes.IndexByte(f.data, 0)
	if i < 0 {
		f.short, f.data = true, nil
		return ""
	}
	return string(f.next(i + 1)[:i])
}
