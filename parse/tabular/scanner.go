package tabular

import (
	"strings"

	"ragserver/parse"
)

// A scanner reads rows. A quote opens a quoted field only at the beginning of a
// field, and one that is not closed within maxField is an ordinary character:
// a stray quote must not swallow the rest of the file.
type scanner struct {
	text      string
	delimiter byte
	pos       int
	unclosed  int // quotes found to be ordinary

	// The row that next found; valid until the next call.
	start, end int
	fields     []string
}

const maxField = 64 << 10

// next finds the next row that is not blank, and reports whether there is one.
func (s *scanner) next() bool {
	for s.pos < len(s.text) {
		s.start, s.fields = s.pos, s.fields[:0]
		s.row()
		if strings.TrimSpace(s.text[s.start:s.end]) != "" {
			return true
		}
	}
	return false
}

func (s *scanner) row() {
	for {
		s.field()
		switch {
		case s.pos >= len(s.text):
			s.end = len(s.text)
			return
		case s.text[s.pos] == s.delimiter:
			s.pos++
		default:
			s.end = s.pos
			_, s.pos = parse.Line(s.text, s.pos)
			return
		}
	}
}

// field reads a field and stops at the delimiter or line end after it.
func (s *scanner) field() {
	if s.pos < len(s.text) && s.text[s.pos] == '"' {
		if end := s.quoted(); end > 0 {
			s.fields = append(s.fields, strings.ReplaceAll(s.text[s.pos+1:end], `""`, `"`))
			s.pos = end + 1
			s.skip()
			return
		}
		s.unclosed++
	}
	start := s.pos
	s.skip()
	s.fields = append(s.fields, s.text[start:s.pos])
}

// skip moves to the next delimiter or line end.
func (s *scanner) skip() {
	for s.pos < len(s.text) && s.text[s.pos] != s.delimiter && s.text[s.pos] != '\n' && s.text[s.pos] != '\r' {
		s.pos++
	}
}

// quoted returns where the quoted field that begins here is closed, 0 if it is
// not.
func (s *scanner) quoted() int {
	limit := min(len(s.text), s.pos+maxField)
	for i := s.pos + 1; i < limit; i++ {
		if s.text[i] != '"' {
			continue
		}
		if i+1 < len(s.text) && s.text[i+1] == '"' {
			i++
			continue
		}
		if i+1 == len(s.text) || strings.IndexByte("\r\n ", s.text[i+1]) >= 0 || s.text[i+1] == s.delimiter {
			return i
		}
	}
	return 0
}

// sniff returns the delimiter that cuts the first rows into the most equal
// numbers of fields.
func sniff(text string) byte {
	head := parse.Cut(text, 32<<10)
	best, delimiter := 0.0, byte(',')
	for _, d := range []byte{',', ';', '\t', '|'} {
		if score := evenness(head, d); score > best {
			best, delimiter = score, d
		}
	}
	return delimiter
}

// evenness returns the share of rows that have the commonest number of fields,
// a little more for more fields, and 0 for rows of one field.
func evenness(head string, delimiter byte) float64 {
	s := scanner{text: head, delimiter: delimiter}
	counts := map[int]int{}
	n := 0
	for ; n < 50 && s.next(); n++ {
		counts[len(s.fields)]++
	}
	best := 0.0
	for fields, rows := range counts {
		if fields > 1 {
			best = max(best, float64(rows)/float64(n)*(1+float64(min(fields, 50))/100))
		}
	}
	return best
}
