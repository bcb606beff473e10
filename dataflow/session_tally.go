package dataflow

// A tallyKeeper keeps what the aggregator makes of the sessions of a key.
type tallyKeeper[K comparable, V, R any] struct {
	*sessionReduce[K, V, R]
	w   *turn
	key K
}

func (h *tallyKeeper[K, V, R]) begin(s *session[V, sessionTally[V, R]]) { s.note.acc = h.fresh() }
func (h *tallyKeeper[K, V, R]) alter(*session[V, sessionTally[V, R]])   {}

func (h *tallyKeeper[K, V, R]) load(s *session[V, sessionTally[V, R]]) {
	h.begin(s)
	for _, e := range s.events {
		s.note.acc.add(e.value, e.n, 0)
	}
	h.saved(s)
}

// saved has the accumulator forget what it would store: it is made again of the
// events.
func (h *tallyKeeper[K, V, R]) saved(s *session[V, sessionTally[V, R]]) {
	if err := s.note.acc.save(func(_, _ []byte) {}); err != nil {
		panic(err) // becomes the error of the operator
	}
}

func (h *tallyKeeper[K, V, R]) touch(s *session[V, sessionTally[V, R]]) {
	t := &s.note
	t.start, t.end = s.start(), s.end()
	if t.was = h.shows(t.start, t.end) <= h.clock.before; t.was {
		t.before = t.acc.result()
	}
}

func (h *tallyKeeper[K, V, R]) count(s *session[V, sessionTally[V, R]], e sessionEvent[V], diff int) {
	s.note.acc.add(e.value, diff, 0)
}

func (h *tallyKeeper[K, V, R]) move(from, to *session[V, sessionTally[V, R]], events []sessionEvent[V]) {
	for _, e := range events {
		to.note.acc.add(e.value, e.n, 0)
		if !from.gone {
			from.note.acc.add(e.value, -e.n, 0)
		}
	}
}

func (h *tallyKeeper[K, V, R]) end(s *session[V, sessionTally[V, R]]) { h.retract(&s.note) }

// expire touches the sessions to which something happens because the watermark has
// moved, and drops retractions that have waited too long.
func (h *tallyKeeper[K, V, R]) expire(set *sessionSet[V, sessionTally[V, R]]) {
	for _, one := range set.list {
		if !h.closed(one.end(), h.clock.now) {
			break
		}
		set.touch(h, one)
	}
	for _, one := range set.list[h.shown(set, h.clock.before):] {
		if h.shows(one.start(), one.end()) > h.clock.now {
			break
		}
		set.touch(h, one)
	}
	owed := set.owed[:0]
	for _, e := range set.owed {
		if !h.closed(e.at, h.clock.now) {
			owed = append(owed, e)
			continue
		}
		set.changed(e.value)
		h.drop(e, e.at, e.at)
	}
	clear(set.owed[len(owed):])
	set.owed = owed
}

// settle outputs what is different of a session.
func (h *tallyKeeper[K, V, R]) settle(set *sessionSet[V, sessionTally[V, R]], changes []Delta[V], s *session[V, sessionTally[V, R]]) {
	t, start, end := &s.note, s.start(), s.end()
	if h.closed(end, h.clock.before) && set.isNew(s, changes) {
		for _, e := range s.events {
			h.drop(e, start, end)
		}
		set.forget(s)
		return
	}
	closed := h.closed(end, h.clock.now)
	is := h.shows(start, end) <= h.clock.now && (!closed || h.behavior.KeepResults)
	var now R
	if is {
		now = t.acc.result()
	}
	h.saved(s)
	if closed {
		set.forget(s)
	}
	if is && t.was && start == t.start && end == t.end && h.same(t.before, now) {
		t.was = false
		return
	}
	h.retract(t)
	if is {
		h.push(start, end, now, +1)
	}
}

func (h *tallyKeeper[K, V, R]) retract(t *sessionTally[V, R]) {
	if t.was {
		h.push(t.start, t.end, t.before, -1)
	}
	var none R
	t.was, t.before = false, none
}

func (h *tallyKeeper[K, V, R]) push(start, end Time, result R, diff int) {
	k := Windowed[K]{h.key, start, end}
	h.first.push(h.w, Delta[Keyed[Windowed[K], R]]{Keyed[Windowed[K], R]{k, result}, diff})
	h.w.at = h.node
}

// drop puts out an event as late.
func (h *tallyKeeper[K, V, R]) drop(e sessionEvent[V], start, end Time) {
	h.lates.count(e.n)
	k := Windowed[K]{h.key, start, end}
	h.second.push(h.w, Delta[Keyed[Windowed[K], V]]{Keyed[Windowed[K], V]{k, e.value}, e.n})
	h.w.at = h.node
}
