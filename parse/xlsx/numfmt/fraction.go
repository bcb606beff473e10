package numfmt

import (
	"math"
	"strconv"
	"strings"
)

// fraction shows v, which is not negative, as "1 3/4" or, if there is one place
// before the slash only, as "7/4".
func (s *section) fraction(v float64) string {
	if v >= 1e15 {
		return General(v)
	}
	slashAt := 0
	for i, t := range s.tokens {
		if t.kind == slash {
			slashAt = i
			break
		}
	}
	mixed := groups(s.tokens[:slashAt]) > 1
	whole, rest := math.Trunc(v), v-math.Trunc(v)
	if !mixed {
		whole, rest = 0, v
	}
	top, bottom := nearest(rest, s.denominator(slashAt))
	if mixed && top == bottom && bottom > 0 {
		whole, top = whole+1, 0
	}
	var words []string
	if whole != 0 || top == 0 && mixed {
		words = append(words, strconv.FormatFloat(whole, 'f', 0, 64))
	}
	if top != 0 || !mixed {
		words = append(words, strconv.FormatInt(top, 10)+"/"+strconv.FormatInt(bottom, 10))
	}
	return s.before(slashAt) + strings.Join(words, " ")
}

// before returns the literals that stand before all digits.
func (s *section) before(end int) string {
	var b strings.Builder
	for _, t := range s.tokens[:end] {
		if t.kind != literal {
			break
		}
		b.WriteString(t.text)
	}
	return b.String()
}

// groups counts the groups of digits.
func groups(tokens []token) (n int) {
	in := false
	for _, t := range tokens {
		if t.kind == digit && !in {
			n++
		}
		in = t.kind == digit
	}
	return n
}

// denominator returns the one that is given, negative, or the largest allowed.
func (s *section) denominator(slashAt int) int64 {
	given, places := int64(0), 0
	for _, t := range s.tokens[slashAt+1:] {
		switch {
		case t.kind == digit && places < 4:
			places++
			if t.text == "0" {
				given *= 10
			}
		case t.kind == literal && len(t.text) == 1 && t.text[0] >= '1' && t.text[0] <= '9' && given < 1e6:
			given = given*10 + int64(t.text[0]-'0')
		}
	}
	if given > 0 {
		return -given
	}
	return int64(math.Pow10(max(places, 1))) - 1
}

// nearest returns the fraction nearest to v with a denominator of at most limit,
// or of -limit if that is negative.
func nearest(v float64, limit int64) (top, bottom int64) {
	if limit < 0 {
		return int64(math.Round(v * float64(-limit))), -limit
	}
	best := math.Inf(1)
	for d := int64(1); d <= limit; d++ {
		n := math.Round(v * float64(d))
		if off := math.Abs(v - n/float64(d)); off < best-1e-12 {
			best, top, bottom = off, int64(n), d
		}
		if best < 1e-12 {
			break
		}
	}
	return top, bottom
}
