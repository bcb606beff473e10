package vectors

import (
	"context"
	"sync"

	"ragserver/index"
)

// parallelSlots is the size from which workers share a scan: about 0.3 ms of it.
const parallelSlots = 32 * SlabSlots

// Scan compares a query with all vectors whose slots are allowed, and returns the
// k best, equal ones by row. Allowed has a bit for each slot and may be short; nil
// means all. It is not modified.
func (t *Table) Scan(ctx context.Context, p *Probe, k int, allowed []uint64) ([]index.Scored, error) {
	workers := t.store.workers / int(t.store.running.Add(1))
	defer t.store.running.Add(-1)
	if t.Slots() < parallelSlots || workers <= 1 {
		best := index.NewTop(k)
		err := t.scan(ctx, p, best, allowed, 0, 1)
		return best.Sorted(), err
	}
	return t.scanParallel(ctx, p, k, allowed, workers)
}

// scanParallel gives each worker every n-th slab and joins what they found.
func (t *Table) scanParallel(ctx context.Context, p *Probe, k int, allowed []uint64, workers int) ([]index.Scored, error) {
	tops := make([]*index.Top, workers)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range tops {
		tops[w] = index.NewTop(k)
		wg.Go(func() { errs[w] = t.scan(ctx, p, tops[w], allowed, w, workers) })
	}
	wg.Wait()
	for w, top := range tops {
		if errs[w] != nil {
			return nil, errs[w]
		}
		if w == 0 {
			continue
		}
		for _, r := range top.Sorted() {
			tops[0].Push(r.Row, r.Score)
		}
	}
	return tops[0].Sorted(), nil
}

// scan looks at every step-th slab from first.
func (t *Table) scan(ctx context.Context, p *Probe, best *index.Top, allowed []uint64, first, step int) error {
	v := t.store.sieves.Get().(*sieve)
	defer t.store.sieves.Put(v)
	for n := first; n < len(t.slabs); n += step {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := t.slabs[n]
		if s == nil {
			continue
		}
		var slots []uint64
		if allowed != nil {
			if slots = wordsOf(allowed, n); slots == nil {
				continue
			}
		}
		if sparse(s, slots) {
			t.scanSet(p, v, slots, Slot(n*SlabSlots), best)
			continue
		}
		v.fill(p, s, t.version, slots, float32(best.Floor()))
		v.push(p, s, t.version, slots, best)
		if t.store.disk {
			t.store.touch(t, v.left())
		}
	}
	return nil
}

// wordsOf returns the part of a set that is of the n-th slab, nil if it has
// nothing there.
func wordsOf(set []uint64, n int) []uint64 {
	if n*slabWords >= len(set) {
		return nil
	}
	part := set[n*slabWords:]
	if len(part) >= slabWords {
		return part[:slabWords]
	}
	return append(make([]uint64, 0, slabWords), part...)[:slabWords]
}
