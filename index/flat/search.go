package flat

import (
	"context"
	"fmt"
	"sync"

	"ragserver/index"
)

// parallelRows is the size from which workers share a scan: about 0.3 ms of it.
const parallelRows = 32 * slabRows

// A Snapshot is one version of the rows.
type Snapshot struct {
	table *table
	leg   *Leg
}

// Len implements index.Snapshot.
func (s *Snapshot) Len() int { return s.table.live }

// Close implements index.Snapshot.
func (s *Snapshot) Close() {}

// Sees says whether row has a vector in the snapshot.
func (s *Snapshot) Sees(row index.Row) bool {
	sl, i := s.table.at(row)
	return sl != nil && sl.alive(i, s.table.version)
}

// usable says whether q can be compared with the rows at all.
func (s *Snapshot) usable(q index.Query) (bool, error) {
	if len(q.Vector) == 0 || s.table.live == 0 {
		return false, nil
	}
	if len(q.Vector) != s.table.dim {
		return false, fmt.Errorf("flat: query vector has %d dimensions, the index has %d", len(q.Vector), s.table.dim)
	}
	if n := norm(q.Vector); !(n < 1e18) {
		return false, fmt.Errorf("flat: query vector is not finite")
	}
	return true, nil
}

// Search implements index.Snapshot.
func (s *Snapshot) Search(ctx context.Context, q index.Query) ([]index.Scored, error) {
	if ok, err := s.usable(q); !ok || err != nil || q.K <= 0 {
		return nil, err
	}
	k := min(q.K, s.table.live)
	p := newProbe(s.leg.kernel, q.Vector)
	if q.Rows == nil {
		return s.scanAll(ctx, p, k, nil)
	}
	if n := q.Rows.GetCardinality(); n < fewRows {
		best := index.NewTop(min(k, int(n)))
		err := s.scanRows(ctx, p, q.Rows, best)
		return best.Sorted(), err
	}
	return s.scanAll(ctx, p, k, s.allowed(q.Rows))
}

// scanAll looks at all rows that are allowed, if that is not nil.
func (s *Snapshot) scanAll(ctx context.Context, p *probe, k int, allowed []uint64) ([]index.Scored, error) {
	workers := s.leg.workers / int(s.leg.running.Add(1))
	defer s.leg.running.Add(-1)
	if len(s.table.slabs)*slabRows < parallelRows || workers <= 1 {
		best := index.NewTop(k)
		err := s.scan(ctx, p, best, allowed, 0, 1)
		return best.Sorted(), err
	}
	return s.scanParallel(ctx, p, k, allowed, workers)
}

// scanParallel gives each worker every n-th slab and joins what they found.
func (s *Snapshot) scanParallel(ctx context.Context, p *probe, k int, allowed []uint64, workers int) ([]index.Scored, error) {
	tops := make([]*index.Top, workers)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range tops {
		tops[w] = index.NewTop(k)
		wg.Go(func() { errs[w] = s.scan(ctx, p, tops[w], allowed, w, workers) })
	}
	wg.Wait()
	for w, t := range tops {
		if errs[w] != nil {
			return nil, errs[w]
		}
		if w == 0 {
			continue
		}
		for _, r := range t.Sorted() {
			tops[0].Push(r.Row, r.Score)
		}
	}
	return tops[0].Sorted(), nil
}

// scan looks at every step-th slab from first.
func (s *Snapshot) scan(ctx context.Context, p *probe, best *index.Top, allowed []uint64, first, step int) error {
	v := s.leg.sieves.Get().(*sieve)
	defer s.leg.sieves.Put(v)
	for n := first; n < len(s.table.slabs); n += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		sl, base := s.table.slabs[n], index.Row(n*slabRows)
		if sl == nil {
			continue
		}
		var rows []uint64
		if allowed != nil {
			rows = allowed[n*slabWords : (n+1)*slabWords]
		}
		if sparse(sl, rows) {
			s.scanSet(p, v, rows, base, best)
			continue
		}
		v.fill(p, sl, s.table.version, rows, float32(best.Floor()))
		v.push(p, sl, s.table.version, rows, best, base)
	}
	return nil
}

// Score implements index.Snapshot.
func (s *Snapshot) Score(ctx context.Context, q index.Query, rows []index.Row) ([]float64, error) {
	scores := make([]float64, len(rows))
	if ok, err := s.usable(q); !ok || err != nil {
		return scores, err
	}
	for i, row := range rows {
		if sl, n := s.table.at(row); sl != nil && sl.alive(n, s.table.version) {
			scores[i] = float64(s.leg.kernel.dot(q.Vector, sl.vector(n)))
		}
	}
	return scores, ctx.Err()
}
