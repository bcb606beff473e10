package flat

import (
	"context"
	"fmt"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
)

// parallelRows is the size from which workers share a scan: about 0.5 ms of it.
const parallelRows = 16 * slabRows

// A Snapshot is one version of the rows.
type Snapshot struct {
	table   *table
	workers int
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
	p := newProbe(q.Vector)
	if q.Rows != nil {
		best := index.NewTop(min(k, int(q.Rows.GetCardinality())))
		err := s.scanRows(ctx, p, q.Rows, best)
		return best.Sorted(), err
	}
	if len(s.table.slabs)*slabRows < parallelRows || s.workers == 1 {
		best := index.NewTop(k)
		err := s.scan(ctx, p, best, 0, 1)
		return best.Sorted(), err
	}
	return s.scanParallel(ctx, p, k)
}

// scanParallel gives each worker every n-th slab and joins what they found.
func (s *Snapshot) scanParallel(ctx context.Context, p *probe, k int) ([]index.Scored, error) {
	tops := make([]*index.Top, s.workers)
	errs := make([]error, s.workers)
	var wg sync.WaitGroup
	for w := range tops {
		tops[w] = index.NewTop(k)
		wg.Go(func() { errs[w] = s.scan(ctx, p, tops[w], w, s.workers) })
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
func (s *Snapshot) scan(ctx context.Context, p *probe, best *index.Top, first, step int) error {
	for n := first; n < len(s.table.slabs); n += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		if sl := s.table.slabs[n]; sl != nil {
			scanSlab(sl, s.table.version, p, best, index.Row(n*slabRows))
		}
	}
	return nil
}

func scanSlab(sl *slab, version uint64, p *probe, best *index.Top, base index.Row) {
	var known [slabRows]int32
	if p.signed != nil {
		products(known[:], sl.codes, p.signed)
	}
	floor := float32(best.Floor())
	for i := range slabRows {
		if !sl.alive(i, version) {
			continue
		}
		var bound float32
		if p.signed != nil {
			bound = p.boundOf(known[i], &sl.meta[i])
		} else {
			bound = p.bound(sl.code(i), &sl.meta[i])
		}
		if bound < floor {
			continue
		}
		if best.Push(base+index.Row(i), float64(Dot(p.vector, sl.vector(i)))) {
			floor = float32(best.Floor())
		}
	}
}

// scanRows looks at the given rows only.
func (s *Snapshot) scanRows(ctx context.Context, p *probe, rows *roaring.Bitmap, best *index.Top) error {
	floor := float32(best.Floor())
	it := rows.ManyIterator()
	var buf [256]uint32
	for n := it.NextMany(buf[:]); n > 0; n = it.NextMany(buf[:]) {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, row := range buf[:n] {
			sl, i := s.table.at(row)
			if sl == nil || !sl.alive(i, s.table.version) || p.bound(sl.code(i), &sl.meta[i]) < floor {
				continue
			}
			if best.Push(row, float64(Dot(p.vector, sl.vector(i)))) {
				floor = float32(best.Floor())
			}
		}
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
			scores[i] = float64(Dot(q.Vector, sl.vector(n)))
		}
	}
	return scores, ctx.Err()
}
