package dataflow

// revisePairs emits the differences of the pairs of a key, and, where asked for, of
// rows that have no partner, with nil for the other side.
func revisePairs[L, R any](i interval, s *timeSides[L, R], lone, loneRight bool, emit func(l *orderedItem[Time, L], r *orderedItem[Time, R], diff int)) {
	for _, l := range changedOf(&s.left) {
		eachWithin(&s.right, i, l.at, func(r *orderedItem[Time, R]) bool {
			before, now := l.count(viewOld)*r.count(viewOld), l.count(viewNow)*r.count(viewNow)
			if before != now {
				emit(&l, r, now-before)
			}
			if loneRight && l.flipped() {
				s.right.touch(*r)
			}
			return true
		})
	}
	for _, r := range changedOf(&s.right) {
		eachWithin(&s.left, i.reversed(), r.at, func(l *orderedItem[Time, L]) bool {
			if more := r.count(viewNow) - r.count(viewOld); !l.changed() && l.count(viewNow) > 0 {
				emit(l, &r, l.count(viewNow)*more)
			}
			if lone && r.flipped() {
				s.left.touch(*l)
			}
			return true
		})
	}
	if lone {
		reviseLone(&s.left, &s.right, i, func(l *orderedItem[Time, L], diff int) { emit(l, nil, diff) })
	}
	if loneRight {
		reviseLone(&s.right, &s.left, i.reversed(), func(r *orderedItem[Time, R], diff int) { emit(nil, r, diff) })
	}
}

// changedOf returns the rows that have changed.
func changedOf[V any](o *ordered[Time, V]) []orderedItem[Time, V] {
	var list []orderedItem[Time, V]
	for _, e := range o.touched {
		if e.changed() {
			list = append(list, e)
		}
	}
	return list
}

// eachWithin calls f for the rows that match a row of the other side at time t,
// until f returns false. The interval is as the other side sees it.
func eachWithin[V any](o *ordered[Time, V], i interval, t Time, f func(*orderedItem[Time, V]) bool) {
	first, last := i.around(t)
	for p := o.from(first); ; p = o.next(p) {
		e := o.get(p)
		if e == nil || e.at > last {
			return
		}
		if i.holds(t, e.at) && !f(e) {
			return
		}
	}
}

// reviseLone emits the differences of the touched rows that have no partner among
// peers: those that have changed, and those of which a partner came or went. A row
// is looked at once, and with it only peers that have flipped.
func reviseLone[A, B any](rows *ordered[Time, A], peers *ordered[Time, B], i interval, emit func(a *orderedItem[Time, A], diff int)) {
	for n := range rows.touched {
		a := &rows.touched[n]
		diff := 0
		for view, sign := range [2]int{viewOld: -1, viewNow: +1} {
			if a.count(view) > 0 && !hasPartner(peers, i, a.at, view) {
				diff += sign * a.count(view)
			}
		}
		if diff != 0 {
			emit(a, diff)
		}
	}
}

// hasPartner tells whether a view shows a row that matches one at time t.
func hasPartner[B any](peers *ordered[Time, B], i interval, t Time, view int) (found bool) {
	eachWithin(peers, i, t, func(b *orderedItem[Time, B]) bool {
		found = b.count(view) > 0
		return !found
	})
	return found
}
