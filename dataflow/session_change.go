package dataflow

import "slices"

// touch tells the keeper that a session is about to change.
func (s *sessionSet[V, N]) touch(h sessionKeeper[V, N], one *session[V, N]) {
	if one.touched {
		return
	}
	one.touched = true
	s.touched = append(s.touched, one)
	h.touch(one)
}

// apply makes the changes of the epoch. Retractions come first, so that what a
// session is does not depend on the order in which they came. A retraction of what
// is not there is given to missing, which tells whether it may wait.
func (s *sessionSet[V, N]) apply(h sessionKeeper[V, N], changes []Delta[V], missing func(sessionEvent[V]) bool) {
	for _, d := range changes {
		if d.Diff < 0 {
			s.remove(h, s.kind.event(d.Value, -d.Diff), missing)
		}
	}
	for _, d := range changes {
		if d.Diff > 0 {
			s.insert(h, s.kind.event(d.Value, d.Diff))
		}
	}
}

// insert puts in e, e.n times.
func (s *sessionSet[V, N]) insert(h sessionKeeper[V, N], e sessionEvent[V]) {
	s.changed(e.value)
	if e.n = s.repay(e); e.n == 0 {
		return
	}
	i := s.session(e.at)
	if i < len(s.list) && s.list[i].start() <= e.at {
		s.insertInto(h, i, e)
		return
	}
	one := &session[V, N]{events: []sessionEvent[V]{e}}
	s.list = slices.Insert(s.list, i, one)
	h.begin(one)
	one.touched = true
	s.touched = append(s.touched, one)
	h.count(one, e, e.n)
	s.join(h, i)
	if i > 0 {
		s.join(h, i-1)
	}
}

// repay takes e from what is owed, and returns how often it is left.
func (s *sessionSet[V, N]) repay(e sessionEvent[V]) int {
	if len(s.owed) == 0 {
		return e.n
	}
	i := s.owes(&e)
	if i < 0 {
		return e.n
	}
	s.owed[i].n += e.n
	left := max(0, s.owed[i].n)
	if s.owed[i].n >= 0 {
		s.owed = slices.Delete(s.owed, i, i+1)
	}
	return left
}

// insertInto puts e into session i, whose bounds it is in.
func (s *sessionSet[V, N]) insertInto(h sessionKeeper[V, N], i int, e sessionEvent[V]) {
	one := s.list[i]
	s.touch(h, one)
	j, ok := s.kind.find(one.events, &e)
	if ok {
		one.events[j].n += e.n
		h.count(one, e, e.n)
		return
	}
	one.events = slices.Insert(one.events, j, e)
	h.count(one, e, e.n)
	s.part(h, i, j+1)
	s.part(h, i, j)
}

// remove takes out e, e.n times.
func (s *sessionSet[V, N]) remove(h sessionKeeper[V, N], e sessionEvent[V], missing func(sessionEvent[V]) bool) {
	s.changed(e.value)
	if i := s.session(e.at); i < len(s.list) {
		if j, ok := s.kind.find(s.list[i].events, &e); ok {
			e.n -= s.removeFrom(h, i, j, e.n)
		}
	}
	if e.n == 0 {
		return
	}
	if e.n = -e.n; !missing(e) {
		return
	}
	if i := s.owes(&e); i >= 0 {
		s.owed[i].n += e.n
		return
	}
	s.owed = append(s.owed, e)
}

// removeFrom takes event j out of session i, up to n times, and returns how often.
func (s *sessionSet[V, N]) removeFrom(h sessionKeeper[V, N], i, j, n int) int {
	one := s.list[i]
	s.touch(h, one)
	e := &one.events[j]
	if n < e.n {
		e.n -= n
		h.count(one, *e, -n)
		return n
	}
	was := *e
	first, last := j == 0, j == len(one.events)-1
	if first && !last && one.events[1].at > was.at || last && !first && one.events[j-1].at < was.at {
		h.alter(one)
	}
	h.count(one, was, -was.n)
	one.events = slices.Delete(one.events, j, j+1)
	switch {
	case len(one.events) == 0:
		s.list = slices.Delete(s.list, i, i+1)
		one.gone = true
		h.end(one)
		s.join(h, i-1)
	case first:
		s.join(h, i-1)
	case last:
		s.join(h, i)
	default:
		s.part(h, i, j)
	}
	return was.n
}

// join makes one of sessions i and i+1 if they are together. The larger takes in
// the smaller.
func (s *sessionSet[V, N]) join(h sessionKeeper[V, N], i int) {
	if i < 0 || i+1 >= len(s.list) || !s.kind.together(s.list[i].end(), s.list[i+1].start()) {
		return
	}
	a, b := s.list[i], s.list[i+1]
	s.touch(h, a)
	s.touch(h, b)
	h.alter(a)
	h.alter(b)
	into, from := a, b
	if len(a.events) < len(b.events) {
		into, from = b, a
	}
	from.gone = true
	h.move(from, into, from.events)
	if into == a {
		a.events = append(a.events, b.events...)
	} else {
		b.events = slices.Insert(b.events, 0, a.events...)
	}
	s.list = slices.Delete(s.list, i, i+2)
	s.list = slices.Insert(s.list, i, into)
	from.events = nil
	h.end(from)
}

// part splits session i before event j, if that is not together with the one
// before it. The smaller part becomes a session of its own.
func (s *sessionSet[V, N]) part(h sessionKeeper[V, N], i, j int) {
	one := s.list[i]
	if j <= 0 || j >= len(one.events) || s.kind.together(one.events[j-1].at, one.events[j].at) {
		return
	}
	h.alter(one)
	other := &session[V, N]{}
	h.begin(other)
	other.touched = true
	s.touched = append(s.touched, other)
	if 2*j >= len(one.events) {
		other.events = slices.Clone(one.events[j:])
		clear(one.events[j:])
		one.events = one.events[:j]
		s.list = slices.Insert(s.list, i+1, other)
	} else {
		other.events = slices.Clone(one.events[:j])
		one.events = slices.Delete(one.events, 0, j)
		s.list = slices.Insert(s.list, i, other)
	}
	h.move(one, other, other.events)
}

// forget removes a session and its events, about which the keeper knows.
func (s *sessionSet[V, N]) forget(one *session[V, N]) {
	i := s.session(one.start())
	s.list = slices.Delete(s.list, i, i+1)
	for _, e := range one.events {
		s.changed(e.value)
	}
	one.gone = true
}

// isNew tells whether all events of a session are among the changes of the epoch.
func (s *sessionSet[V, N]) isNew(one *session[V, N], changes []Delta[V]) bool {
	if s.inserted == nil {
		for _, d := range changes {
			if d.Diff > 0 {
				s.inserted = append(s.inserted, s.kind.event(d.Value, d.Diff))
			}
		}
		slices.SortFunc(s.inserted, func(a, b sessionEvent[V]) int { return a.compare(&b) })
	}
	for _, e := range one.events {
		if i, ok := s.kind.find(s.inserted, &e); !ok || s.inserted[i].n < e.n {
			return false
		}
	}
	return true
}

// settled ends the epoch for the sessions.
func (s *sessionSet[V, N]) settled() {
	for _, one := range s.touched {
		one.touched = false
	}
	s.touched, s.batch, s.inserted, s.waiting = nil, nil, nil, false
}
