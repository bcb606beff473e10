package layout

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
func layout(glyphs []Glyph) []block {
	var out []block
	for _, angle := range directions(glyphs) {
		g := turn(glyphs, angle)
		out = append(out, blocks(order(rows(g)), angle)...)
	}
	return out
}

// directions returns the angles of base lines, the commonest first.
func directions(glyphs []Glyph) []int {
	counts := map[int]int{}
	for _, g := range glyphs {
		counts[g.Angle]++
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
func turn(glyphs []Glyph, angle int) []Glyph {
	sin, cos := math.Sincos(-float64(angle) * math.Pi / 180)
	var out []Glyph
	for _, g := range glyphs {
		if g.Angle != angle || g.Size <= 0 || !finite(g.X, g.Y, g.W, g.Size) {
			continue
		}
		if angle != 0 {
			g.X, g.Y = g.X*cos-g.Y*sin, g.X*sin+g.Y*cos
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
func rows(glyphs []Glyph) []row {
	sort.SliceStable(glyphs, func(i, j int) bool { return glyphs[i].Y > glyphs[j].Y })
	var out []row
	var line []Glyph
	var ref Glyph // the largest of the line
	for _, g := range glyphs {
		if len(line) > 0 && overlap(ref, g) < 0.5*min(ref.Size, g.Size) {
			out = appendRow(out, line)
			line = nil
		}
		if len(line) == 0 || g.Size > ref.Size && strings.TrimSpace(g.Text) != "" {
			ref = g
		}
		line = append(line, g)
	}
	return appendRow(out, line)
}

// below is how much of a font's size is below the base line.
const below = 0.2

func overlap(a, b Glyph) float64 {
	top := min(a.Y+(1-below)*a.Size, b.Y+(1-below)*b.Size)
	return top - max(a.Y-below*a.Size, b.Y-below*b.Size)
}

func appendRow(out []row, line []Glyph) []row {
	sort.SliceStable(line, func(i, j int) bool { return line[i].X < line[j].X })
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
func dedupe(line []Glyph) []Glyph {
	out := line[:0]
	for _, g := range line {
		double := false
		for i := len(out) - 1; i >= 0 && i >= len(out)-3 && !double; i-- {
			p := out[i]
			near := min(0.15*g.Size, 0.3*g.W)
			double = p.Text == g.Text && g.X-p.X < near && math.Abs(g.Y-p.Y) < near && strings.TrimSpace(g.Text) != ""
		}
		if !double {
			out = append(out, g)
		}
	}
	return out
}

// split cuts a line where a gap is wider than a word space can be.
func split(line []Glyph) [][]Glyph {
	const widest = 1.3 // of the size
	var out [][]Glyph
	start, end := 0, math.Inf(-1)
	for i, g := range line {
		if strings.TrimSpace(g.Text) == "" {
			continue
		}
		if !math.IsInf(end, -1) && g.X-end > widest*g.Size {
			out = append(out, line[start:i])
			start = i
		}
		end = max(end, g.X+g.W)
	}
	return append(out, line[start:])
}

// join makes words of the glyphs of a segment.
func join(part []Glyph) segment {
	var s segment
	var b strings.Builder
	gap := wordGap(part)
	end, sizes, count := 0.0, 0.0, 0
	pending := false // a space before the next Glyph
	for _, g := range part {
		if strings.TrimSpace(g.Text) == "" {
			pending = count > 0
			continue
		}
		if count == 0 {
			s.x0, s.y = g.X, g.Y
		} else if pending || g.X-end > gap*g.Size {
			b.WriteByte(' ')
		}
		pending = false
		b.WriteString(g.Text)
		end = max(g.X+g.W, end)
		if count == 0 {
			end = g.X + g.W
		}
		if g.Size > s.size {
			s.y = g.Y
		}
		s.size = max(s.size, g.Size)
		sizes += g.Size
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
func wordGap(part []Glyph) float64 {
	var gaps []float64
	end, spaces, before := 0.0, 0, false // a letter
	for _, g := range part {
		if strings.TrimSpace(g.Text) == "" {
			spaces++
			before = false
			continue
		}
		letter := !notLetter(firstRune(g.Text))
		if before && letter {
			gaps = append(gaps, (g.X-end)/g.Size)
		}
		end, before = g.X+g.W, letter
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
