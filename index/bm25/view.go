package bm25

import (
	"cmp"
	"context"
	"slices"

	"ragserver/index"
)

// A view is one state of the leg. It does not change.
type view struct {
	leg       *Leg
	parts     []partView // segments, the largest first, then heads
	chunks    int        // that are not deleted
	length    uint64     // of those
	languages []string   // of those, the most frequent
	end       uint32     // above all rows
}

// A partView is a part as one view sees it: its first n chunks without the
// deleted ones.
type partView struct {
	part
	n        uint32
	deletion *deletion
}

// live is how many chunks of the part are not deleted.
func (p *partView) live() int { return int(p.n) - p.deletion.dead() }

// find returns the chunk that has a row in this view.
func (p *partView) find(row index.Row) (chunk uint32, ok bool) {
	p.part.find(row, p.n, func(n uint32) {
		if !p.deletion.has(n) {
			chunk, ok = n, true
		}
	})
	return chunk, ok
}

// frequency is how many chunks of the part have a term.
func (p *partView) frequency(number uint32) int {
	switch g := p.part.(type) {
	case *segment:
		l := g.list(number)
		return p.deletion.live(&l)
	case *head:
		return g.frequency(number, p.n, p.deletion)
	}
	return 0
}

// frequency is how many of the first n chunks that are not deleted have a term.
func (h *head) frequency(number, n uint32, d *deletion) int {
	sum := 0
	w := h.walk(number)
	for run := w.next(); len(run) > 0; run = w.next() {
		if d == nil && uint32(run[len(run)-1]>>32) < n {
			sum += len(run)
			continue
		}
		for _, slot := range run {
			chunk := uint32(slot >> 32)
			if chunk >= n {
				return sum
			}
			if !d.has(chunk) {
				sum++
			}
		}
	}
	return sum
}

// mean is the mean length of the chunks.
func (v *view) mean() float64 { return max(float64(v.length)/float64(max(v.chunks, 1)), 1) }

// maxLanguages is how many languages the words of a query are stemmed in.
const maxLanguages = 4

// A census counts the chunks by language. The writer keeps it.
type census map[string]int

// frequent returns the most frequent languages.
func (c census) frequent() []string {
	all := make([]string, 0, len(c))
	for language := range c {
		all = append(all, language)
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(c[b], c[a]), cmp.Compare(a, b))
	})
	return all[:min(len(all), maxLanguages)]
}

// A snapshot is a view that is held.
type snapshot struct{ view *view }

// Len implements index.Snapshot.
func (s snapshot) Len() int { return s.view.chunks }

// Close implements index.Snapshot. What the snapshot alone has held is freed by
// the garbage collector.
func (s snapshot) Close() {}

// Search implements index.Snapshot.
func (s snapshot) Search(ctx context.Context, q index.Query) ([]index.Scored, error) {
	best, _, err := s.SearchScore(ctx, q, nil)
	return best, err
}

// Score implements index.Snapshot.
func (s snapshot) Score(ctx context.Context, q index.Query, rows []index.Row) ([]float64, error) {
	q.K = 0
	_, scores, err := s.SearchScore(ctx, q, rows)
	return scores, err
}
