package dataflow

import (
	"fmt"
	"reflect"
)

// AsOfNowJoin answers queries: it returns combine of every query and every row
// of state with its key, as state is at the end of the epoch in which the query
// comes. The answers stay what they are when state changes later. When the query
// is retracted, so are the answers that it was given; of equal queries, the one
// that came first.
//
// A query costs as much as it has answers, a change of state costs the same
// whatever there is. Kept are the rows of state by key, and every query with its
// answers until it is retracted: queries should be, once their answers have been
// read. A query that comes and goes within an epoch is not answered; one whose
// retraction came in an earlier epoch is not either.
//
// Combine must be a function of its arguments alone, and several workers may call
// it at once.
func AsOfNowJoin[K comparable, Q, S, Out any](queries Stream[Keyed[K, Q]], state Stream[Keyed[K, S]], name string, combine func(K, Q, S) Out) Stream[Out] {
	return newAsOfNow("asofnow", name, queries, state, combiner[K, Q, S, Out]{
		both: combine, complete: combine != nil, same: address(combine),
	})
}

// AsOfNowLeftJoin is AsOfNowJoin, and a query for which state has no row in its
// epoch has one answer: without a row.
func AsOfNowLeftJoin[K comparable, Q, S, Out any](queries Stream[Keyed[K, Q]], state Stream[Keyed[K, S]], name string, combine func(K, Q, Optional[S]) Out) Stream[Out] {
	return newAsOfNow("asofnowleft", name, queries, state, combiner[K, Q, S, Out]{
		both:     func(k K, q Q, s S) Out { return combine(k, q, Some(s)) },
		onlyA:    func(k K, q Q) Out { return combine(k, q, Optional[S]{}) },
		complete: combine != nil, same: address(combine),
	})
}

func newAsOfNow[K comparable, Q, S, Out any](kind, name string, queries Stream[Keyed[K, Q]], state Stream[Keyed[K, S]], c combiner[K, Q, S, Out]) Stream[Out] {
	if queries.n == nil || state.n == nil {
		return Stream[Out]{}
	}
	types := fmt.Sprintf("%v of %v and %v by %v", reflect.TypeFor[Out](), reflect.TypeFor[Q](), reflect.TypeFor[S](), reflect.TypeFor[K]())
	n := addJoined(kind, name, types, queries.n, state.n)
	if !c.complete {
		n.g.problem(n, "has no function that combines rows")
	}
	if n.same != nil {
		n.same = append(n.same, c.same)
	}
	n.build = func(b *builder, n *node, in []any) any {
		j := &asOfNow[K, Q, S, Out]{
			node: n, combiner: c, out: new(port[Out]),
			queries: newExchange[K, Q](b), state: newExchange[K, S](b), touched: newTouched[K, *answering[Q, S, Out]](b),
		}
		rows, asked := newBagKind[S](b), newAskedKind[Q, Out](b)
		j.tables = newTables[K](b, n, 0, func() *answering[Q, S, Out] {
			return &answering[Q, S, Out]{rows: rowsOf(rows), asked: asked.none()}
		})
		b.run(n, j)
		readKeyed(in[0], j.queries)
		readKeyed(in[1], j.state)
		return j.out
	}
	return Stream[Out]{n}
}
