package dataflow

import "slices"

// pendingDeltas holds what an epoch changes under a key until all of it is there,
// for accumulators to which it matters what came earlier: within an epoch the
// order means nothing, and what comes and goes has never been.
type pendingDeltas[V any] struct {
	deltas []Delta[V]
	limit  int // length at which deltas are consolidated
	epoch  Epoch
}

func (p *pendingDeltas[V]) add(order *valueOrder[V], v V, diff int, e Epoch) {
	p.epoch = e
	p.deltas = append(p.deltas, Delta[V]{v, diff})
	if len(p.deltas) > max(p.limit, indexed) {
		p.deltas = order.same.consolidate(p.deltas)
		p.limit = 2 * len(p.deltas)
	}
}

// take returns the deltas, consolidated: what goes first, and then what comes,
// each in the order of values. They are valid until the next add.
func (p *pendingDeltas[V]) take(order *valueOrder[V]) []Delta[V] {
	if len(p.deltas) == 0 {
		return nil
	}
	deltas := order.same.consolidate(p.deltas)
	p.deltas, p.limit = deltas[:0], 0
	if cap(deltas) > indexed {
		p.deltas = nil
	}
	sortDeltas(order, deltas)
	return deltas
}

func sortDeltas[V any](order *valueOrder[V], deltas []Delta[V]) {
	if len(deltas) < 2 {
		return
	}
	type codedDelta struct {
		coded[V]
		diff int
	}
	list := make([]codedDelta, len(deltas))
	for i, d := range deltas {
		list[i] = codedDelta{order.coded(d.Value), d.Diff}
	}
	slices.SortFunc(list, func(a, b codedDelta) int {
		if gone := a.diff < 0; gone != (b.diff < 0) {
			if gone {
				return -1
			}
			return 1
		}
		return order.compareCoded(a.coded, b.coded)
	})
	for i, d := range list {
		deltas[i] = Delta[V]{d.value, d.diff}
	}
}
