package bleve

import (
	"context"
	"runtime/debug"
	"sync"

	"ragserver/index"
)

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

// SearchScore implements index.SearchScorer: the words are looked up once.
func (s *snapshot) SearchScore(ctx context.Context, q index.Query, rows []index.Row) (best []index.Scored, scores []float64, err error) {
	scores = make([]float64, len(rows))
	if q.K <= 0 && len(rows) == 0 || s.view == nil || s.view.chunks == 0 {
		return nil, scores, ctx.Err()
	}
	defer recoverCorrupt(s.view.leg.dir, &err, debug.SetPanicOnFault(true))
	query, err := s.view.newQuery(ctx, q.Text)
	if err != nil || len(query.terms) == 0 {
		return nil, scores, err
	}
	if err := query.score(ctx, rows, scores); err != nil {
		return nil, nil, err
	}
	if q.K > 0 {
		best, err = query.search(ctx, min(q.K, s.view.chunks), q.Rows)
	}
	return best, scores, err
}
