package bleve

import (
	"cmp"
	"context"
	"slices"

	"ragserver/index"
)

// A point is a chunk whose score is asked for.
type point struct {
	chunk uint32
	place int // in the question
}

// score sets scores to those of rows.
func (q *query) score(ctx context.Context, rows []index.Row, scores []float64) error {
	for n := range q.view.segments {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := &q.view.segments[n]
		var points []point
		for place, row := range rows {
			if chunk, ok := s.find(row); ok {
				points = append(points, point{chunk, place})
			}
		}
		q.scorePoints(n, points, scores)
	}
	return nil
}

// scorePoints sets scores to those of points in the n-th segment.
func (q *query) scorePoints(n int, points []point, scores []float64) {
	if len(points) == 0 {
		return
	}
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.chunk, b.chunk) })
	sums := make([]float32, len(points))
	s := &q.view.segments[n]
	for i := range q.terms {
		t := &q.terms[i]
		if t.lists[n].Len == 0 {
			continue
		}
		at := t.lists[n].Cursor()
		for j, p := range points {
			if count := at.Count(p.chunk); count > 0 {
				sums[j] += q.worth(t.weight, count, s.lengths[p.chunk])
			}
		}
	}
	for j, p := range points {
		scores[p.place] = float64(sums[j])
	}
}

// among returns the k best of a few rows.
func (q *query) among(ctx context.Context, k int, rows []index.Row) ([]index.Scored, error) {
	scores := make([]float64, len(rows))
	if err := q.score(ctx, rows, scores); err != nil {
		return nil, err
	}
	top := index.NewTop(k)
	for i, row := range rows {
		if scores[i] > 0 {
			top.Push(row, scores[i])
		}
	}
	return top.Sorted(), nil
}
