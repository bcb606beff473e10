package pptx

import (
	"cmp"
	"slices"
)

// maxOrdered is up to how many shapes are put in order; more stay as they are.
const maxOrdered = 1000

// inOrder returns shapes as one reads them: what lies above first; of what lies
// beside each other, the left first. Where neither a horizontal nor a vertical
// line separates them, the higher one is first. Shapes without a place come last.
func inOrder(shapes []*shape) []*shape {
	var placed, rest []*shape
	for _, sh := range shapes {
		if sh.placed && len(placed) < maxOrdered {
			placed = append(placed, sh)
		} else {
			rest = append(rest, sh)
		}
	}
	return append(cut(placed, true, false), rest...)
}

// cut splits shapes by lines of one direction, and the pieces by lines of the
// other. Tried says that the other direction did not split them.
func cut(shapes []*shape, across, tried bool) []*shape {
	if len(shapes) < 2 {
		return shapes
	}
	pieces := bands(shapes, across)
	if len(pieces) == 1 && tried {
		slices.SortStableFunc(shapes, func(a, b *shape) int {
			return cmp.Or(cmp.Compare(a.top, b.top), cmp.Compare(a.left, b.left))
		})
		return shapes
	}
	var out []*shape
	for _, p := range pieces {
		out = append(out, cut(p, !across, len(pieces) == 1)...)
	}
	return out
}

// overlap is the share of a shape's size by which it may reach into the next: the
// frames of texts are larger than the texts.
const overlap = 0.1

// bands returns the shapes between lines that cut none of them.
func bands(shapes []*shape, across bool) (pieces [][]*shape) {
	edges := func(sh *shape) (from, to float64) {
		from, to = sh.left, sh.right
		if across {
			from, to = sh.top, sh.bottom
		}
		return from, to - overlap*(to-from)
	}
	sorted := slices.Clone(shapes)
	slices.SortStableFunc(sorted, func(a, b *shape) int {
		x, _ := edges(a)
		y, _ := edges(b)
		return cmp.Compare(x, y)
	})
	end := 0.0
	for i, sh := range sorted {
		from, to := edges(sh)
		if i == 0 || from >= end {
			pieces, end = append(pieces, nil), to
		}
		last := len(pieces) - 1
		pieces[last], end = append(pieces[last], sh), max(end, to)
	}
	return pieces
}
