package dataflow

import (
	"context"
	"encoding/binary"
	"fmt"
	"reflect"
)

// Reduce returns one value for every key: what a makes of the values under it. A
// key without values has none.
func Reduce[K comparable, V, R any](s Stream[Keyed[K, V]], name string, a Aggregator[V, R]) Stream[Keyed[K, R]] {
	if s.n == nil {
		return Stream[Keyed[K, R]]{}
	}
	types := fmt.Sprintf("%v of %v by %v", a.name, reflect.TypeFor[V](), reflect.TypeFor[K]())
	n := s.n.g.addStateful("reduce", name, types, s.n)
	if a.make == nil {
		s.n.g.problem(n, "has no aggregator")
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
		r.tables = newTables[K](b, n, 0, func() *tally[V, R] { return &tally[V, R]{acc: fresh()} })
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
	out     *port[Keyed[K, R]]
}

type touched[K comparable, V, R any] struct {
	key    K
	group  *tally[V, R]
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
				at := touched[K, V, R]{key: k, group: g, was: g.n > 0}
				if at.was {
					at.before = g.acc.result()
				}
				list = append(list, at)
			}
			g.n += diff
			g.acc.add(v, diff, w.epoch)
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
	g.touched = false
	if g.n < 0 {
		w.g.log.Warn("more retractions than values", "in", r.node.String(), "key", t.key)
	}
	var now R
	is := g.n > 0
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
	return recoverTables(r.tables, false, nil)
}

// A tally is the state of a key: how many values it has, and what the
// aggregator keeps of them.
type tally[V, R any] struct {
	n       int
	saved   int // n as it is stored
	touched bool
	acc     accumulator[V, R]
}

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
	n, size := binary.Varint(value)
	if size <= 0 {
		return fmt.Errorf("%q is not a number", value)
	}
	g.n, g.saved = int(n), int(n)
	return nil
}

func (g *tally[V, R]) save(put func(record, value []byte)) error {
	if g.n != g.saved {
		g.saved = g.n
		var value []byte
		if !g.empty() {
			value = binary.AppendVarint(nil, int64(g.n))
		}
		put([]byte{ofGroup}, value)
	}
	return g.acc.save(func(record, value []byte) {
		put(append([]byte{ofAccumulator}, record...), value)
	})
}
