package flat

import (
	"context"
	"math/bits"

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

// fewRows are looked at one by one, without a set of all rows.
const fewRows = 4096

// sparse says whether so few rows of s are allowed that looking at each costs
// less than computing all: a row alone costs about three.
func sparse(s *slab, allowed []uint64) bool {
	if allowed == nil {
		return false
	}
	n := 0
	for _, w := range allowed {
		n += bits.OnesCount64(w)
	}
	return n < int(s.used.Load())*3/10
}

// batchRows is the number of single rows that are loaded together.
// 64 rows * (256 B codes + 1 KB vector) = 80 KB fits in a core's cache.
const batchRows = 64

// A place is where a row is.
type place struct {
	row  index.Row
	slab *slab
	i    int
}

// scanRows looks at the given rows only.
func (s *Snapshot) scanRows(ctx context.Context, p *probe, rows *roaring.Bitmap, best *index.Top) error {
	v := s.leg.sieves.Get().(*sieve)
	defer s.leg.sieves.Put(v)
	var buf [batchRows]uint32
	var batch [batchRows]place
	it := rows.ManyIterator()
	for n := it.NextMany(buf[:]); n > 0; n = it.NextMany(buf[:]) {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.pushRows(p, v, s.living(p, buf[:n], batch[:0]), best)
	}
	return nil
}

// scanSet looks at the rows of a set only, whose first row has the number base.
func (s *Snapshot) scanSet(p *probe, v *sieve, set []uint64, base index.Row, best *index.Top) {
	var buf [batchRows]uint32
	var batch [batchRows]place
	n := 0
	for w, left := range set {
		for ; left != 0; left &= left - 1 {
			buf[n] = base + uint32(64*w+bits.TrailingZeros64(left))
			if n++; n == batchRows {
				s.pushRows(p, v, s.living(p, buf[:], batch[:0]), best)
				n = 0
			}
		}
	}
	s.pushRows(p, v, s.living(p, buf[:n], batch[:0]), best)
}

// living appends the places of those of rows that are alive.
func (s *Snapshot) living(p *probe, rows []uint32, places []place) []place {
	for _, row := range rows {
		if sl, i := s.table.at(row); sl != nil && sl.alive(i, s.table.version) {
			p.kernel.fetchCode(sl, i)
			places = append(places, place{row, sl, i})
		}
	}
	return places
}

// pushRows offers rows that are alive. It keeps those in places that need an
// exact score, and then computes these.
func (s *Snapshot) pushRows(p *probe, v *sieve, places []place, best *index.Top) {
	floor, n := float32(best.Floor()), 0
	for _, r := range places {
		if b := p.boundOf(r.slab, r.i, v.products[:1]); !(b < floor) {
			p.kernel.fetchVector(r.slab, r.i)
			places[n], v.bounds[n] = r, b
			n++
		}
	}
	for i, r := range places[:n] {
		if v.bounds[i] < floor {
			continue
		}
		if best.Push(r.row, p.score(r.slab, r.i)) {
			floor = float32(best.Floor())
		}
	}
}
