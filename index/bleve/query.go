package bleve

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
	"ragserver/index/bleve/postings"
)

// maxTerms is how many different words of a query count, the first ones.
const maxTerms = 1024

// slack is how much bounds are raised, so that rounding does not break them: each
// of at most maxTerms additions is off by less than 1e-7.
const slack = 1 + 1e-4

// A query is the words of a question with what they are worth in one view, the
// worthiest first. Scores are always summed in this order, whichever way a chunk
// is found, so that they are the same to the last bit.
type query struct {
	view  *view
	terms []term
	c0    float32 // K1 * (1 - B)
	c1    float32 // K1 * B / mean length
}

// A term is a word of a query.
type term struct {
	text   string
	count  uint32          // in the query
	weight float32         // idf * (K1+1) * count
	lists  []postings.List // by segment
}

// newQuery looks the words of text up.
func (v *view) newQuery(ctx context.Context, text string) (*query, error) {
	q := &query{view: v, terms: v.leg.queryTerms(text)}
	n := float64(v.chunks)
	mean := max(float64(v.length)/n, 1)
	q.c0, q.c1 = postings.K1*(1-postings.B), float32(postings.K1*postings.B/mean)
	for i := range q.terms {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		t := &q.terms[i]
		t.lists = make([]postings.List, len(v.segments))
		df := 0
		for j := range v.segments {
			s := &v.segments[j]
			t.lists[j] = s.words.List(t.text)
			df += s.deletion.live(t.text, &t.lists[j])
		}
		if df > 0 {
			idf := math.Log1p((n - float64(df) + 0.5) / (float64(df) + 0.5))
			t.weight = float32(idf * (postings.K1 + 1) * float64(t.count))
		}
	}
	q.terms = slices.DeleteFunc(q.terms, func(t term) bool { return t.weight == 0 })
	slices.SortStableFunc(q.terms, func(a, b term) int { return cmp.Compare(b.weight, a.weight) })
	return q, nil
}

// queryTerms returns the different terms of text. A word that different
// languages write differently in the index counts as several.
func (l *Leg) queryTerms(text string) []term {
	c := <-l.counters
	defer func() { l.counters <- c }()
	var terms []term
	at := make(map[string]int)
	for _, word := range c.analyzer.Query(text, l.languages.all()) {
		for _, alternative := range word {
			i, ok := at[alternative]
			if !ok {
				if len(terms) == maxTerms {
					continue
				}
				i = len(terms)
				at[alternative] = i
				terms = append(terms, term{text: alternative})
			}
			terms[i].count++
		}
	}
	return terms
}

// worth is what a word adds to the score of a chunk. The conversion keeps the
// compiler from fusing the steps in one place and not in another.
func (q *query) worth(weight float32, count, length uint32) float32 {
	tf := float32(count)
	return weight * tf / (tf + (q.c0 + float32(q.c1*float32(length))))
}

// bounds returns, for each term, what it and all after it add at most to a chunk
// of the n-th segment; and 0 at the end. It appends to rest.
func (q *query) bounds(n int, rest []float64) []float64 {
	s := &q.view.segments[n]
	// The bounds of the lists were made with the mean length of then.
	grown := max(1, postings.K1*postings.B/float64(q.c1)/s.words.Mean())
	rest = append(rest, make([]float64, len(q.terms)+1)...)
	for i := len(q.terms) - 1; i >= 0; i-- {
		t := &q.terms[i]
		ratio := float64(t.lists[n].Bound) * grown
		rest[i] = rest[i+1] + float64(t.weight)*ratio/(ratio+1)*slack
	}
	return rest
}

// search returns the k best of the rows; nil means all.
func (q *query) search(ctx context.Context, k int, rows *roaring.Bitmap) ([]index.Scored, error) {
	if rows != nil && rows.GetCardinality()*8 < q.size() {
		return q.among(ctx, k, rows.ToArray())
	}
	c := q.view.leg.scratch.Get().(*collector)
	c.reset(k, q.view.rows, rows)
	for n := range q.view.segments {
		if err := q.run(ctx, n, c); err != nil {
			return nil, err // and c is not as it should be
		}
	}
	top := c.top.Sorted()
	q.view.leg.scratch.Put(c)
	return top, nil
}

// size is the length of all lists.
func (q *query) size() (n uint64) {
	for i := range q.terms {
		for _, l := range q.terms[i].lists {
			n += uint64(l.Len)
		}
	}
	return n
}

// run finds the best chunks of the n-th segment. It is MaxScore (Turtle and
// Flood, 1995), a word at a time: once the words that are left cannot lift a new
// chunk to the floor, they are only added to the chunks that are known, and of
// those the hopeless are dropped.
func (q *query) run(ctx context.Context, n int, c *collector) error {
	s := &q.view.segments[n]
	c.begin(len(s.rows))
	c.rest = q.bounds(n, c.rest[:0])
	rest := c.rest
	floor := c.top.Floor()
	left := 0 // chunks in the lists that are left
	for i := range q.terms {
		left += q.terms[i].lists[n].Len
	}
	for i := range q.terms {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := &q.terms[i]
		l := &t.lists[n]
		left -= l.Len
		switch {
		case rest[i] >= floor:
			q.add(l, t.weight, s, c)
		default:
			c.prune(rest[i], floor)
			q.addKnown(l, t.weight, s, c)
		}
		// No sum is above most, so that looking is of use only if what is
		// left is less.
		if most := rest[0] - rest[i+1]; left > len(c.touched) && len(c.touched) >= c.k && most > max(floor, rest[i+1]) {
			floor = max(floor, c.floor(s, most))
		}
	}
	c.collect(s)
	return nil
}

// add adds what a term is worth to the chunks that have it.
func (q *query) add(l *postings.List, weight float32, s *segmentView, c *collector) {
	for block := range l.Blocks() {
		n := l.Decode(block, &c.chunks, &c.counts)
		counts := c.counts[:n]
		for i, chunk := range c.chunks[:n] {
			sum := c.sums[chunk]
			if sum == 0 {
				c.touched = append(c.touched, chunk)
			}
			c.sums[chunk] = sum + q.worth(weight, counts[i], s.lengths[chunk])
		}
	}
}

// addKnown does what add does, to the chunks that are touched already.
func (q *query) addKnown(l *postings.List, weight float32, s *segmentView, c *collector) {
	if len(c.touched)*16 < l.Len {
		slices.Sort(c.touched)
		at := l.Cursor()
		for _, chunk := range c.touched {
			if count := at.Count(chunk); count > 0 {
				c.sums[chunk] += q.worth(weight, count, s.lengths[chunk])
			}
		}
		return
	}
	for block := range l.Blocks() {
		n := l.Decode(block, &c.chunks, &c.counts)
		counts := c.counts[:n]
		for i, chunk := range c.chunks[:n] {
			if sum := c.sums[chunk]; sum != 0 {
				c.sums[chunk] = sum + q.worth(weight, counts[i], s.lengths[chunk])
			}
		}
	}
}
