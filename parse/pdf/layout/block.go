package layout

import (
	"math"
	"strings"
)

// A line is a row of text as it will be written.
type line struct {
	text   string
	x0, x1 float64
	size   float64
	cells  int
	parts  row // the cells
	angle  int // of the base line
}

// box returns where the line stands on the page.
func (l line) box() Box {
	y := l.parts[0].y
	return Box{l.x0, y - below*l.size, l.x1, y + (1-below)*l.size}.turned(l.angle)
}

// A block is lines that belong together.
type block struct {
	lines []line
	size  float64 // of its font, in points
}

// box returns where the block stands on the page.
func (b block) box() (out Box) {
	for _, l := range b.lines {
		out = out.join(l.box())
	}
	return out
}

func (b block) count() int {
	n := 0
	for _, l := range b.lines {
		n += len(l.text) + 1
	}
	return n
}

// blocks joins neighbouring lines of one size: a paragraph ends at a wider gap,
// at a step sideways into another column, or at an indented line.
func blocks(rows []row, angle int) []block {
	var out []block
	var last row
	usual := spacing(rows)
	for _, r := range rows {
		l := newLine(r, angle)
		n := len(out)
		if n == 0 || apart(last, r, usual) || math.Abs(out[n-1].size-l.size) > 0.15*l.size {
			out = append(out, block{size: l.size})
			n++
		}
		out[n-1].lines = append(out[n-1].lines, l)
		last = r
	}
	return out
}

func newLine(r row, angle int) line {
	l := line{x0: r[0].x0, x1: r[len(r)-1].x1, cells: len(r), parts: r, angle: angle}
	parts := make([]string, len(r))
	for i, s := range r {
		parts[i] = s.text
		l.size = max(l.size, s.size)
	}
	l.text = strings.Join(parts, "  ")
	return l
}

// spacing returns the usual distance of base lines, as a share of the size.
func spacing(rows []row) float64 {
	counts := map[int]int{}
	for i := 1; i < len(rows); i++ {
		step := (rows[i-1][0].y - rows[i][0].y) / rows[i][0].size
		if step > 0.8 && step < 3 {
			counts[int(math.Round(step*20))]++
		}
	}
	best, usual := 0, 24
	for step, n := range counts {
		if n > best || n == best && step < usual {
			best, usual = n, step
		}
	}
	return float64(usual) / 20
}

// apart reports whether r begins a new block after last.
func apart(last, r row, usual float64) bool {
	a, b := last[0], r[0]
	step := (a.y - b.y) / max(b.size, a.size)
	switch {
	case step < -0.5 || step > max(usual*1.3, usual+0.25): // up, or far down
		return true
	case b.x0 > last[len(last)-1].x1 || r[len(r)-1].x1 < a.x0: // beside
		return true
	}
	// A paragraph that begins with an indent after a line that does not.
	indent := (b.x0 - a.x0) / b.size
	return indent > 0.8 && indent < 4 && len(r) == 1 && len(last) == 1 && b.x1-b.x0 > 20*b.size && a.x1 < b.x1-2*b.size
}
