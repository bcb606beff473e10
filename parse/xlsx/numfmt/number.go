package numfmt

import (
	"math"
	"strconv"
	"strings"
)

// decimal returns the digits of v, which is not negative, before and after the
// point, rounded to places. Programs keep fifteen digits and round halves up,
// so 2.675 is 2.68 although the nearest binary number is less.
func decimal(v float64, places int) (whole, part string) {
	if v == 0 {
		return "", strings.Repeat("0", places)
	}
	s := strconv.FormatFloat(v, 'e', 14, 64)
	mantissa, e, _ := strings.Cut(s, "e")
	exp, _ := strconv.Atoi(e)
	digits := []byte(strings.Replace(mantissa, ".", "", 1)) // v = 0.digits * 10^(exp+1)
	keep := exp + 1 + places
	switch {
	case keep < 0:
		digits = nil
	case keep < len(digits):
		up := digits[keep] >= '5'
		digits = digits[:keep]
		for i := keep - 1; up && i >= 0; i-- {
			if up = digits[i] == '9'; up {
				digits[i] = '0'
			} else {
				digits[i]++
			}
		}
		if up {
			digits = append([]byte{'1'}, digits...)
			exp++
		}
	}
	if before := exp + 1; before <= 0 {
		whole, part = "", strings.Repeat("0", -before)+string(digits)
	} else {
		all := string(digits) + strings.Repeat("0", max(0, before-len(digits)))
		whole, part = all[:before], all[before:]
	}
	part += strings.Repeat("0", max(0, places-len(part)))
	return strings.TrimLeft(whole, "0"), part[:places]
}

// number shows v, which is not negative.
func (s *section) number(v float64) string {
	v *= math.Pow(100, float64(min(s.percent, 10)))
	v /= math.Pow(1000, float64(min(s.scale, 10)))
	whole, part := decimal(v, s.digits[1])
	var b strings.Builder
	s.fill(&b, s.tokens, whole, part)
	return b.String()
}

// fill writes tokens with the digits of a number in their places.
func (s *section) fill(b *strings.Builder, tokens []token, whole, part string) {
	left, after := s.digits[0], 0
	used := len(strings.TrimRight(part, "0"))
	first := true
	for _, t := range tokens {
		switch {
		case t.kind == literal:
			b.WriteString(t.text)
		case t.kind == point:
			b.WriteByte('.')
		case t.kind == digit && t.part == 0:
			if first {
				for i := len(whole); i > left; i-- {
					s.place(b, whole[len(whole)-i], i)
				}
				first = false
			}
			if left <= len(whole) {
				s.place(b, whole[len(whole)-left], left)
			} else if t.text == "0" {
				s.place(b, '0', left)
			} else if t.text == "?" {
				b.WriteByte(' ')
			}
			left--
		case t.kind == digit && t.part == 1:
			if after < used || t.text == "0" {
				b.WriteByte(part[after])
			} else if t.text == "?" {
				b.WriteByte(' ')
			}
			after++
		}
	}
}

// place writes the n-th digit before the point, from 1 at the point.
func (s *section) place(b *strings.Builder, d byte, n int) {
	b.WriteByte(d)
	if s.thousands && n > 1 && n%3 == 1 {
		b.WriteByte(',')
	}
}

// scientific shows v, which is not negative.
func (s *section) scientific(v float64) string {
	v *= math.Pow(100, float64(min(s.percent, 10)))
	exp, step := 0, max(1, s.digits[0])
	if v != 0 {
		exp = int(math.Floor(math.Log10(v)))
		if step > 1 { // as for engineers: by the places before the point
			exp = int(math.Floor(float64(exp)/float64(step))) * step
		}
	}
	mantissa := v / math.Pow10(exp)
	whole, part := decimal(mantissa, s.digits[1])
	if step == 1 && len(whole) > 1 { // 9.99 became 10.0
		exp++
		whole, part = decimal(mantissa/10, s.digits[1])
	}
	var b strings.Builder
	for i, t := range s.tokens {
		if t.kind != exponent {
			continue
		}
		head := *s
		head.digits[0] = countDigits(s.tokens[:i], 0)
		head.fill(&b, s.tokens[:i], whole, part)
		b.WriteByte('E')
		if exp < 0 {
			b.WriteByte('-')
		} else if t.text == "+" {
			b.WriteByte('+')
		}
		places := s.digits[2]
		digits := strconv.Itoa(max(exp, -exp))
		b.WriteString(strings.Repeat("0", max(0, places-len(digits))) + digits)
		for _, t := range s.tokens[i:] {
			if t.kind == literal {
				b.WriteString(t.text)
			}
		}
		break
	}
	return b.String()
}

func countDigits(tokens []token, part int) (n int) {
	for _, t := range tokens {
		if t.kind == digit && t.part == part {
			n++
		}
	}
	return n
}

// around returns the literals of a section with shown in the place of General.
func (s *section) around(shown string) string {
	var b strings.Builder
	for _, t := range s.tokens {
		switch t.kind {
		case literal:
			b.WriteString(t.text)
		case anything, text:
			b.WriteString(shown)
		}
	}
	return b.String()
}
