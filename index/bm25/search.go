package bm25

import (
	"context"
	"math"

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
		return q.matchPart(ctx, i, c, points, ask.scores)
	}
	switch g := p.part.(type) {
	case *head:
		if c.k > 0 || len(points) > 0 {
			return q.runHead(ctx, i, g, c, points, ask.scores)
		}
	case *segment:
		if c.k > 0 || len(points) > 0 {
			return q.runSegment(ctx, i, g, c, points, ask.scores)
		}
	}
	return nil
}

// matchPart is runPart for a query in the query language.
func (q *query) matchPart(ctx context.Context, i int, c *collector, points []point, scores []float64) error {
	p, m := &q.view.parts[i], q.match
	if m.turn(i); len(points) > 0 {
		for _, at := range points {
			scores[at.place] = float64(m.score(at.chunk, math.Inf(-1)))
		}
		m.turn(i)
	}
	if c.k == 0 {
		return nil
	}
	if len(m.needs) > 0 {
		return q.runRequired(ctx, i, c)
	}
	switch g := p.part.(type) {
	case *head:
		return q.runHead(ctx, i, g, c, nil, nil)
	case *segment:
		return q.runSegment(ctx, i, g, c, nil, nil)
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
