package vectors

import (
	"context"
	"math/bits"

	"ragserver/index"
)

// sparse says whether so few slots of s are allowed that looking at each costs
// less than computing all: one alone costs about three.
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

// batchSlots is the number of single slots that are loaded together.
// 64 slots * (256 B codes + 1 KB vector) = 80 KB fits in a core's cache.
const batchSlots = 64

// A place is where a slot is.
type place struct {
	slab *slab
	i    int
}

// ScanSome offers to best the vectors in some slots: next fills its argument
// with the numbers of further slots and returns how many these are, 0 at the end.
// Slots that are empty, or never were filled, are passed over.
func (t *Table) ScanSome(ctx context.Context, p *Probe, next func([]Slot) int, best *index.Top) error {
	v := t.store.sieves.Get().(*sieve)
	defer t.store.sieves.Put(v)
	var buf [batchSlots]Slot
	var batch [batchSlots]place
	for n := next(buf[:]); n > 0; n = next(buf[:]) {
		if err := ctx.Err(); err != nil {
			return err
		}
		t.pushPlaces(p, v, t.living(p, buf[:n], batch[:0]), best)
	}
	return nil
}

// scanSet looks at the slots of a set only, whose first slot has the number base.
func (t *Table) scanSet(p *Probe, v *sieve, set []uint64, base Slot, best *index.Top) {
	var buf [batchSlots]Slot
	var batch [batchSlots]place
	n := 0
	for w, left := range set {
		for ; left != 0; left &= left - 1 {
			buf[n] = base + Slot(64*w+bits.TrailingZeros64(left))
			if n++; n == batchSlots {
				t.pushPlaces(p, v, t.living(p, buf[:], batch[:0]), best)
				n = 0
			}
		}
	}
	t.pushPlaces(p, v, t.living(p, buf[:n], batch[:0]), best)
}

// living appends the places of those of slots that are seen.
func (t *Table) living(p *Probe, slots []Slot, places []place) []place {
	for _, slot := range slots {
		if s, i := t.at(slot); s != nil && s.alive(i, t.version) {
			p.kernel.fetchCode(s, i)
			places = append(places, place{s, i})
		}
	}
	return places
}

// pushPlaces offers vectors that are seen. It keeps those in places that need an
// exact score, and then computes these.
func (t *Table) pushPlaces(p *Probe, v *sieve, places []place, best *index.Top) {
	floor, n := float32(best.Floor()), 0
	for _, r := range places {
		if b := p.boundOf(r.slab, r.i, v.products[:1]); !(b < floor) {
			p.kernel.fetchVector(r.slab, r.i)
			places[n], v.bounds[n] = r, b
			n++
		}
	}
	t.store.touch(t, n)
	for i, r := range places[:n] {
		if v.bounds[i] < floor {
			continue
		}
		if best.Push(r.slab.rows[r.i], p.score(r.slab, r.i)) {
			floor = float32(best.Floor())
		}
	}
}
