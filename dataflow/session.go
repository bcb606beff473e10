package dataflow

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
)

// A sessionSet has the events of a key, in sessions. N is what an operator notes
// with a session.
type sessionSet[V, N any] struct {
	kind     *sessionKind[V]
	list     []*session[V, N]  // in order of time
	owed     []sessionEvent[V] // retracted before they came, less than 0 times
	loaded   []sessionEvent[V] // not yet in sessions
	dirty    []V               // whose number has changed
	batch    []Delta[V]        // of the running epoch
	touched  []*session[V, N]  // in the running epoch
	inserted []sessionEvent[V] // by the batch, in order; made when it is asked for
	waiting  bool              // it is to be settled in the running epoch
}

// A session is a run of events. Its window is from the first to the last.
type session[V, N any] struct {
	events  []sessionEvent[V] // in order, each more than 0 times
	note    N
	touched bool // in the running epoch
	gone    bool // it is in another, or has no events any more
}

type sessionEvent[V any] struct {
	at    Time
	hash  uint64
	value V
	n     int
}

// A sessionKind is what all sessions of an operator have in common.
type sessionKind[V any] struct {
	bagKind[V]
	at     func(V) Time
	window Window
}

// A sessionKeeper is told what happens to the sessions of a key.
type sessionKeeper[V, N any] interface {
	// begin is called for a session that is new; its events are counted, or
	// move to it, after that.
	begin(*session[V, N])
	// load is called for a session that was read from the state.
	load(*session[V, N])
	// touch is called before anything else happens to a session in an epoch.
	touch(*session[V, N])
	// alter is called before the bounds of a session become others.
	alter(*session[V, N])
	// count is called when an event of a session is there diff more times.
	count(s *session[V, N], e sessionEvent[V], diff int)
	// move is called when events of one session go to another. The one may be
	// gone with that.
	move(from, to *session[V, N], events []sessionEvent[V])
	// end is called for a session without events, or whose events have moved.
	end(*session[V, N])
}

func (s *session[V, N]) start() Time { return s.events[0].at }
func (s *session[V, N]) end() Time   { return s.events[len(s.events)-1].at }

func (k *sessionKind[V]) event(v V, n int) sessionEvent[V] {
	return sessionEvent[V]{at: k.at(v), hash: k.hash(v), value: v, n: n}
}

func (e *sessionEvent[V]) compare(f *sessionEvent[V]) int {
	return cmp.Or(cmp.Compare(e.at, f.at), cmp.Compare(e.hash, f.hash))
}

// find returns the place of e among events, and whether it is there.
func (k *sessionKind[V]) find(events []sessionEvent[V], e *sessionEvent[V]) (int, bool) {
	i := sort.Search(len(events), func(i int) bool { return events[i].compare(e) >= 0 })
	for j := i; j < len(events) && events[j].compare(e) == 0; j++ {
		if k.equal(events[j].value, e.value) {
			return j, true
		}
	}
	return i, false
}

// session returns the place of the first session that ends at t or later.
func (s *sessionSet[V, N]) session(t Time) int {
	return sort.Search(len(s.list), func(i int) bool { return s.list[i].end() >= t })
}

// ready puts what was loaded into sessions.
func (s *sessionSet[V, N]) ready(h sessionKeeper[V, N]) {
	if s.loaded == nil {
		return
	}
	events := s.loaded
	s.loaded = nil
	slices.SortFunc(events, func(a, b sessionEvent[V]) int { return a.compare(&b) })
	for from := 0; from < len(events); {
		to := from + 1
		for to < len(events) && s.kind.together(events[to-1].at, events[to].at) {
			to++
		}
		one := &session[V, N]{events: slices.Clone(events[from:to])}
		h.load(one)
		s.list = append(s.list, one)
		from = to
	}
}

func (k *sessionKind[V]) together(prev, next Time) bool {
	return prev == next || k.window.joins(prev, next)
}

// number returns how often e is there.
func (s *sessionSet[V, N]) number(e *sessionEvent[V]) int {
	if i := s.session(e.at); i < len(s.list) {
		if j, ok := s.kind.find(s.list[i].events, e); ok {
			return s.list[i].events[j].n
		}
	}
	if i := s.owes(e); i >= 0 {
		return s.owed[i].n
	}
	return 0
}

func (s *sessionSet[V, N]) owes(e *sessionEvent[V]) int {
	return slices.IndexFunc(s.owed, func(o sessionEvent[V]) bool { return o.at == e.at && s.kind.equal(o.value, e.value) })
}

func (s *sessionSet[V, N]) changed(v V) {
	if s.kind.durable {
		s.dirty = append(s.dirty, v)
	}
}

func (s *sessionSet[V, N]) empty() bool {
	return len(s.list) == 0 && len(s.owed) == 0 && len(s.loaded) == 0
}

func (s *sessionSet[V, N]) load(record, value []byte) error {
	n, size := binary.Varint(value)
	if size <= 0 {
		return fmt.Errorf("%q is not a number", value)
	}
	v, err := s.kind.codec.Decode(record)
	if err != nil {
		return err
	}
	if e := s.kind.event(v, int(n)); n < 0 {
		s.owed = append(s.owed, e)
	} else {
		s.loaded = append(s.loaded, e)
	}
	return nil
}

func (s *sessionSet[V, N]) save(put func(record, value []byte)) error {
	for _, v := range s.dirty {
		record, err := s.kind.codec.Encode(nil, v)
		if err != nil {
			return err
		}
		e := s.kind.event(v, 0)
		if n := s.number(&e); n != 0 {
			put(record, binary.AppendVarint(nil, int64(n)))
		} else {
			put(record, nil)
		}
	}
	s.dirty = nil
	return nil
}
