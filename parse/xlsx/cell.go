package xlsx

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ragserver/parse/sheet"
	"ragserver/parse/xlsx/numfmt"
	"ragserver/parse/xmlstream"
)

// cell reads the cell that has just started.
func (w *worksheet) cell() {
	row, col := w.row-1, w.col
	if r, c, ok := reference(w.x.RawAttr("r")); ok {
		row, col = r, c
	}
	w.col = col + 1
	if w.book.Full() {
		w.book.Skip()
		w.x.Skip()
		return
	}
	kind, st := w.x.Attr("t"), w.style(w.x.RawAttr("s"))
	c := sheet.Cell{Row: row, Col: col, Strong: st.strong}
	formula := ""
	var raw []byte
	for done := false; !done; {
		switch w.x.Next() {
		case xmlstream.None:
			done = true
		case xmlstream.End:
			done = w.x.Name() == "c"
		case xmlstream.Start:
			switch w.x.Name() {
			case "v":
				raw = w.content()
			case "is":
				raw, kind = richText(w.x), "inlineStr"
			case "f":
				formula = string(w.content())
			default:
				w.x.Skip()
			}
		}
	}
	c.Text, c.Value = w.show(kind, raw, st.format)
	if formula != "" {
		if raw == nil {
			c.Text, c.Value = "="+valid(formula), true
		}
		if m := hyperlink.FindStringSubmatch(formula); m != nil {
			w.Link(row, col, valid(strings.ReplaceAll(m[1], `""`, `"`)))
		}
	}
	w.Add(c)
}

// hyperlink finds the address in a formula that makes a link.
var hyperlink = regexp.MustCompile(`(?i)^\s*HYPERLINK\(\s*"((?:[^"]|"")+)"`)

func (w *worksheet) style(id []byte) style {
	n := 0
	for _, c := range id {
		if c < '0' || c > '9' || n > maxStyles {
			return style{}
		}
		n = n*10 + int(c-'0')
	}
	if n < len(w.styles) {
		return w.styles[n]
	}
	return style{}
}

// show returns what people see of a cell's value, and whether that is a value and
// no text.
func (w *worksheet) show(kind string, raw []byte, f *numfmt.Format) (text string, value bool) {
	if len(raw) == 0 {
		return "", false
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(string(raw)))
		if err != nil || i < 0 || i >= len(w.strings) {
			w.wrong++
			return "", false
		}
		return formatted(w.strings[i], f), false
	case "inlineStr":
		return formatted(string(raw), f), false
	case "str":
		return formatted(string(unescape(raw)), f), false
	case "b":
		if s := strings.TrimSpace(string(raw)); s == "1" || s == "true" {
			return "TRUE", true
		}
		return "FALSE", true
	case "e":
		return string(raw), true
	case "d":
		return w.dated(strings.TrimSpace(string(raw)), f), true
	}
	return w.numbered(raw, f), true
}

func formatted(s string, f *numfmt.Format) string {
	if f == nil {
		return s
	}
	return f.Text(s)
}

// numbered shows a number. One that is no number is shown as it is.
func (w *worksheet) numbered(raw []byte, f *numfmt.Format) string {
	s := strings.TrimSpace(string(raw))
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return s
	}
	if f == nil {
		return numfmt.General(v)
	}
	return f.Number(v, w.late)
}

// dated shows a date of ISO 8601, which the strict form of the format allows.
func (w *worksheet) dated(s string, f *numfmt.Format) string {
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02", time.RFC3339} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if f == nil || !f.IsDate() {
			return strings.TrimSuffix(s, "T00:00:00")
		}
		first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
		if w.late {
			first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		return f.Number(t.Sub(first).Hours()/24, w.late)
	}
	return s
}
