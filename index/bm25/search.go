package bm25

import (
	"cmp"
	"context"
	"slices"

	"ragserver/index"
)

// run answers a question: the best rows, and scores of the rows asked for.
func (q *query) run(ctx context.Context, iq index.Query, rows []index.Row, scores []float64) ([]index.Scored, error) {
	k := min(max(iq.K, 0), q.view.chunks)
	ask := question{rows: sortRows(rows), scores: scores}
	c, _ := q.view.leg.scratch.Get().(*collector)
	if c == nil {
		c = new(collector)
	}
	if k > 0 && iq.Rows != nil && iq.Rows.GetCardinality()*16 < q.postings() {
		return q.among(ctx, k, iq, ask, c)
	}
	c.reset(q, k, iq.Rows)
	for i := range q.view.parts {
		if err := q.runPart(ctx, i, c, ask); err != nil {
			return nil, err // and c is not as it should be
		}
	}
	best := c.top.Sorted()
	plan := index.Plan{Method: "maxscore", Scored: c.scored + len(rows)}
	q.view.leg.scratch.Put(c)
	tell(iq, plan)
	return best, nil
}

func tell(iq index.Query, plan index.Plan) {
	if iq.Plan != nil {
		*iq.Plan = plan
	}
}

// postings is the length of all lists, about.
func (q *query) postings() (n uint64) {
	for i := range q.terms {
		n += uint64(q.terms[i].df)
	}
	return n
}

// runPart scores the points of a part, and collects its best chunks.
func (q *query) runPart(ctx context.Context, i int, c *collector, ask question) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := &q.view.parts[i]
	points := ask.in(p)
	if q.match != nil {
		for _, at := range points {
			ask.scores[at.place] = float64(q.match.score(i, at.chunk))
		}
		points = nil
	}
	switch g := p.part.(type) {
	case *head:
		if c.k > 0 || len(points) > 0 {
			q.runHead(i, g, c, points, ask.scores)
		}
	case *segment:
		q.scorePoints(i, g, points, ask.scores)
		if c.k > 0 {
			return q.runSegment(ctx, i, g, c)
		}
	}
	return nil
}

// among returns the k best of a few rows.
func (q *query) among(ctx context.Context, k int, iq index.Query, ask question, c *collector) ([]index.Scored, error) {
	rows := iq.Rows.ToArray()
	scores := make([]float64, len(rows))
	few := question{rows: sortRows(rows), scores: scores}
	c.reset(q, 0, nil)
	for i := range q.view.parts {
		for _, a := range []question{ask, few} {
			if err := q.runPart(ctx, i, c, a); err != nil {
				return nil, err
			}
		}
	}
	q.view.leg.scratch.Put(c)
	top := index.NewTop(k)
	for i, row := range rows {
		if scores[i] > 0 {
			top.Push(row, scores[i])
		}
	}
	tell(iq, index.Plan{Method: "rows", Scored: len(rows) + len(ask.rows)})
	return top.Sorted(), nil
}

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

// runHead scores all chunks of a head.
func (q *query) runHead(part int, h *head, c *collector, points []point, scores []float64) {
	p := &q.view.parts[part]
	for i := range q.terms {
		t := &q.terms[i]
		if t.at[part] == 0 {
			continue
		}
		w := h.walk(t.at[part] - 1)
		for run := w.next(); len(run) > 0; run = w.next() {
			if q.addRun(h, run, t.weight, p.n, &c.window) {
				break
			}
		}
	}
	for _, at := range points {
		scores[at.place] = float64(c.window.sums[at.chunk])
	}
	c.collect(p, part, 0, 0)
}

// addRun adds what a term is worth to chunks below n of a head. It says whether
// there were others.
func (q *query) addRun(h *head, run []uint64, weight float32, n uint32, w *window) (done bool) {
	for _, slot := range run {
		chunk := uint32(slot >> 32)
		if chunk >= n {
			return true
		}
		chunk %= windowSize
		w.sums[chunk] += q.worth(weight, uint32(slot), h.chunks[chunk].length)
		w.bits[chunk/64] |= 1 << (chunk % 64)
	}
	return false
}
