package pdf

import (
	"math"
	"sort"
	"strings"
)

// A segment is a stretch of a line without a wide gap: a line of a column, or a
// cell of a table.
type segment struct {
	text   string
	x0, x1 float64
	y      float64 // of the base line
	size   float64 // of the font
}

// A row is the segments on one base line, from left to right.
type row []segment

// layout puts the glyphs of a page into blocks in reading order. Text that runs
// in another direction is laid out by itself, after what most of the page is.
func layout(glyphs []glyph) []block {
	var out []block
	for _, angle := range directions(glyphs) {
		g := turn(glyphs, angle)
		out = append(out, blocks(order(rows(g)))...)
	}
	return out
}

// directions returns the angles of base lines, the commonest first.
func directions(glyphs []glyph) []int {
	counts := map[int]int{}
	for _, g := range glyphs {
		counts[g.angle]++
	}
	out := make([]int, 0, len(counts))
	for a := range counts {
		out = append(out, a)
	}
	sort.Slice(out, func(i, j int) bool {
		if counts[out[i]] != counts[out[j]] {
			return counts[out[i]] > counts[out[j]]
		}
		return out[i] < out[j]
	})
	return out[:min(len(out), 12)]
}

// turn returns the glyphs of one direction, on a page turned so that they run
// from left to right.
func turn(glyphs []glyph, angle int) []glyph {
	sin, cos := math.Sincos(-float64(angle) * math.Pi / 180)
	var out []glyph
	for _, g := range glyphs {
		if g.angle != angle || g.size <= 0 || !finite(g.x, g.y, g.w, g.size) {
			continue
		}
		if angle != 0 {
			g.x, g.y = g.x*cos-g.y*sin, g.x*sin+g.y*cos
		}
		out = append(out, g)
	}
	return out
}

func finite(list ...float64) bool {
	for _, v := range list {
		if math.IsNaN(v) || math.Abs(v) > 1e7 {
			return false
		}
	}
	return true
}

// rows groups glyphs whose boxes overlap by half of the lower one: superscripts
// stay on their line.
func rows(glyphs []glyph) []row {
	sort.SliceStable(glyphs, func(i, j int) bool { return glyphs[i].y > glyphs[j].y })
	var out []row
	var line []glyph
	var ref glyph // the largest of the line
	for _, g := range glyphs {
		if len(line) > 0 && overlap(ref, g) < 0.5*min(ref.size, g.size) {
			out = appendRow(out, line)
			line = nil
		}
		if len(line) == 0 || g.size > ref.size && strings.TrimSpace(g.text) != "" {
			ref = g
		}
		line = append(line, g)
	}
	return appendRow(out, line)
}

func overlap(a, b glyph) float64 {
	const below = 0.2 // of the size is below the base line
	top := min(a.y+(1-below)*a.size, b.y+(1-below)*b.size)
	return top - max(a.y-below*a.size, b.y-below*b.size)
}

func appendRow(out []row, line []glyph) []row {
	sort.SliceStable(line, func(i, j int) bool { return line[i].x < line[j].x })
	var r row
	for _, part := range split(dedupe(line)) {
		if s := join(part); strings.TrimSpace(s.text) != "" {
			r = append(r, s)
		}
	}
	if len(r) == 0 {
		return out
	}
	return append(out, r)
}

// dedupe drops glyphs that are drawn twice to look bold or to throw a shadow.
func dedupe(line []glyph) []glyph {
	out := line[:0]
	for _, g := range line {
		double := false
		for i := len(out) - 1; i >= 0 && i >= len(out)-3 && !double; i-- {
			p := out[i]
			near := min(0.15*g.size, 0.3*g.w)
			double = p.text == g.text && g.x-p.x < near && math.Abs(g.y-p.y) < near && strings.TrimSpace(g.text) != ""
		}
		if !double {
			out = append(out, g)
		}
	}
	return out
}

// split cuts a line where a gap is wider than a word space can be.
func split(line []glyph) [][]glyph {
	const widest = 1.3 // of the size
	var out [][]glyph
	start, end := 0, math.Inf(-1)
	for i, g := range line {
		if strings.TrimSpace(g.text) == "" {
			continue
		}
		if !math.IsInf(end, -1) && g.x-end > widest*g.size {
			out = append(out, line[start:i])
			start = i
		}
		end = max(end, g.x+g.w)
	}
	return append(out, line[start:])
}

// join makes words of the glyphs of a segment.
func join(part []glyph) segment {
	var s segment
	var b strings.Builder
	gap := wordGap(part)
	end, sizes, count := 0.0, 0.0, 0
	pending := false // a space before the next glyph
	for _, g := range part {
		if strings.TrimSpace(g.text) == "" {
			pending = count > 0
			continue
		}
		if count == 0 {
			s.x0, s.y = g.x, g.y
		} else if pending || g.x-end > gap*g.size {
			b.WriteByte(' ')
		}
		pending = false
		b.WriteString(g.text)
		end = max(g.x+g.w, end)
		if count == 0 {
			end = g.x + g.w
		}
		if g.size > s.size {
			s.y = g.y
		}
		s.size = max(s.size, g.size)
		sizes += g.size
		count++
	}
	if count > 0 {
		s.size = sizes / float64(count)
	}
	s.x1 = end
	s.text = logical(b.String())
	return s
}

// wordGap returns how wide a gap between two glyphs is a space, as a share of
// their size: more where the letters are spaced out or spaces are drawn.
func wordGap(part []glyph) float64 {
	var gaps []float64
	end, spaces, before := 0.0, 0, false // a letter
	for _, g := range part {
		if strings.TrimSpace(g.text) == "" {
			spaces++
			before = false
			continue
		}
		letter := !notLetter(firstRune(g.text))
		if before && letter {
			gaps = append(gaps, (g.x-end)/g.size)
		}
		end, before = g.x+g.w, letter
	}
	base := 0.17
	if spaces > 0 {
		base = 0.25
	}
	if len(gaps) < 4 {
		return base
	}
	sort.Float64s(gaps)
	return base + max(0, gaps[len(gaps)/2])
}
