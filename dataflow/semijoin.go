package dataflow

import (
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
	n.filters = []filterOf{onKey[K, A], onKey[K, B]}
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
