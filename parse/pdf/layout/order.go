package layout

import "math"

// order returns the rows in reading order: where a page clearly has columns,
// the left one first. A row of several segments elsewhere is a table's and stays
// whole.
func order(rows []row) []row {
	left, right := extent(rows)
	var out []row
	for i := 0; i < len(rows); {
		n, gutter := columns(rows[i:], left, right)
		if n == 0 {
			out = append(out, rows[i])
			i++
			continue
		}
		for _, side := range cut(rows[i:i+n], gutter) {
			out = append(out, order(side)...)
		}
		i += n
	}
	return out
}

// A span is a stretch of the x axis.
type span struct{ from, to float64 }

func extent(rows []row) (left, right float64) {
	left, right = math.Inf(1), math.Inf(-1)
	for _, r := range rows {
		left, right = min(left, r[0].x0), max(right, r[len(r)-1].x1)
	}
	return left, right
}

const (
	minGutter     = 8.0 // points between two columns
	minColumnRows = 4   // with text on both sides
	minLine       = 18  // mean characters of a column's line
)

// columns returns how many of the first rows share a gutter between two columns
// of prose, 0 if they do not, and its middle.
func columns(rows []row, left, right float64) (n int, gutter float64) {
	free := []span{{left, right}}
	for n < len(rows) {
		rest := intersect(free, gaps(rows[n], left, right))
		if len(rest) == 0 {
			break
		}
		free = rest
		n++
	}
	if n < minColumnRows {
		return 0, 0
	}
	for _, f := range free {
		if middle := (f.from + f.to) / 2; prose(rows[:n], middle, right-left) {
			return n, middle
		}
	}
	return 0, 0
}

// gaps returns where a row has no text.
func gaps(r row, left, right float64) []span {
	out := make([]span, 0, len(r)+1)
	from := left
	for _, s := range r {
		if s.x0-from >= minGutter {
			out = append(out, span{from, s.x0})
		}
		from = max(from, s.x1)
	}
	if right-from >= minGutter {
		out = append(out, span{from, right})
	}
	return out
}

func intersect(a, b []span) []span {
	var out []span
	for i, j := 0, 0; i < len(a) && j < len(b); {
		s := span{max(a[i].from, b[j].from), min(a[i].to, b[j].to)}
		if s.to-s.from >= minGutter {
			out = append(out, s)
		}
		if a[i].to < b[j].to {
			i++
		} else {
			j++
		}
	}
	return out
}

// prose reports whether the rows have running text on both sides of x.
func prose(rows []row, x, width float64) bool {
	var lines, chars [2]int
	var wide [2]float64
	both := 0
	for _, r := range rows {
		seen := 0
		for _, s := range r {
			side := 0
			if s.x0 > x {
				side = 1
			}
			lines[side]++
			chars[side] += len(s.text)
			wide[side] = max(wide[side], s.x1-s.x0)
			seen |= 1 << side
		}
		if seen == 3 {
			both++
		}
	}
	for side := range 2 {
		if lines[side] < minColumnRows-1 || chars[side] < minLine*lines[side] || wide[side] < 0.2*width {
			return false
		}
	}
	return both >= 2 || lines[0] > 8 && lines[1] > 8
}

// cut parts rows at x.
func cut(rows []row, x float64) [2][]row {
	var out [2][]row
	for _, r := range rows {
		n := 0
		for n < len(r) && r[n].x0 <= x {
			n++
		}
		if n > 0 {
			out[0] = append(out[0], r[:n])
		}
		if n < len(r) {
			out[1] = append(out[1], r[n:])
		}
	}
	return out
}
