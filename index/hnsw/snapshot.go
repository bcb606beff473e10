package hnsw

import (
	"context"
	"fmt"
	"sync"

	"ragserver/index"
	"ragserver/index/vectors"
)

// A snapshot is one version of the vectors. What it sees stays in the graph until
// it is closed.
type snapshot struct {
	leg   *Leg
	state *state
	once  sync.Once
}

// Snapshot implements index.Leg.
func (l *Leg) Snapshot() index.Snapshot {
	// Held first: a version that is the newest while it is taken is held
	// before anything that it sees can be taken out.
	l.held.mu.Lock()
	defer l.held.mu.Unlock()
	s := l.state.Load()
	l.held.versions[s.table.Version()]++
	return &snapshot{leg: l, state: s}
}

// Close implements index.Snapshot.
func (s *snapshot) Close() {
	s.once.Do(func() { s.leg.held.release(s.state.table.Version()) })
}

// Len implements index.Snapshot.
func (s *snapshot) Len() int { return s.state.table.Len() }

// Score implements index.Snapshot.
func (s *snapshot) Score(ctx context.Context, q index.Query, rows []index.Row) ([]float64, error) {
	scores := make([]float64, len(rows))
	p, err := s.state.table.NewProbe(q.Vector)
	if err != nil {
		return scores, fmt.Errorf("hnsw: %w", err)
	}
	if p == nil {
		return scores, ctx.Err()
	}
	for i, row := range rows {
		if at, ok := s.slot(row); ok {
			scores[i] = p.Score(s.state.table, at)
		}
	}
	return scores, ctx.Err()
}

// slot returns where a row is that the snapshot sees.
func (s *snapshot) slot(row index.Row) (slot, bool) {
	return s.state.at(row)
}

// at returns the slot of a row that the state sees. A row that is gone may still
// have a slot, which is another row's now.
func (s *state) at(row index.Row) (slot, bool) {
	at, ok := s.rows.slot(row)
	return at, ok && s.table.Sees(at) && s.table.Row(at) == row
}

// Search implements index.Snapshot.
func (s *snapshot) Search(ctx context.Context, q index.Query) ([]index.Scored, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(q.Vector) == 0 || q.K <= 0 || s.Len() == 0 {
		return nil, nil
	}
	p := s.leg.probes.Get().(*vectors.Probe)
	defer s.leg.probes.Put(p)
	if err := p.SetQuery(s.state.table, q.Vector); err != nil {
		return nil, fmt.Errorf("hnsw: %w", err)
	}
	s.leg.asked.keep(q.Vector)
	a := &ask{snapshot: s, probe: p, k: min(q.K, s.Len()), rows: q.Rows}
	found, err := a.answer(ctx)
	if q.Plan != nil {
		*q.Plan = a.plan
	}
	return found, err
}

// some returns a function for vectors.Table.ScanSome that gives the slots of rows.
func (s *snapshot) some(next func([]index.Row) int) func([]vectors.Slot) int {
	return func(buf []vectors.Slot) int {
		for {
			n := next(buf)
			if n == 0 {
				return 0
			}
			found := buf[:0]
			for _, row := range buf[:n] {
				if at, ok := s.slot(row); ok {
					found = append(found, at)
				}
			}
			if len(found) > 0 {
				return len(found)
			}
		}
	}
}
