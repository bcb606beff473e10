package dataflow

// reviseMatches emits the differences of rows with their matches among peers: a
// retraction for what a row had before the epoch, an addition for what it has now.
//
// Where peers have come or gone, exactly the rows for which one of these is or was
// the match have another match, and they are next to each other. All other rows
// matter only if they have changed themselves.
func reviseMatches[A, B any](d Direction, rows *ordered[Time, A], peers *ordered[Time, B], emit func(a *orderedItem[Time, A], b *orderedItem[Time, B], diff int)) {
	send := func(a *orderedItem[Time, A], b *orderedItem[Time, B], diff int) {
		if diff != 0 {
			emit(a, b, diff)
		}
	}
	peers.runs((*orderedRow[B]).flipped, false, func(r orderedRun[Time, B]) {
		before, first, last, after := r.bounds()
		now := [2]matching[B]{{d: d, view: viewOld, peers: r.items}, {d: d, view: viewNow, peers: r.items}}
		p := rows.first(func(a *orderedItem[Time, A]) bool { return beyond(d, a.at, before, first) })
		for ; rows.get(p) != nil; p = rows.next(p) {
			a := rows.get(p)
			if beyond(d, a.at, last, after) {
				return
			}
			send(a, now[viewOld].of(a.at), -a.count(viewOld))
			send(a, now[viewNow].of(a.at), +a.count(viewNow))
			a.touched = false
		}
	})
	for i := range rows.touched {
		if a := &rows.touched[i]; a.touched {
			send(a, matchOf(d, peers, a.at), a.count(viewNow)-a.count(viewOld))
		}
	}
}

// bounds returns the first and the last row of r that have flipped, and their
// neighbours that have not, or nil if there are none.
func (r orderedRun[X, V]) bounds() (before, first, last, after *orderedItem[X, V]) {
	items := r.items
	if !items[0].flipped() {
		before, items = items[0], items[1:]
	}
	if end := len(items) - 1; !items[end].flipped() {
		after, items = items[end], items[:end]
	}
	return before, items[0], items[len(items)-1], after
}

// beyond tells whether the match at time t is not p, nor one before it, but r or
// one after it, where r follows p; nil is the end of the peers. For growing t it
// is first false and then true.
func beyond[B any](d Direction, t Time, p, r *orderedItem[Time, B]) bool {
	switch d {
	case Backward:
		return r != nil && r.at <= t
	case Forward:
		return p != nil && p.at < t || p == nil && r != nil
	default:
		return r != nil && (p == nil || r.at <= t || p.at < t && apart(t, r.at) < apart(p.at, t))
	}
}

// apart returns how long after a b is, which is not before it.
func apart(a, b Time) uint64 { return uint64(b) - uint64(a) }

// A matching finds the matches of times that do not descend, in one view of peers.
type matching[B any] struct {
	d     Direction
	view  int
	peers []*orderedItem[Time, B]
	next  int                   // where to look for what follows match
	match *orderedItem[Time, B] // of the last time
}

func (m *matching[B]) of(t Time) *orderedItem[Time, B] {
	for {
		for m.next < len(m.peers) && m.peers[m.next].count(m.view) == 0 {
			m.next++
		}
		var follows *orderedItem[Time, B]
		if m.next < len(m.peers) {
			follows = m.peers[m.next]
		}
		if !beyond(m.d, t, m.match, follows) {
			return m.match
		}
		m.match = follows
		if m.next++; follows == nil {
			return nil
		}
	}
}

// matchOf returns the match at time t, which is the same in both views: so it is
// next to t among the peers that either shows.
func matchOf[B any](d Direction, peers *ordered[Time, B], t Time) *orderedItem[Time, B] {
	var p orderedPlace
	if d == Forward {
		p = peers.from(t)
	} else {
		p = peers.after(t)
	}
	next := peers.get(p)
	if next != nil && !next.seen() {
		next = peers.get(peers.forth(p))
	}
	if d == Forward {
		return next
	}
	last := peers.get(peers.back(p))
	if beyond(d, t, last, next) {
		return next
	}
	return last
}
