package dataflow

import (
	"fmt"
	"reflect"
)

// Join returns combine of every pair of a row of a and a row of b with the same
// key: the product of how often the two are there. Combine must be a function of
// its arguments alone; a retraction calls it again, and several workers may call
// it at once.
//
// A changed row costs as much as it has matches. All rows of both sides are kept,
// by key. The rule is d(a⋈b) = da⋈b + a⋈db + da⋈db; see Budiu et al., "DBSP:
// Automatic Incremental View Maintenance for Rich Query Languages", VLDB 2023,
// section 4. A row that is there less than 0 times, because its retraction came
// in an earlier epoch, counts as not there.
func Join[K comparable, A, B, Out any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string, combine func(K, A, B) Out) Stream[Out] {
	return newJoin("join", name, a, b, combiner[K, A, B, Out]{
		both: combine, complete: combine != nil, same: address(combine),
	})
}

// LeftJoin is Join, and every row of a without a match comes out once by itself.
// It does for as long as b has no row with its key: the first and the last row
// of a key in b cost as much as a has rows with it, in the epoch as a whole.
func LeftJoin[K comparable, A, B, Out any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string, combine func(K, A, Optional[B]) Out) Stream[Out] {
	return newJoin("leftjoin", name, a, b, combiner[K, A, B, Out]{
		both:     func(k K, v A, w B) Out { return combine(k, v, Some(w)) },
		onlyA:    func(k K, v A) Out { return combine(k, v, Optional[B]{}) },
		complete: combine != nil, same: address(combine),
	})
}

// RightJoin is Join, and every row of b without a match comes out once by itself.
func RightJoin[K comparable, A, B, Out any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string, combine func(K, Optional[A], B) Out) Stream[Out] {
	return newJoin("rightjoin", name, a, b, combiner[K, A, B, Out]{
		both:     func(k K, v A, w B) Out { return combine(k, Some(v), w) },
		onlyB:    func(k K, w B) Out { return combine(k, Optional[A]{}, w) },
		complete: combine != nil, same: address(combine),
	})
}

// OuterJoin is Join, and every row of either side without a match comes out once
// by itself.
func OuterJoin[K comparable, A, B, Out any](a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], name string, combine func(K, Optional[A], Optional[B]) Out) Stream[Out] {
	return newJoin("outerjoin", name, a, b, combiner[K, A, B, Out]{
		both:     func(k K, v A, w B) Out { return combine(k, Some(v), Some(w)) },
		onlyA:    func(k K, v A) Out { return combine(k, Some(v), Optional[B]{}) },
		onlyB:    func(k K, w B) Out { return combine(k, Optional[A]{}, Some(w)) },
		complete: combine != nil, same: address(combine),
	})
}

// A combiner makes what comes out of a join.
type combiner[K comparable, A, B, Out any] struct {
	both     func(K, A, B) Out
	onlyA    func(K, A) Out // nil: a row of a without a match does not come out
	onlyB    func(K, B) Out
	complete bool // the user's function is there
	same     any  // tells it from others
}

func newJoin[K comparable, A, B, Out any](kind, name string, a Stream[Keyed[K, A]], b Stream[Keyed[K, B]], c combiner[K, A, B, Out]) Stream[Out] {
	if a.n == nil || b.n == nil {
		return Stream[Out]{}
	}
	types := fmt.Sprintf("%v and %v by %v", reflect.TypeFor[A](), reflect.TypeFor[B](), reflect.TypeFor[K]())
	n := addJoined(kind, name, types, a.n, b.n)
	if !c.complete {
		n.g.problem(n, "has no function that combines rows")
	}
	if n.same != nil {
		n.same = append(n.same, c.same)
	}
	n.build = func(b *builder, n *node, in []any) any {
		j := &joiner[K, A, B, Out]{
			node: n, combiner: c, out: new(port[Out]),
			a: newExchange[K, A](b), b: newExchange[K, B](b), touched: newTouched[K, *pair[A, B]](b),
		}
		kindA, kindB := newBagKind[A](b), newBagKind[B](b)
		j.tables = newTables[K](b, n, 0, func() *pair[A, B] {
			return &pair[A, B]{a: rowsOf(kindA), b: rowsOf(kindB)}
		})
		b.run(n, j)
		readKeyed(in[0], j.a)
		readKeyed(in[1], j.b)
		return j.out
	}
	return Stream[Out]{n}
}

// addJoined adds a node with state that reads a and b.
func addJoined(kind, name, types string, a, b *node) *node {
	g := a.g
	if b.g != g {
		n := g.addStateful(kind, name, types, a)
		g.problem(n, "reads a stream of another graph, %s", b)
		return n
	}
	return g.addStateful(kind, name, types, a, b)
}

// readKeyed hands what comes out of a port to the workers that have its keys.
func readKeyed[K comparable, V any](from any, to *exchange[K, V]) {
	from.(*port[Keyed[K, V]]).read(func(x *turn, d Delta[Keyed[K, V]]) {
		to.add(x, d.Value.Key, d.Value.Value, d.Diff)
	})
}
