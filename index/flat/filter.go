package flat

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
)

// allowed returns rows as a set of all rows of the table.
func (s *Snapshot) allowed(rows *roaring.Bitmap) []uint64 {
	set := make([]uint64, len(s.table.slabs)*slabWords)
	var buf [256]uint32
	it := rows.ManyIterator()
	for n := it.NextMany(buf[:]); n > 0; n = it.NextMany(buf[:]) {
		for _, row := range buf[:n] {
			if int(row/64) >= len(set) {
				return set
			}
			set[row/64] |= 1 << (row % 64)
		}
	}
	return set
}

// scanRows looks at the given rows only.
func (s *Snapshot) scanRows(ctx context.Context, p *probe, rows *roaring.Bitmap, best *index.Top) error {
	v := s.leg.sieves.Get().(*sieve)
	defer s.leg.sieves.Put(v)
	floor := float32(best.Floor())
	var buf [256]uint32
	it := rows.ManyIterator()
	for n := it.NextMany(buf[:]); n > 0; n = it.NextMany(buf[:]) {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, row := range buf[:n] {
			sl, i := s.table.at(row)
			if sl == nil || !sl.alive(i, s.table.version) || p.boundOf(sl, i, v.products[:1]) < floor {
				continue
			}
			if best.Push(row, p.score(sl, i)) {
				floor = float32(best.Floor())
			}
		}
	}
	return nil
}
