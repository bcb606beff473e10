package dataflow

import (
	"context"
	"fmt"
	"reflect"
	"sync/atomic"

	"github.com/fxamacker/cbor/v2"
)

// An Assignment says what a key is from now on.
type Assignment[K comparable, V any] struct {
	Key   K
	Value V
	Gone  bool // the key has no value; Value means nothing

	// Seq is for assignments that may come late or twice, such as those of
	// a change log: one with a lower Seq than the last that counted for its
	// key is ignored. Of equal ones the later counts. Zero if not needed.
	Seq uint64
}

// Upsert returns the collection that assignments make: every key with the value that
// it was last assigned. (An Input does so for what sources write; Upsert is for
// assignments that operators compute.) Assignments come one after another as they
// were sent to a Feed; those that have come through an operator with state, or
// through Concat, have an order within an epoch only by their Seq.
//
// Assignments only come. The retraction of one is ignored, and logged: what the
// key was before is not kept.
//
// An assignment costs the lookup of its key. Memory is the last value of every key,
// and of a key that is gone its Seq, unless that is zero.
func Upsert[K comparable, V any](s Stream[Assignment[K, V]], name string) Stream[Keyed[K, V]] {
	if s.n == nil {
		return Stream[Keyed[K, V]]{}
	}
	types := fmt.Sprintf("%v by %v", reflect.TypeFor[V](), reflect.TypeFor[K]())
	n := s.n.g.addStateful("upsert", name, types, s.n)
	n.build = func(b *builder, n *node, in []any) any {
		u := &upsert[K, V]{
			node: n, in: newExchange[K, Assignment[K, V]](b), out: new(port[Keyed[K, V]]),
			same: identityOf(CBOR[V]()).equal, touched: newTouched[K, *assigned[V]](b),
			tables: newTables[K](b, n, 0, func() *assigned[V] { return &assigned[V]{last: lastAssigned[V]{Gone: true}} }),
		}
		b.run(n, u)
		in[0].(*port[Assignment[K, V]]).read(func(x *turn, d Delta[Assignment[K, V]]) {
			u.in.add(x, d.Value.Key, d.Value, d.Diff)
		})
		return u.out
	}
	return Stream[Keyed[K, V]]{n}
}

type upsert[K comparable, V any] struct {
	node      *node
	in        *exchange[K, Assignment[K, V]]
	tables    []*table[K, *assigned[V]]
	touched   keysTouched[K, *assigned[V]]
	causes    causes      // of the epoch
	retracted atomic.Bool // so it was logged
	same      func(a, b V) bool
	out       *port[Keyed[K, V]]
}

// absorb applies what has come to the states.
func (u *upsert[K, V]) absorb(x *turn) error {
	n := u.in.len()
	if n == 0 {
		return nil
	}
	u.causes.join(u.in.take())
	return x.each(n, func(w *turn) error {
		return u.in.drain(w, func(k K, a Assignment[K, V], diff int) error {
			if diff > 0 {
				return u.assign(w, k, a)
			}
			if diff < 0 && u.retracted.CompareAndSwap(false, true) {
				w.g.log.Warn("retractions of assignments are ignored", "in", u.node.String(), "key", k)
			}
			return nil
		})
	})
}

func (u *upsert[K, V]) assign(w *turn, k K, a Assignment[K, V]) error {
	s, err := u.tables[w.worker].at(k)
	if err != nil || a.Seq < s.last.Seq {
		return err
	}
	if !s.touched {
		s.touched, s.before = true, s.last
		u.touched.add(w, k, s)
	}
	s.last = lastAssigned[V]{Gone: a.Gone, Seq: a.Seq}
	if !a.Gone {
		s.last.Value = a.Value
	}
	return nil
}

// step outputs the differences of the epoch.
func (u *upsert[K, V]) step(x *turn) error {
	if err := u.absorb(x); err != nil {
		return err
	}
	cause := u.causes.unique()
	u.causes = causes{}
	return u.touched.settle(x, func(w *turn, k K, s *assigned[V]) error {
		w.at, w.cause = u.node, cause
		return u.settle(w, k, s)
	})
}

func (u *upsert[K, V]) settle(w *turn, k K, s *assigned[V]) error {
	before, now := s.before, s.last
	s.touched, s.before = false, lastAssigned[V]{}
	same := before.Gone == now.Gone && (now.Gone || u.same(before.Value, now.Value))
	if s.changed = !same || before.Seq != now.Seq; s.changed || s.empty() {
		if err := u.tables[w.worker].save(w, k, s); err != nil {
			return err
		}
	}
	if same {
		return nil
	}
	if !before.Gone {
		u.out.push(w, Delta[Keyed[K, V]]{Keyed[K, V]{k, before.Value}, -1})
	}
	if !now.Gone {
		u.out.push(w, Delta[Keyed[K, V]]{Keyed[K, V]{k, now.Value}, +1})
	}
	return nil
}

func (u *upsert[K, V]) committed(*turn) {
	for _, t := range u.tables {
		t.trim()
	}
}

func (u *upsert[K, V]) recover(_ context.Context, _ *turn) error {
	return recoverTables(u.tables)
}

// assigned is the state of a key: its last assignment.
type assigned[V any] struct {
	last    lastAssigned[V]
	before  lastAssigned[V] // as of the last epoch, if the running one touched it
	touched bool
	changed bool // since it was saved
}

type lastAssigned[V any] struct {
	Value V
	Gone  bool
	Seq   uint64
}

func (s *assigned[V]) empty() bool { return s.last.Gone && s.last.Seq == 0 }

func (s *assigned[V]) load(_, value []byte) error { return cbor.Unmarshal(value, &s.last) }

func (s *assigned[V]) save(put func(record, value []byte)) error {
	if !s.changed {
		return nil
	}
	s.changed = false
	if s.empty() {
		put(nil, nil)
		return nil
	}
	b, err := canonical.Marshal(s.last)
	put(nil, b)
	return err
}
