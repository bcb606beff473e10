// Package numfmt shows the values of cells as spreadsheet programs do: by number
// formats, ECMA-376 part 1, 18.8.30 and 18.8.31.
package numfmt

import (
	"math"
	"strconv"
	"strings"
)

// A Format is a number format that was read. Any goroutine may use it.
type Format struct {
	sections []section // at most four, the last for text if it has "@"
	general  bool      // the sections say no more than General
}

// maxCode is the length of the longest format that is read, in bytes; programs
// write up to 255 characters.
const maxCode = 1000

// Compile reads a format such as "#,##0.00;[Red]-#,##0.00". One that is too long
// is read as General.
func Compile(code string) *Format {
	trimmed := strings.TrimSpace(code)
	if trimmed == "" || strings.EqualFold(trimmed, "General") || trimmed == "@" || len(code) > maxCode {
		return &Format{general: true}
	}
	f := &Format{}
	for rest, more := code, true; more && len(f.sections) < 4; {
		var s section
		s, rest, more = parseSection(rest)
		f.sections = append(f.sections, s)
	}
	return f
}

// Text returns how a text is shown.
func (f *Format) Text(s string) string {
	if f.general || len(f.sections) == 0 {
		return s
	}
	last := &f.sections[len(f.sections)-1]
	if last.kind != textual && len(f.sections) < 4 {
		return s
	}
	var b strings.Builder
	for _, t := range last.tokens {
		switch t.kind {
		case text:
			b.WriteString(s)
		case literal:
			b.WriteString(t.text)
		}
	}
	return b.String()
}

// IsDate reports whether numbers are shown as dates or times.
func (f *Format) IsDate() bool {
	return len(f.sections) > 0 && f.sections[0].kind == date
}

// Number returns how a number is shown. Dates count from 1904 if late is true,
// otherwise from 1900.
func (f *Format) Number(v float64, late bool) string {
	if f.general || math.IsNaN(v) || math.IsInf(v, 0) {
		return General(v)
	}
	s, signed := f.choose(v)
	if s == nil {
		return General(v)
	}
	var shown string
	switch s.kind {
	case date:
		var ok bool
		if shown, ok = s.date(v, late); !ok {
			return General(v)
		}
		signed = false
	case textual, general:
		shown = s.around(General(math.Abs(v)))
	case number:
		shown = s.number(math.Abs(v))
	case fraction:
		shown = s.fraction(math.Abs(v))
	case scientific:
		shown = s.scientific(math.Abs(v))
	}
	if signed && strings.ContainsAny(shown, "123456789") {
		shown = "-" + strings.TrimLeft(shown, " ")
	}
	return strings.TrimSpace(shown)
}

// choose returns the section that shows v, and whether a minus sign has to be
// added to what it shows.
func (f *Format) choose(v float64) (*section, bool) {
	sections := f.sections
	if n := len(sections); n > 1 && sections[n-1].kind == textual || n == 4 {
		sections = sections[:n-1]
	}
	for i := range sections {
		if s := &sections[i]; s.condition != "" && s.holds(v) {
			return s, v < 0 && !(strings.HasPrefix(s.condition, "<") && s.limit <= 0)
		}
	}
	if len(sections) == 0 {
		return nil, false
	}
	if sections[0].condition != "" {
		for i := range sections {
			if sections[i].condition == "" {
				return &sections[i], v < 0
			}
		}
		return nil, false
	}
	switch {
	case v < 0 && len(sections) > 1 && sections[1].condition == "":
		return &sections[1], false
	case v == 0 && len(sections) > 2:
		return &sections[2], false
	}
	return &sections[0], v < 0
}

func (s *section) holds(v float64) bool {
	switch s.condition {
	case "<":
		return v < s.limit
	case "<=":
		return v <= s.limit
	case ">":
		return v > s.limit
	case ">=":
		return v >= s.limit
	case "=":
		return v == s.limit
	}
	return v != s.limit // "<>"
}

// General returns a number as it is shown without a format, but with all of the
// fifteen digits that it has, where programs show what the column has room for.
func General(v float64) string {
	switch {
	case v == 0:
		return "0" // also for -0
	case math.IsNaN(v) || math.IsInf(v, 0):
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	if a := math.Abs(v); a >= 1e21 || a < 1e-9 {
		s := strconv.FormatFloat(v, 'E', 14, 64)
		mantissa, exponent, _ := strings.Cut(s, "E")
		return strings.TrimRight(strings.TrimRight(mantissa, "0"), ".") + "E" + exponent
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'E', 14, 64), 64)
	if err != nil {
		rounded = v
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

// Builtin returns the format of a number that files need not define, General for
// one that nobody knows. Dates in the form of the reader's country are shown as
// ISO 8601 has them.
func Builtin(id int) string { return builtin[id] }

var builtin = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
	5: `"$"#,##0;\("$"#,##0\)`, 6: `"$"#,##0;\("$"#,##0\)`, 7: `"$"#,##0.00;\("$"#,##0.00\)`, 8: `"$"#,##0.00;\("$"#,##0.00\)`,
	9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
	14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
	27: "yyyy-mm-dd", 28: "yyyy-mm-dd", 29: "yyyy-mm-dd", 30: "yyyy-mm-dd", 31: "yyyy-mm-dd", 32: "h:mm", 33: "h:mm:ss", 34: "h:mm AM/PM", 35: "h:mm:ss AM/PM", 36: "yyyy-mm-dd",
	37: `#,##0;\(#,##0\)`, 38: `#,##0;\(#,##0\)`, 39: `#,##0.00;\(#,##0.00\)`, 40: `#,##0.00;\(#,##0.00\)`,
	41: `#,##0;\(#,##0\);\-`, 42: `"$"#,##0;\("$"#,##0\);"$"\-`, 43: `#,##0.00;\(#,##0.00\);\-`, 44: `"$"#,##0.00;\("$"#,##0.00\);"$"\-`,
	45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
	50: "yyyy-mm-dd", 51: "yyyy-mm-dd", 52: "yyyy-mm-dd", 53: "yyyy-mm-dd", 54: "yyyy-mm-dd", 55: "yyyy-mm-dd", 56: "yyyy-mm-dd", 57: "yyyy-mm-dd", 58: "yyyy-mm-dd",
}
