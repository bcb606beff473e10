package hybrid

import (
	"context"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// A Snapshot is one unchanging state of an Index: of both legs and of the
// metadata. Any number of goroutines may use it until Close.
type Snapshot struct {
	index *Index
	state *state
}

// Epoch is the last epoch in the snapshot.
func (s *Snapshot) Epoch() rag.Epoch { return s.state.epoch }

// Close releases the snapshot. It is called once.
func (s *Snapshot) Close() {
	s.index.mu.Lock()
	defer s.index.mu.Unlock()
	s.index.release(s.state)
}

// Metadata returns the metadata of a document, and whether the snapshot has the
// document. The map is shared and not to be modified.
func (s *Snapshot) Metadata(uri rag.URI) (map[string]any, bool) {
	d := s.index.docs.find(uri)
	if d == nil {
		return nil, false
	}
	r := d.at(s.state.version)
	if r == nil {
		return nil, false
	}
	return r.metadata.get(), true
}

// Len counts what is searchable: documents, their chunks, and how many of these
// have a vector.
func (s *Snapshot) Len() (docs, chunks, vectors int) {
	return s.state.docs, s.state.chunks, s.state.vectors
}

// Search returns the best q.K chunks, best first and equal scores by ID; fewer
// only if no more match.
//
// The union of both legs' candidates is scored exactly in both. With Convex the
// score is Share * cosine + (1-Share) * BM25 / the best BM25; a query that has
// no vector is weighed by its words alone. With VectorOnly and TextOnly the
// score is the cosine or BM25 itself.
func (s *Snapshot) Search(ctx context.Context, q Query) ([]Hit, error) {
	if q.K <= 0 || s.state.chunks == 0 {
		return nil, ctx.Err()
	}
	var rows *roaring.Bitmap
	if q.Filter != nil {
		var err error
		if rows, err = s.index.rowsOf(ctx, s.state, q.Filter); err != nil {
			return nil, err
		}
		if rows.IsEmpty() {
			return nil, nil
		}
	}
	if q.Explanation != nil {
		*q.Explanation = Explanation{Fusion: s.index.config.Fusion, Share: shareOf(q), Rows: s.state.chunks}
		if rows != nil {
			q.Explanation.Rows = int(rows.GetCardinality())
		}
	}
	c, err := s.candidates(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	hits := s.fuse(q, c)
	if q.Explanation != nil {
		q.Explanation.Candidates = len(hits)
	}
	return slices.Clip(hits[:min(q.K, len(hits))]), nil
}

// A candidates is what the legs say.
type candidates struct {
	vector, text []index.Scored // best first
	cosine, bm25 map[index.Row]float64
}

// candidates asks the legs.
func (s *Snapshot) candidates(ctx context.Context, q Query, rows *roaring.Bitmap) (*candidates, error) {
	c := new(candidates)
	n := q.K
	if q.Mode != VectorOnly && q.Mode != TextOnly {
		n = max(n, s.index.config.Candidates)
	}
	n = min(n, s.state.chunks)
	lq := index.Query{Text: q.Text, Vector: q.Vector, K: n, Rows: rows}
	explained := q.Explanation
	if explained == nil {
		explained = new(Explanation) // for nobody
	}
	var err error
	if q.Mode != TextOnly && len(q.Vector) > 0 {
		c.vector, _, err = s.best(ctx, s.state.vector, lq, nil, &explained.Vector)
		if err != nil {
			return nil, fmt.Errorf("searching by vector: %w", err)
		}
	}
	var rest []float64
	if q.Mode != VectorOnly && q.Text != "" {
		c.text, rest, err = s.best(ctx, s.state.text, lq, rowsOnly(c.vector), &explained.Text)
		if err != nil {
			return nil, fmt.Errorf("searching by words: %w", err)
		}
	}
	c.bm25 = make(map[index.Row]float64, len(c.vector)+len(c.text))
	for i, score := range rest {
		c.bm25[c.vector[i].Row] = score
	}
	for _, r := range c.text {
		c.bm25[r.Row] = r.Score
	}
	return c, s.scoreCosine(ctx, q, lq, c)
}

// scoreCosine completes the cosines of what only the text leg has found.
func (s *Snapshot) scoreCosine(ctx context.Context, q Query, lq index.Query, c *candidates) error {
	c.cosine = make(map[index.Row]float64, len(c.vector)+len(c.text))
	for _, r := range c.vector {
		c.cosine[r.Row] = r.Score
	}
	if q.Mode == TextOnly || len(q.Vector) == 0 {
		return nil
	}
	var more []index.Row
	for _, r := range c.text {
		if _, ok := c.cosine[r.Row]; !ok {
			more = append(more, r.Row)
		}
	}
	scores, err := s.state.vector.Score(ctx, lq, more)
	if err != nil {
		return fmt.Errorf("scoring by vector: %w", err)
	}
	for i, row := range more {
		c.cosine[row] = scores[i]
	}
	return nil
}

// best returns the q.K best rows of a leg, equal scores by chunk ID, and the
// scores of more. Rows are numbered by history, so a leg that cuts its list
// between equal scores is asked for a longer one: the same documents give the
// same results, however they came to be there. So is one that walks to its
// results and comes back with fewer than there are, as long as that helps.
func (s *Snapshot) best(ctx context.Context, leg index.Snapshot, q index.Query, more []index.Row, told *LegExplanation) ([]index.Scored, []float64, error) {
	k, found := q.K, -1
	q.Plan = &told.Plan
	for q.K = k + 1; ; q.K *= 2 {
		told.Plan = index.Plan{}
		list, scores, err := index.SearchScore(ctx, leg, q, more)
		if err != nil {
			return nil, nil, err
		}
		told.Searches++
		cut := len(list) == q.K && list[k-1].Score == list[len(list)-1].Score
		short := len(list) < min(k, s.expected(leg, q)) && len(list) > found
		found = len(list)
		if !cut && !short {
			s.sort(list)
			list = list[:min(k, len(list))]
			told.Candidates = len(list)
			return list, scores, nil
		}
	}
}

// expected is how many rows a search of leg for q should find at most: any
// chunk with a vector has a cosine. How many match by words only that leg knows.
func (s *Snapshot) expected(leg index.Snapshot, q index.Query) int {
	if leg != s.state.vector {
		return 0
	}
	if q.Rows != nil {
		return min(int(q.Rows.GetCardinality()), leg.Len())
	}
	return leg.Len()
}

func (s *Snapshot) sort(list []index.Scored) {
	slices.SortFunc(list, func(a, b index.Scored) int {
		return byScore(a.Score, b.Score, s.state.table.at(a.Row).id, s.state.table.at(b.Row).id)
	})
}

func rowsOnly(list []index.Scored) []index.Row {
	rows := make([]index.Row, len(list))
	for i, r := range list {
		rows[i] = r.Row
	}
	return rows
}
