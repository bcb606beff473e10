package dataflow

import (
	"context"
	"fmt"
	"reflect"
	"sync/atomic"
)

// Reduce returns one value for every key: what a makes of the values under it. A
// key without values has none. A change of a key costs one change of what a keeps
// and two results of it; an epoch that leaves the result as it was outputs nothing.
//
// A retraction may come before what it retracts. Until then the value is there
// less than 0 times: a key has a result if its numbers add up to more than 0.
func Reduce[K comparable, V, R any](s Stream[Keyed[K, V]], name string, a Aggregator[V, R]) Stream[Keyed[K, R]] {
	return reduceAs("reduce", s, name, a)
}

// GroupBy is Reduce of the values by the key that key gives them.
func GroupBy[T any, K comparable, R any](s Stream[T], name string, key func(T) K, a Aggregator[T, R]) Stream[Keyed[K, R]] {
	return Reduce(KeyBy(s, key), name, a)
}

// reduceAs is Reduce under another name for people.
func reduceAs[K comparable, V, R any](kind string, s Stream[Keyed[K, V]], name string, a Aggregator[V, R]) Stream[Keyed[K, R]] {
	if s.n == nil {
		return Stream[Keyed[K, R]]{}
	}
	types := fmt.Sprintf("%v of %v by %v", a.name, reflect.TypeFor[V](), reflect.TypeFor[K]())
	n := s.n.g.addStateful(kind, name, types, s.n)
	if a.make == nil {
		s.n.g.problem(n, "%s", firstOr("has no aggregator", a.lacks))
	}
	if n.same != nil {
		n.same = append(n.same, a.same...)
	}
	n.filters = []filterOf{onKey[K, V]}
	n.build = func(b *builder, n *node, in []any) any {
		r := &reduce[K, V, R]{
			node: n, in: newExchange[K, V](b), out: new(port[Keyed[K, R]]),
			same: identityOf(CBOR[R]()).equal, touched: make([][]touched[K, V, R], b.workers),
		}
		fresh := a.make(b)
		r.tables = newTables[K](b, n, 0, func() *tally[V, R] { return &tally[V, R]{acc: fresh(), loose: a.loose} })
		b.run(n, r)
		in[0].(*port[Keyed[K, V]]).read(func(x *turn, d Delta[Keyed[K, V]]) {
			r.in.add(x, d.Value.Key, d.Value.Value, d.Diff)
		})
		return r.out
	}
	return Stream[Keyed[K, R]]{n}
}

// reduce keeps what the aggregator needs of every key. What it has output of a
// key is what the state gives before the epoch touches it.
type reduce[K comparable, V, R any] struct {
	node    *node
	in      *exchange[K, V]
	tables  []*table[K, *tally[V, R]]
	touched [][]touched[K, V, R] // in this epoch, by worker
	same    func(a, b R) bool
	warned  atomic.Bool
	out     *port[Keyed[K, R]]
}

type touched[K comparable, V, R any] struct {
	key    K
	group  *tally[V, R]
	n      int // of the group before
	before R
	was    bool // there was a result before
}

// absorb applies what has come to the states.
func (r *reduce[K, V, R]) absorb(x *turn) error {
	n := r.in.len()
	if n == 0 {
		return nil
	}
	return x.each(n, func(w *turn) error {
		t, list := r.tables[w.worker], r.touched[w.worker]
		defer func() { r.touched[w.worker] = list }()
		return r.in.drain(w, func(k K, v V, diff int) error {
			g, err := t.at(k)
			if err != nil {
				return err
			}
			if !g.touched {
				g.touched = true
				at := touched[K, V, R]{key: k, group: g, n: g.n, was: g.there()}
				if at.was {
					at.before = g.acc.result()
				}
				list = append(list, at)
			}
			g.add(v, diff, w.epoch)
			return nil
		})
	})
}

// step outputs the differences of the epoch.
func (r *reduce[K, V, R]) step(x *turn) error {
	if err := r.absorb(x); err != nil {
		return err
	}
	cause, n := r.in.take(), 0
	for _, list := range r.touched {
		n += len(list)
	}
	if n == 0 {
		return nil
	}
	return x.each(n, func(w *turn) error {
		w.cause = cause
		list := r.touched[w.worker]
		for i := range list {
			if err := r.settle(w, &list[i]); err != nil {
				return err
			}
		}
		r.touched[w.worker] = emptied(list)
		return nil
	})
}

func (r *reduce[K, V, R]) settle(w *turn, t *touched[K, V, R]) error {
	g := t.group
	g.touched, g.changed = false, g.n != t.n
	if g.n < 0 && r.warned.CompareAndSwap(false, true) {
		w.g.log.Warn("more retractions than values", "in", r.node.String(), "key", t.key)
	}
	var now R
	is := g.there()
	if is {
		now = g.acc.result()
	}
	if err := r.tables[w.worker].save(w, t.key, g); err != nil {
		return err
	}
	if is && t.was && r.same(t.before, now) {
		return nil
	}
	if t.was {
		r.out.push(w, Delta[Keyed[K, R]]{Keyed[K, R]{t.key, t.before}, -1})
	}
	if is {
		r.out.push(w, Delta[Keyed[K, R]]{Keyed[K, R]{t.key, now}, +1})
	}
	w.at = r.node
	return nil
}

func (r *reduce[K, V, R]) committed(*turn) {
	for _, t := range r.tables {
		t.trim()
	}
}

func (r *reduce[K, V, R]) recover(_ context.Context, _ *turn) error {
	return recoverTables(r.tables)
}

// A tally is the state of a key: how many values it has, and what the
// aggregator keeps of them.
type tally[V, R any] struct {
	n       int
	acc     accumulator[V, R]
	touched bool // in this epoch
	changed bool // n is not what is stored
	loose   bool // see Aggregator; n is 0
}

func (g *tally[V, R]) add(v V, diff int, e Epoch) {
	if !g.loose {
		g.n += diff
	}
	g.acc.add(v, diff, e)
}

// there tells whether the key has a result.
func (g *tally[V, R]) there() bool { return g.n > 0 || g.loose && !g.acc.empty() }

func (g *tally[V, R]) empty() bool { return g.n == 0 && g.acc.empty() }

// The first byte of a record says whose it is.
const (
	ofGroup = iota
	ofAccumulator
)

func (g *tally[V, R]) load(record, value []byte) error {
	if len(record) == 0 {
		return fmt.Errorf("a record without a name")
	}
	if record[0] == ofAccumulator {
		return g.acc.load(record[1:], value)
	}
	n, err := loadNumber(value)
	g.n = int(n)
	return err
}

func (g *tally[V, R]) save(put func(record, value []byte)) error {
	if g.changed {
		put([]byte{ofGroup}, savedNumber(int64(g.n)))
		g.changed = false
	}
	return g.acc.save(func(record, value []byte) {
		put(append([]byte{ofAccumulator}, record...), value)
	})
}
