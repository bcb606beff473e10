package dataflow

import (
	"cmp"
	"slices"
)

// An orderedRun is a part of a collection that has changed: rows one after the
// other that are not what they were, in order, between the nearest rows on both
// sides that are what they were. Rows that neither view shows are left out.
type orderedRun[X cmp.Ordered, V any] struct {
	items      []*orderedItem[X, V]
	prev, next *orderedItem[X, V] // just outside, the same in both views if runs are joined
}

// runs calls f for the runs of the rows for which moved holds, in order: either
// changed or flipped. If joined is set, runs that share a row are one run. F must
// not change the collection.
//
// No more is looked at than the rows that moved and their neighbours.
func (o *ordered[X, V]) runs(moved func(*orderedRow[V]) bool, joined bool, f func(orderedRun[X, V])) {
	slices.SortFunc(o.touched, o.kind.compare)
	known := 0 // how many that follow are in the run before
	for _, e := range o.touched {
		switch {
		case !moved(e.orderedRow):
		case known > 0:
			known--
		default:
			r, n := o.run(e, moved, joined)
			f(r)
			known = n - 1
		}
	}
}

// run returns the run that begins with e, the first of n that moved.
func (o *ordered[X, V]) run(e orderedItem[X, V], moved func(*orderedRow[V]) bool, joined bool) (r orderedRun[X, V], n int) {
	at, _ := o.find(e)
	r.items = make([]*orderedItem[X, V], 0, 4)
	p := o.back(at)
	if before := o.get(p); before != nil {
		r.items = append(r.items, before)
		r.prev = o.get(o.back(p))
	}
	for p = at; o.get(p) != nil; p = o.forth(p) {
		item := o.get(p)
		r.items = append(r.items, item)
		if moved(item.orderedRow) {
			n++
			continue
		}
		r.next = o.get(o.forth(p))
		if !joined || r.next == nil || !moved(r.next.orderedRow) {
			return r, n
		}
	}
	r.next = nil
	return r, n
}

// seen tells whether some view shows the row.
func (r *orderedRow[V]) seen() bool { return r.n[viewOld] > 0 || r.n[viewNow] > 0 }

// back returns the place of the nearest row before p that some view shows.
func (o *ordered[X, V]) back(p orderedPlace) orderedPlace {
	for {
		p = o.prev(p)
		if e := o.get(p); e == nil || e.seen() {
			return p
		}
	}
}

// forth returns the place of the nearest row after p that some view shows.
func (o *ordered[X, V]) forth(p orderedPlace) orderedPlace {
	for {
		p = o.next(p)
		if e := o.get(p); e == nil || e.seen() {
			return p
		}
	}
}
