package flat

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
	"ragserver/index/vectors"
)

// A Snapshot is one version of the rows.
type Snapshot struct {
	table *vectors.Table
}

// Len implements index.Snapshot.
func (s *Snapshot) Len() int { return s.table.Len() }

// Close implements index.Snapshot.
func (s *Snapshot) Close() {}

// Sees says whether row has a vector in the snapshot.
func (s *Snapshot) Sees(row index.Row) bool { return s.table.Sees(row) }

// fewRows are looked at one by one, without a set of all rows.
const fewRows = 4096

// Search implements index.Snapshot.
func (s *Snapshot) Search(ctx context.Context, q index.Query) ([]index.Scored, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := s.table.NewProbe(q.Vector)
	if err != nil {
		return nil, fmt.Errorf("flat: %w", err)
	}
	if p == nil || q.K <= 0 {
		return nil, nil
	}
	k := min(q.K, s.table.Len())
	if q.Rows == nil {
		explain(q.Plan, "scan", s.table.Len())
		return s.table.Scan(ctx, p, k, nil)
	}
	n := int(min(q.Rows.GetCardinality(), uint64(s.table.Slots())))
	explain(q.Plan, "rows", n)
	if n < fewRows {
		best := index.NewTop(min(k, n))
		err := s.table.ScanSome(ctx, p, q.Rows.ManyIterator().NextMany, best)
		return best.Sorted(), err
	}
	return s.table.Scan(ctx, p, k, setOf(q.Rows, s.table.Slots()))
}

func explain(p *index.Plan, method string, scored int) {
	if p != nil {
		*p = index.Plan{Method: method, Scored: scored}
	}
}

// setOf returns rows below end as a set.
func setOf(rows *roaring.Bitmap, end int) []uint64 {
	set := make([]uint64, end/64)
	var buf [256]uint32
	it := rows.ManyIterator()
	for n := it.NextMany(buf[:]); n > 0; n = it.NextMany(buf[:]) {
		for _, row := range buf[:n] {
			if int(row) >= end {
				return set
			}
			set[row/64] |= 1 << (row % 64)
		}
	}
	return set
}

// Score implements index.Snapshot.
func (s *Snapshot) Score(ctx context.Context, q index.Query, rows []index.Row) ([]float64, error) {
	scores := make([]float64, len(rows))
	p, err := s.table.NewProbe(q.Vector)
	if err != nil {
		return scores, fmt.Errorf("flat: %w", err)
	}
	if p == nil {
		return scores, ctx.Err()
	}
	for i, row := range rows {
		if s.table.Sees(row) {
			scores[i] = p.Score(s.table, row)
		}
	}
	return scores, ctx.Err()
}
