package builtin

import (
	"sort"
	"unicode/utf16"
)

// A cmap says what the codes of a font mean, as its ToUnicode stream lists them.
type cmap struct {
	lengths [5]bool // which lengths of codes there are
	chars   map[string]string
	ranges  []codeRange // sorted by low within each length
}

type codeRange struct {
	low, high string
	first     string // meaning of low, in UTF-16
}

const maxMappings = 500_000

// readCMap reads a ToUnicode stream; nil if there is nothing in it.
func readCMap(data []byte) *cmap {
	m := &cmap{chars: map[string]string{}}
	l := &lexer{data: data}
	var args []any
	for t := l.next(); t != nil; t = l.next() {
		op, ok := t.(keyword)
		if !ok {
			if len(args) < 3*maxMappings {
				args = append(args, t)
			}
			continue
		}
		switch op {
		case "endcodespacerange":
			m.addSpace(args)
		case "endbfchar":
			m.addChars(args)
		case "endbfrange":
			m.addRanges(args)
		}
		args = args[:0]
	}
	sort.SliceStable(m.ranges, func(i, j int) bool {
		a, b := m.ranges[i], m.ranges[j]
		return len(a.low) < len(b.low) || len(a.low) == len(b.low) && a.low < b.low
	})
	if len(m.chars) == 0 && len(m.ranges) == 0 {
		return nil
	}
	return m
}

func (m *cmap) addSpace(args []any) {
	for _, a := range args {
		if s, ok := a.(str); ok && len(s) > 0 && len(s) < len(m.lengths) {
			m.lengths[len(s)] = true
		}
	}
}

func (m *cmap) addChars(args []any) {
	for i := 0; i+1 < len(args) && len(m.chars) < maxMappings; i += 2 {
		code, ok1 := args[i].(str)
		to, ok2 := args[i+1].(str)
		if ok1 && ok2 {
			m.chars[string(code)] = fromUTF16(string(to))
		}
	}
}

func (m *cmap) addRanges(args []any) {
	for i := 0; i+2 < len(args) && len(m.ranges) < maxMappings; i += 3 {
		low, ok1 := args[i].(str)
		high, ok2 := args[i+1].(str)
		if !ok1 || !ok2 || len(low) == 0 || len(low) > 4 {
			continue
		}
		switch to := args[i+2].(type) {
		case str:
			m.ranges = append(m.ranges, codeRange{string(low), string(high), string(to)})
		case []any:
			for j, e := range to {
				if s, ok := e.(str); ok && len(m.chars) < maxMappings {
					m.chars[add(string(low), j)] = fromUTF16(string(s))
				}
			}
		}
	}
}

// length returns how many bytes the code at the beginning of s has.
func (m *cmap) length(s string) int {
	for n := 1; n < len(m.lengths) && n <= len(s); n++ {
		if _, known := m.lookup(s[:n]); known && m.lengths[n] {
			return n
		}
	}
	for n := len(m.lengths) - 1; n > 0; n-- {
		if m.lengths[n] {
			return n
		}
	}
	return 2
}

func (m *cmap) lookup(code string) (string, bool) {
	if t, ok := m.chars[code]; ok {
		return t, true
	}
	i := sort.Search(len(m.ranges), func(i int) bool {
		low := m.ranges[i].low
		return len(low) > len(code) || len(low) == len(code) && low > code
	}) - 1
	if i < 0 || len(m.ranges[i].low) != len(code) || m.ranges[i].high < code {
		return "", false
	}
	r := m.ranges[i]
	return fromUTF16(add(r.first, value(code)-value(r.low))), true
}

func value(code string) int {
	n := 0
	for i := range len(code) {
		n = n<<8 | int(code[i])
	}
	return n
}

// add adds n to a big-endian number.
func add(code string, n int) string {
	b := []byte(code)
	for i := len(b) - 1; i >= 0 && n > 0; i-- {
		n += int(b[i])
		b[i] = byte(n)
		n >>= 8
	}
	return string(b)
}

func fromUTF16(s string) string {
	if len(s) == 1 {
		return string(rune(s[0]))
	}
	units := make([]uint16, 0, len(s)/2)
	for i := 0; i+1 < len(s) && len(units) < 64; i += 2 {
		units = append(units, uint16(s[i])<<8|uint16(s[i+1]))
	}
	return string(utf16.Decode(units))
}
