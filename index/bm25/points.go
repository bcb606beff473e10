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
	places := make([]place, len(rows))
	for i, row := range rows {
		places[i] = place{row, i}
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Compare(a.row, b.row) })
	return places
}

// in returns the rows that are in a part, by their chunks.
func (a question) in(p *partView) []point {
	var points []point
	if g, ok := p.part.(*segment); ok {
		at := 0
		for _, r := range a.rows {
			at = g.seek(r.row, at)
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

// scorePoints sets the scores of points in a segment.
func (q *query) scorePoints(part int, s *segment, points []point, scores []float64) {
	if len(points) == 0 {
		return
	}
	sums := make([]float32, len(points))
	for i := range q.terms {
		t := &q.terms[i]
		if t.at[part] == 0 {
			continue
		}
		l := s.list(t.at[part] - 1)
		at := probe{list: &l}
		for j, p := range points {
			if count := at.count(p.chunk); count > 0 {
				sums[j] += q.worth(t.weight, count, s.length(p.chunk))
			}
		}
	}
	for j, p := range points {
		scores[p.place] = float64(sums[j])
	}
}
