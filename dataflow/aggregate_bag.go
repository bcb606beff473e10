package dataflow

import "slices"

// A rankedBag is a multiset in an order, as the state of a key: one record for
// each value, written when its number has changed.
type rankedBag[W any] struct {
	have  rankedTree[W]
	owed  *rankedTree[W] // values that are there less than 0 times; nil if none ever was
	dirty []W            // values whose number has changed
	limit int            // length at which doubles are removed from dirty
}

// A rankedKind is what all such bags of an operator have in common.
type rankedKind[W any] struct {
	compare func(a, b W) int // 0 only for values that are equal
	codec   Codec[W]
	durable bool
}

// add puts w in diff more times: O(log n).
func (b *rankedBag[W]) add(kind *rankedKind[W], w W, diff int) {
	switch {
	case diff > 0:
		diff -= b.repay(kind, &w, diff)
	case diff < 0:
		diff += b.takeAway(kind, &w, -diff)
	}
	switch {
	case diff > 0:
		b.have.add(kind.compare, &w, diff)
	case diff < 0:
		if b.owed == nil {
			b.owed = new(rankedTree[W])
		}
		b.owed.add(kind.compare, &w, diff)
	}
	if kind.durable {
		b.changed(kind, w)
	}
}

// repay uses up to n insertions of w for retractions that came before them, and
// returns how many.
func (b *rankedBag[W]) repay(kind *rankedKind[W], w *W, n int) int {
	if b.owed == nil || b.owed.empty() {
		return 0
	}
	_, owed := b.owed.get(kind.compare, *w)
	if n = min(n, -owed); n > 0 {
		b.owed.add(kind.compare, w, n)
	}
	return n
}

// takeAway removes up to n of w, and returns how many were there.
func (b *rankedBag[W]) takeAway(kind *rankedKind[W], w *W, n int) int {
	_, have := b.have.get(kind.compare, *w)
	if n = min(n, have); n > 0 {
		b.have.add(kind.compare, w, -n)
	}
	return n
}

// count returns how often w is there.
func (b *rankedBag[W]) count(kind *rankedKind[W], w W) int {
	_, n := b.have.get(kind.compare, w)
	if n == 0 && b.owed != nil {
		_, n = b.owed.get(kind.compare, w)
	}
	return n
}

// changed notes w for save.
func (b *rankedBag[W]) changed(kind *rankedKind[W], w W) {
	b.dirty = append(b.dirty, w)
	if len(b.dirty) > max(b.limit, indexed) {
		b.dirty = distinct(b.dirty, kind.compare)
		b.limit = 2 * len(b.dirty)
	}
}

// distinct sorts list and drops all but the first of equal values.
func distinct[W any](list []W, compare func(a, b W) int) []W {
	slices.SortFunc(list, compare)
	return slices.CompactFunc(list, func(a, b W) bool { return compare(a, b) == 0 })
}

func (b *rankedBag[W]) empty() bool {
	return b.have.empty() && (b.owed == nil || b.owed.empty())
}

func (b *rankedBag[W]) load(kind *rankedKind[W], record, value []byte) error {
	n, err := loadNumber(value)
	if err != nil {
		return err
	}
	w, err := kind.codec.Decode(record)
	if err != nil {
		return err
	}
	b.add(kind, w, int(n))
	b.dirty = b.dirty[:0]
	return nil
}

func (b *rankedBag[W]) save(kind *rankedKind[W], put func(record, value []byte)) error {
	for _, w := range distinct(b.dirty, kind.compare) {
		record, err := kind.codec.Encode(nil, w)
		if err != nil {
			return err
		}
		put(record, savedNumber(int64(b.count(kind, w))))
	}
	b.dirty, b.limit = nil, 0
	return nil
}
