package dataflow

import (
	"context"
	"encoding/binary"
	"fmt"
	"reflect"
)

// SemiJoin returns the rows of a whose key b has, each as often as a has it,
// however many rows b has with the key. With a Reduce as b it is what HAVING is in
// SQL: the rows of the groups for which a condition holds.
//
// A changed row of a costs the same whatever there is; the first and the last row
// of a key in b cost as much as a has rows with it. The rows of a are kept and of b
// how many there are, by key. B has a key while its rows number above 0.
func SemiJoin[K comparable, A, B any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string) Stream[Keyed[K, A]] {
	return newGate("semijoin", name, a, b, true)
}

// AntiJoin returns the rows of a whose key b does not have; see SemiJoin.
func AntiJoin[K comparable, A, B any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string) Stream[Keyed[K, A]] {
	return newGate("antijoin", name, a, b, false)
}

func newGate[K comparable, A, B any](kind, name string, a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], in bool) Stream[Keyed[K, A]] {
	if a.n == nil || b.n == nil {
		return Stream[Keyed[K, A]]{}
	}
	types := fmt.Sprintf("%v by %v", reflect.TypeFor[A](), reflect.TypeFor[K]())
	n := addJoined(kind, name, types, a.n, b.n)
	n.build = func(b *builder, n *node, from []any) any {
		s := &gate[K, A]{
			node: n, in: in, out: new(port[Keyed[K, A]]),
			a: newExchange[K, A](b), b: newExchange[K, struct{}](b), touched: newTouched[K, *gated[A]](b),
		}
		rows := newBagKind[A](b)
		s.tables = newTables[K](b, n, 0, func() *gated[A] { return &gated[A]{rows: rowsOf(rows)} })
		b.run(n, s)
		readKeyed(from[0], s.a)
		from[1].(*port[Keyed[K, B]]).read(func(x *turn, d Delta[Keyed[K, B]]) {
			s.b.add(x, d.Value.Key, struct{}{}, d.Diff)
		})
		return s.out
	}
	return Stream[Keyed[K, A]]{n}
}

// gate lets the rows of a through whose key b has, or has not. What b is at the
// end of the epoch decides; until then a's rows pass as in the epoch before.
type gate[K comparable, A any] struct {
	node    *node
	in      bool // b has the key of what is let through
	a       *exchange[K, A]
	b       *exchange[K, struct{}]
	tables  []*table[K, *gated[A]]
	touched keysTouched[K, *gated[A]]
	causes  causes // of the epoch
	owing   warning
	out     *port[Keyed[K, A]]
}

// gated is the state of a key.
type gated[A any] struct {
	rows  rows[A]
	n     int // rows of b
	saved int // n as it is stored

	// Of the running epoch.
	touched bool
	open    bool // the rows are out
}

func (s *gate[K, A]) absorb(x *turn) error {
	n := s.a.len() + s.b.len()
	if n == 0 {
		return nil
	}
	cause := join(s.a.take(), s.b.take())
	s.causes.join(cause)
	return x.each(n, func(w *turn) error {
		w.cause = cause
		err := s.b.drain(w, func(k K, _ struct{}, diff int) error {
			g, err := s.touch(w, k)
			if err == nil {
				g.n += diff
			}
			return err
		})
		if err != nil {
			return err
		}
		return s.a.drain(w, func(k K, v A, diff int) error {
			g, err := s.touch(w, k)
			if err != nil {
				return err
			}
			if more := g.rows.add(v, diff); more != 0 && g.open {
				s.out.push(w, Delta[Keyed[K, A]]{Keyed[K, A]{k, v}, more})
			}
			return nil
		})
	})
}

func (s *gate[K, A]) touch(w *turn, k K) (*gated[A], error) {
	w.at = s.node
	g, err := s.tables[w.worker].at(k)
	if err != nil || g.touched {
		return g, err
	}
	g.touched, g.open = true, s.opens(g)
	s.touched.add(w, k, g)
	return g, nil
}

func (s *gate[K, A]) opens(g *gated[A]) bool { return g.n > 0 == s.in && g.rows.there > 0 }

func (s *gate[K, A]) step(x *turn) error {
	if err := s.absorb(x); err != nil {
		return err
	}
	cause := s.causes.unique()
	s.causes = causes{}
	return s.touched.settle(x, func(w *turn, k K, g *gated[A]) error {
		w.at, w.cause = s.node, cause
		g.touched = false
		if open := s.opens(g); open != g.open {
			turnOut(w, s.node, &g.rows, open, s.out, func(v A) Keyed[K, A] { return Keyed[K, A]{k, v} })
		}
		if g.rows.owing() || g.n < 0 {
			s.owing.once(w, s.node, k)
		}
		return s.tables[w.worker].save(w, k, g)
	})
}

func (s *gate[K, A]) committed(*turn) {
	for _, t := range s.tables {
		t.trim()
	}
}

func (s *gate[K, A]) recover(_ context.Context, _ *turn) error {
	return recoverTables(s.tables, false, nil)
}

func (g *gated[A]) empty() bool { return g.n == 0 && g.rows.empty() }

func (g *gated[A]) load(record, value []byte) error {
	switch {
	case len(record) > 0 && record[0] == sideA:
		return g.rows.load(record[1:], value)
	case len(record) == 1 && record[0] == sideB:
		n, size := binary.Varint(value)
		if size <= 0 {
			return fmt.Errorf("%q is not a number", value)
		}
		g.n, g.saved = int(n), int(n)
		return nil
	}
	return fmt.Errorf("record %q is of no side", record)
}

func (g *gated[A]) save(put func(record, value []byte)) error {
	if g.n != g.saved {
		g.saved = g.n
		var value []byte
		if g.n != 0 {
			value = binary.AppendVarint(nil, int64(g.n))
		}
		put([]byte{sideB}, value)
	}
	return g.rows.save(ofSide(sideA, put))
}
