package bm25

import (
	"cmp"
	"slices"

	"ragserver/index"
)

// A question is rows whose scores are asked for, sorted, and where those go.
type question struct {
	rows   []place
	scores []float64
}

// A place is a row and where its score belongs.
type place struct {
	row index.Row
	at  int
}

// A point is a chunk whose score is asked for, and where that belongs.
type point struct {
	chunk uint32
	place int
}

func sortRows(rows []index.Row) []place {
	keys := make([]uint64, len(rows))
	for i, row := range rows {
		keys[i] = uint64(row)<<32 | uint64(i)
	}
	slices.Sort(keys)
	places := make([]place, len(rows))
	for i, k := range keys {
		places[i] = place{index.Row(k >> 32), int(uint32(k))}
	}
	return places
}

// in returns the rows that are in a part, by their chunks.
func (a question) in(p *partView) []point {
	var points []point
	if g, ok := p.part.(*segment); ok {
		at := 0
		for _, r := range a.rows {
			if at = g.seek(r.row, at); at == int(g.n) {
				break
			}
			for i := at; i < int(g.n) && g.row(g.at(i)) == r.row; i++ {
				if n := g.at(i); !p.deletion.has(n) {
					points = append(points, point{n, r.at})
				}
			}
		}
	} else {
		for _, r := range a.rows {
			if n, ok := p.find(r.row); ok {
				points = append(points, point{n, r.at})
			}
		}
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.chunk, b.chunk) })
	return points
}

// before returns the points of chunks before end, and the others.
func before(points []point, end uint32) (near, far []point) {
	n := 0
	for n < len(points) && points[n].chunk < end {
		n++
	}
	return points[:n], points[n:]
}

// lookPoints sets the scores of points in the segment of the scans, by looking
// them up in each list. It may be called again for later chunks.
func (c *collector) lookPoints(s *segment, points []point, scores []float64) {
	if len(points) == 0 {
		return
	}
	c.asked = append(c.asked[:0], make([]float32, len(points))...)
	for i := range c.scans {
		t := &c.scans[i]
		for j, p := range points {
			if count := t.asked.count(p.chunk); count > 0 {
				c.asked[j] += c.query.worth(t.weight, count, s.length(p.chunk))
			}
		}
	}
	for j, p := range points {
		scores[p.place] = float64(c.asked[j])
	}
}

// readPoints sets the scores of points in a window to which all terms were added.
func (w *window) readPoints(points []point, scores []float64) {
	for _, p := range points {
		scores[p.place] = float64(w.sums[p.chunk%windowSize])
	}
}
