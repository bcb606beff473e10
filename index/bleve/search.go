package bleve

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	segment "github.com/blevesearch/scorch_segment_api/v2"

	"ragserver/index"
)

// The parameters of BM25: how soon more of a word says no more, and how much a
// long text is held against it.
const (
	k1 = 1.2
	b  = 0.75
)

// maxTerms is how many different words of a query count, the first ones.
const maxTerms = 1024

// Snapshot implements index.Leg.
func (l *Leg) Snapshot() index.Snapshot {
	if l.mu.TryLock() { // or Apply is under way and will do it
		if !l.closed {
			// What bleve has merged since is let go of. If that cannot be
			// read, the view that we have still can.
			_ = l.refresh()
		}
		l.mu.Unlock()
	}
	return &snapshot{view: l.view()}
}

// A snapshot is a reference to a view.
type snapshot struct {
	view *view // nil: of a closed leg
	once sync.Once
}

// Len implements index.Snapshot.
func (s *snapshot) Len() int {
	if s.view == nil {
		return 0
	}
	return s.view.chunks
}

// Close implements index.Snapshot.
func (s *snapshot) Close() {
	s.once.Do(func() {
		if s.view != nil {
			s.view.release()
		}
	})
}

// Search implements index.Snapshot.
func (s *snapshot) Search(ctx context.Context, q index.Query) ([]index.Scored, error) {
	best, _, err := s.SearchScore(ctx, q, nil)
	return best, err
}

// Score implements index.Snapshot.
func (s *snapshot) Score(ctx context.Context, q index.Query, rows []index.Row) ([]float64, error) {
	q.K = 0
	_, scores, err := s.SearchScore(ctx, q, rows)
	return scores, err
}

// SearchScore implements index.SearchScorer: one pass over the postings scores
// every chunk.
func (s *snapshot) SearchScore(ctx context.Context, q index.Query, rows []index.Row) (best []index.Scored, scores []float64, err error) {
	scores = make([]float64, len(rows))
	if q.K <= 0 && len(rows) == 0 || s.view == nil || s.view.chunks == 0 {
		return nil, scores, ctx.Err()
	}
	defer recoverCorrupt(s.view.leg.dir, &err)
	query, err := s.view.newQuery(ctx, q.Text)
	if err != nil || len(query.terms) == 0 {
		return nil, scores, err
	}
	c := newCollector(s.view.rows, min(q.K, s.view.chunks), q.Rows, rows, scores)
	for i := range s.view.segments {
		if err := query.run(ctx, i, c); err != nil {
			return nil, nil, fmt.Errorf("bleve: reading %s: %w", s.view.leg.dir, err)
		}
	}
	return c.top.Sorted(), scores, nil
}

// A query is the words of a question with what they are worth in one view.
type query struct {
	view  *view
	terms []term
	c0    float32 // k1 * (1 - b)
	c1    float32 // k1 * b / mean length
}

// A term is a word of a query.
type term struct {
	text   string
	count  int                    // in the query
	weight float32                // idf * (k1+1) * count
	lists  []segment.PostingsList // by segment; nil where it does not occur
}

// newQuery looks the words of text up. Their order is that of the text, so that
// sums are always made in the same order.
func (v *view) newQuery(ctx context.Context, text string) (*query, error) {
	q := &query{view: v, terms: v.leg.queryTerms(text)}
	for i := range v.segments {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s := v.segments[i].segment
		dict, err := s.Segment().Dictionary(textField)
		if err != nil {
			return nil, err
		}
		for t := range q.terms {
			list, err := dict.PostingsList([]byte(q.terms[t].text), s.Deleted(), nil)
			if err != nil {
				return nil, err
			}
			q.terms[t].lists = append(q.terms[t].lists, list)
		}
	}
	n := float64(v.chunks)
	for i := range q.terms {
		t := &q.terms[i]
		var df uint64
		for j, list := range t.lists {
			count := list.Count()
			if df += count; count == 0 {
				t.lists[j] = nil
			}
		}
		idf := math.Log1p((n - float64(df) + 0.5) / (float64(df) + 0.5))
		t.weight = float32(idf * (k1 + 1) * float64(t.count))
	}
	mean := max(float64(v.length)/n, 1)
	q.c0, q.c1 = k1*(1-b), float32(k1*b/mean)
	return q, nil
}

// queryTerms returns the different terms of text.
func (l *Leg) queryTerms(text string) []term {
	a := <-l.analyzers
	defer func() { l.analyzers <- a }()
	var terms []term
	at := make(map[string]int)
	a.terms(text, func(t string) {
		if i, ok := at[t]; ok {
			terms[i].count++
		} else if len(terms) < maxTerms {
			at[t] = len(terms)
			terms = append(terms, term{text: t, count: 1})
		}
	})
	return slices.Clip(terms)
}

// run scores the chunks of the n-th segment.
func (q *query) run(ctx context.Context, n int, c *collector) error {
	s := &q.view.segments[n]
	sums := c.sums(len(s.rows))
	var it segment.PostingsIterator
	for i := range q.terms {
		list := q.terms[i].lists[n]
		if list == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		it = list.Iterator(true, false, false, it)
		if err := q.add(it, q.terms[i].weight, s, sums, c); err != nil {
			return err
		}
	}
	c.collect(s.rows, sums)
	return nil
}

// add adds what one term is worth to the chunks that have it.
func (q *query) add(it segment.PostingsIterator, weight float32, s *segmentView, sums []float32, c *collector) error {
	for {
		posting, err := it.Next()
		if err != nil || posting == nil {
			return err
		}
		n := uint32(posting.Number())
		tf := float32(posting.Frequency())
		if sums[n] == 0 {
			c.touched = append(c.touched, n)
		}
		sums[n] += weight * tf / (tf + q.c0 + q.c1*float32(s.lengths[n]))
	}
}
