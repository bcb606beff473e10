package numfmt

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// lastDay is the 31st of December 9999.
const lastDay = 2_958_465

// minutes makes "m" minutes after hours and before seconds.
func (s *section) minutes() {
	after := false // an hour was the last field
	waiting := -1  // a field of months that seconds may follow
	for i := range s.tokens {
		t := &s.tokens[i]
		if t.kind != field && t.kind != elapsed {
			continue
		}
		switch t.text[0] {
		case 'm':
			if waiting = i; after && t.kind == field && len(t.text) <= 2 {
				t.text = strings.Repeat("n", len(t.text))
			}
		case 's':
			if waiting >= 0 && s.tokens[waiting].kind == field && len(s.tokens[waiting].text) <= 2 {
				s.tokens[waiting].text = strings.Repeat("n", len(s.tokens[waiting].text))
			}
			waiting = -1
		default:
			waiting = -1
		}
		after = t.text[0] == 'h'
	}
}

// A moment is a serial number as people read it.
type moment struct {
	year, month, day int
	weekday          time.Weekday
	seconds          int // of the day
	fraction         int // of the second, in thousandths
	total            int // seconds since the first day
}

// at returns the moment of a serial number; precise tells whether fractions of
// seconds are shown. The day that 1900 did not have is the 60th.
func at(v float64, late, precise bool) (moment, bool) {
	if v < 0 || v > lastDay+1 {
		return moment{}, false
	}
	days := math.Floor(v)
	millis := int(math.Round((v - days) * 86_400_000))
	if !precise {
		millis = (millis + 500) / 1000 * 1000
	}
	day := int(days) + millis/86_400_000
	millis %= 86_400_000
	m := moment{seconds: millis / 1000, fraction: millis % 1000, total: day*86_400 + millis/1000}
	first := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case late:
		first = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day == 60:
		m.year, m.month, m.day, m.weekday = 1900, 2, 29, time.Wednesday
		return m, true
	case day == 0:
		m.year, m.month, m.day, m.weekday = 1900, 1, 0, time.Saturday
		return m, true
	case day < 60:
		first = first.AddDate(0, 0, 1)
	}
	t := first.AddDate(0, 0, day)
	m.year, m.month, m.day, m.weekday = t.Year(), int(t.Month()), t.Day(), t.Weekday()
	return m, true
}

// date shows a serial number; false if that is no date. Where the day is shown
// without its year, the whole date follows in parentheses: whoever looks for it
// has nothing else to go by.
func (s *section) date(v float64, late bool) (string, bool) {
	m, ok := at(v, late, s.precise())
	if !ok {
		return "", false
	}
	twelve := false
	seen := make(map[byte]bool)
	for _, t := range s.tokens {
		twelve = twelve || t.kind == half
		if t.kind == field {
			seen[t.text[0]] = true
		}
	}
	var b strings.Builder
	for i := 0; i < len(s.tokens); i++ {
		switch t := s.tokens[i]; t.kind {
		case field:
			b.WriteString(m.field(t.text, twelve))
		case elapsed:
			unit := map[byte]int{'h': 3600, 'm': 60, 's': 1}[t.text[0]]
			fmt.Fprintf(&b, "%0*d", len(t.text), m.total/unit)
		case half:
			b.WriteString(m.half(t.text))
		case point:
			b.WriteByte('.')
			n := 0
			for i+1 < len(s.tokens) && s.tokens[i+1].kind == digit {
				i++
				n++
			}
			b.WriteString(fmt.Sprintf("%03d", m.fraction)[:min(n, 3)])
		default:
			b.WriteString(t.text)
		}
	}
	if seen['d'] && seen['m'] && !seen['y'] && !seen['e'] && !seen['b'] && m.day > 0 {
		fmt.Fprintf(&b, " (%04d-%02d-%02d)", m.year, m.month, m.day)
	}
	return b.String(), true
}

// precise reports whether fractions of seconds are shown.
func (s *section) precise() bool {
	for i, t := range s.tokens {
		if t.kind == point && i+1 < len(s.tokens) && s.tokens[i+1].kind == digit {
			return true
		}
	}
	return false
}

func (m moment) half(form string) string {
	am, pm, _ := strings.Cut(form, "/")
	if m.seconds < 12*3600 {
		return am
	}
	return pm
}

// field shows a part of a date or time by its letters; "n" are minutes.
func (m moment) field(letters string, twelve bool) string {
	n := len(letters)
	two := func(v int) string { return fmt.Sprintf("%0*d", min(n, 2), v) }
	switch letters[0] {
	case 'y', 'e':
		if n <= 2 && letters[0] == 'y' {
			return fmt.Sprintf("%02d", m.year%100)
		}
		return fmt.Sprintf("%04d", m.year)
	case 'b': // the Buddhist calendar
		if n <= 2 {
			return fmt.Sprintf("%02d", (m.year+543)%100)
		}
		return fmt.Sprintf("%04d", m.year+543)
	case 'm':
		name := time.Month(m.month).String()
		switch {
		case n <= 2:
			return two(m.month)
		case n == 3:
			return name[:3]
		case n == 5:
			return name[:1]
		}
		return name
	case 'd':
		switch {
		case n <= 2:
			return two(m.day)
		case n == 3:
			return m.weekday.String()[:3]
		}
		return m.weekday.String()
	case 'h':
		h := m.seconds / 3600
		if twelve {
			h = (h+11)%12 + 1
		}
		return two(h)
	case 'n':
		return two(m.seconds / 60 % 60)
	case 's':
		return two(m.seconds % 60)
	}
	return "" // "g", the name of an era
}
