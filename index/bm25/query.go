package bm25

import (
	"cmp"
	"context"
	"runtime"
	"slices"

	"ragserver/index"
	"ragserver/index/analyze"
)

// maxTerms is how many different terms of a query count, the first ones.
const maxTerms = 1024

// slack is how much bounds are raised, so that rounding does not break them: each
// of at most maxTerms additions is off by less than 1e-7.
const slack = 1 + 1e-4

// A query is the terms of a question with what they are worth in one view, the
// worthiest first. Scores are always summed in this order, whichever way a chunk
// is found, so that they are the same to the last bit.
type query struct {
	view   *view
	terms  []term
	c0, c1 float32  // see scorer.norms
	match  *matcher // nil: a chunk matches if it has a term
}

// A term is a term of a query.
type term struct {
	key
	count  int      // in the query
	df     int      // chunks that have it
	weight float32  // see scorer.weight
	at     []uint32 // by part of the view: its number and 1; 0 if it is not there
}

// newQuery looks the terms of a question up. It is nil if there are none.
func (v *view) newQuery(ctx context.Context, iq index.Query) (*query, error) {
	q := &query{view: v}
	q.c0, q.c1 = v.leg.scorer.norms(v.mean())
	a, err := v.leg.asker()
	if err != nil {
		return nil, err
	}
	defer v.leg.askers.Put(a)
	if iq.Syntax {
		if err := q.parse(ctx, iq.Text, a); err != nil {
			return nil, err
		}
	} else {
		for _, word := range a.Query(iq.Text, v.languages) {
			for _, t := range word {
				q.add(t)
			}
		}
	}
	return q, q.weigh(ctx)
}

// An asker analyzes queries. One goroutine uses it at a time.
type asker struct {
	analyze.Analyzer
	known *analyze.Vocabulary
}

// asker returns an asker for a query.
func (l *Leg) asker() (*asker, error) {
	if a, ok := l.askers.Get().(*asker); ok {
		if a.known.Full() {
			a.known.Clear()
		}
		return a, nil
	}
	a, err := analyze.New(l.config.Analyzer)
	return &asker{a, analyze.NewVocabulary()}, err
}

// add adds an occurrence of a term, and returns its place; -1 if there are too
// many.
func (q *query) add(text string) int {
	i := slices.IndexFunc(q.terms, func(t term) bool { return t.text == text })
	if i < 0 {
		if len(q.terms) == maxTerms {
			return -1
		}
		i = len(q.terms)
		q.terms = append(q.terms, term{key: newKey(text)})
	}
	q.terms[i].count++
	return i
}

// weigh finds out what the terms are worth, forgets those that no chunk has, and
// sorts them.
func (q *query) weigh(ctx context.Context) error {
	parts := q.view.parts
	places := make([]uint32, len(parts)*len(q.terms))
	for i := range q.terms {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := &q.terms[i]
		t.at, places = places[:len(parts):len(parts)], places[len(parts):]
		for j := range parts {
			if number, ok := parts[j].lookup(t.key); ok {
				t.at[j] = number + 1
				t.df += parts[j].frequency(number)
			}
		}
		if t.df > 0 {
			t.weight = q.view.leg.scorer.weight(q.view.chunks, t.df, t.count)
		}
	}
	q.terms = slices.DeleteFunc(q.terms, func(t term) bool { return t.weight == 0 })
	slices.SortStableFunc(q.terms, func(a, b term) int { return cmp.Compare(b.weight, a.weight) })
	return nil
}

// worth is what a term adds to the score of a chunk. The conversion keeps the
// compiler from fusing the steps in one place and not in another.
func (q *query) worth(weight float32, count, length uint32) float32 {
	tf := float32(count)
	return weight * tf / (tf + (q.c0 + float32(q.c1*float32(length))))
}

// SearchScore implements index.SearchScorer: the terms are looked up once.
func (s snapshot) SearchScore(ctx context.Context, iq index.Query, rows []index.Row) (best []index.Scored, scores []float64, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	defer runtime.KeepAlive(s.view) // what is mapped is
	defer guard(&err)()
	scores = make([]float64, len(rows))
	q, err := s.view.newQuery(ctx, iq)
	if err != nil || len(q.terms) == 0 || iq.K <= 0 && len(rows) == 0 {
		return nil, scores, err
	}
	best, err = q.run(ctx, iq, rows, scores)
	if err != nil {
		return nil, nil, err
	}
	return best, scores, nil
}
