package odf

import (
	"cmp"
	"slices"
)

// overlap is how much two shapes may overlap, in millimetres, and still stand
// beside each other.
const overlap = 3

// inOrder returns shapes as people read them: the page is cut at the widest gap
// that goes all the way across, and each half is read before the next.
func inOrder(shapes []shape) []shape {
	return cut(shapes, 0)
}

func cut(shapes []shape, depth int) []shape {
	if len(shapes) < 2 || depth > 60 {
		return byPlace(shapes)
	}
	rows, down, gapDown := widest(shapes, func(r rect) (float64, float64) { return r.top, r.bottom })
	columns, across, gapAcross := widest(shapes, func(r rect) (float64, float64) { return r.left, r.right })
	switch {
	case down == 0 && across == 0:
		return byPlace(shapes)
	case across == 0 || down > 0 && gapDown >= gapAcross:
		return append(cut(rows[:down:down], depth+1), cut(rows[down:], depth+1)...)
	}
	return append(cut(columns[:across:across], depth+1), cut(columns[across:], depth+1)...)
}

// widest returns shapes sorted along an axis, and before which of them the widest
// gap is, 0 if there is none.
func widest(shapes []shape, extent func(rect) (float64, float64)) (sorted []shape, at int, gap float64) {
	sorted = slices.Clone(shapes)
	slices.SortStableFunc(sorted, func(a, b shape) int {
		x, _ := extent(a.rect)
		y, _ := extent(b.rect)
		return cmp.Compare(x, y)
	})
	gap = -overlap
	_, end := extent(sorted[0].rect)
	for i, s := range sorted[1:] {
		from, to := extent(s.rect)
		if from-end > gap {
			at, gap = i+1, from-end
		}
		end = max(end, to)
	}
	return sorted, at, gap
}

// byPlace sorts shapes that lie over each other.
func byPlace(shapes []shape) []shape {
	sorted := slices.Clone(shapes)
	slices.SortStableFunc(sorted, func(a, b shape) int {
		if c := cmp.Compare(a.rect.top, b.rect.top); c != 0 {
			return c
		}
		return cmp.Compare(a.rect.left, b.rect.left)
	})
	return sorted
}
