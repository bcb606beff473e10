package dataflow

import (
	"fmt"
	"reflect"
	"strings"
)

// Iterate returns what body settles at: beginning with the collection start, body
// makes the next collection of the one before, until the two are equal as
// collections. (That is a fixpoint, not always the least one.) What body needs from
// outside it takes through Enter. It is called once, at definition, to connect the
// operators of one iteration; it may call Iterate again.
//
// The result is that of the inputs as they are now, whatever they were before. A
// body that has not settled after 1000 iterations ends Run with an error; see
// Limit for another number.
//
// Every iteration has its own copy of the operators of body with their state, and
// reads the one before. A change of the inputs runs through all copies as
// differences, so its cost is in proportion to what it changes in each iteration
// and not to the collections. When more iterations are needed than ever before, each
// of them is computed from all of its input. Copies that are not needed any more
// are dropped when more than half of them are idle. Memory is the state of body
// times the number of iterations, what was entered once, and the collection with
// its differences from iteration to iteration; Options.MaxKeys counts for each
// copy.
//
// Differential dataflow (McSherry, Murray, Isaacs, Isard: Differential dataflow, CIDR
// 2013) keeps one copy of the operators, whose state is indexed by epoch and
// iteration, and DBSP (Budiu et al.: DBSP: Automatic Incremental View Maintenance for
// Rich Query Languages, VLDB 2023) nests one clock in another. Both need less memory
// where iterations change little. Copies are simpler: any operator can be part
// of them unchanged.
//
// What body does must be a function of collections alone. Inputs, sinks, Async,
// Process and operators that depend on when something came cannot be part of it.
func Iterate[T any](start Stream[T], name string, body func(*Scope, Stream[T]) Stream[T], options ...IterateOption) Stream[T] {
	if start.n == nil {
		return Stream[T]{}
	}
	g := start.n.g
	d := iterationPlan{limit: iterateLimit{n: 1000, strict: true}}
	for _, set := range options {
		set(&d.limit)
	}
	scope := newScope(g, name)
	d.inner = scope.inner
	d.variable = d.inner.add("variable", "")
	d.variable.build = func(*builder, *node, []any) any { return new(port[T]) }
	if body != nil {
		d.connect(body(scope, Stream[T]{d.variable}).n)
	}
	d.inner.over, d.entered = true, scope.entered

	inputs := []*node{start.n}
	for _, e := range d.entered {
		inputs = append(inputs, e.from)
	}
	n := g.addStateful("iterate", name, d.types(reflect.TypeFor[T]()), inputs...)
	n.same = nil // the operators of body are this node's own
	n.inside = d.inner
	d.check(g, n, body == nil)
	n.build = func(b *builder, n *node, in []any) any { return newIteration[T](b, n, d, in) }
	return Stream[T]{n}
}

// An IterateOption changes how Iterate ends.
type IterateOption func(*iterateLimit)

type iterateLimit struct {
	n      int
	strict bool // reaching it is an error
}

// Limit makes the collection after n iterations the result, if they do not settle
// before.
func Limit(n int) IterateOption {
	return func(l *iterateLimit) { *l = iterateLimit{n: n} }
}

// A Scope is the inside of an iteration.
type Scope struct {
	around, inner *Graph
	entered       []entrance
}

// An entrance brings a stream from around a scope into it.
type entrance struct {
	from, to *node
	hold     func(b *builder, n *node, part byte, from any) entered
}

func newScope(around *Graph, name string) *Scope {
	s := &Scope{around: around, inner: New(around.name)}
	s.inner.around = around
	if name != "" {
		s.inner.name += ", iterate " + name
	}
	return s
}

// Enter returns outer, a stream of the graph around, as a stream that is the same in
// every iteration. Without it a stream from outside cannot be read inside.
func Enter[E any](s *Scope, outer Stream[E]) Stream[E] {
	if outer.n == nil {
		return Stream[E]{}
	}
	for _, e := range s.entered {
		if e.from == outer.n {
			return Stream[E]{e.to}
		}
	}
	n := s.inner.add("enter", "")
	n.build = func(*builder, *node, []any) any { return new(port[E]) }
	if outer.n.g != s.around {
		s.inner.problem(n, "does not enter a stream of the graph around")
		return Stream[E]{n}
	}
	s.entered = append(s.entered, entrance{from: outer.n, to: n, hold: holdEntered[E]})
	return Stream[E]{n}
}

// An iterationPlan is the definition of an iteration.
type iterationPlan struct {
	inner    *Graph
	variable *node // what body reads
	result   *node // reads what body returns; nil if that is none of its streams
	entered  []entrance
	limit    iterateLimit
}

// connect makes the end of an iteration.
func (d *iterationPlan) connect(last *node) {
	if last == nil || last.g != d.inner {
		return
	}
	d.result = d.inner.add("result", "", last)
	d.result.sink = true // all that it needs runs
	d.result.build = func(_ *builder, _ *node, in []any) any { return in[0] }
}

// types describes the state: the values of the variable, and all operators inside.
func (d *iterationPlan) types(variable reflect.Type) string {
	parts := []string{variable.String()}
	for _, n := range d.inner.nodes {
		if n.state != "" {
			parts = append(parts, fmt.Sprintf("%s %q of %s", n.kind, n.state, n.types))
		}
	}
	return strings.Join(parts, "; ")
}

// maxEntered is how many streams a scope can have: each has a byte for its name.
const maxEntered = 200

func (d *iterationPlan) check(g *Graph, n *node, noBody bool) {
	switch {
	case noBody:
		g.problem(n, "has no body")
	case d.result == nil:
		g.problem(n, "does not get a stream of its own from its body")
	case d.limit.n < 1:
		g.problem(n, "has a limit of %d iterations", d.limit.n)
	case len(d.entered) > maxEntered:
		g.problem(n, "is entered by %d streams, more than %d", len(d.entered), maxEntered)
	}
	for _, o := range d.inner.nodes {
		if o != d.result && (o.sink || o.object != nil || dependsOnArrival(o)) {
			d.inner.problem(o, "cannot be part of an iteration")
		}
	}
}

// dependsOnArrival tells whether an operator computes something else when its
// input comes in another order or at another time, or keeps what a copy of it
// cannot have of its own.
func dependsOnArrival(n *node) bool {
	switch n.kind {
	case "process", "events", "upsert", "deduplicate", "asofnow", "asofnowleft", "watermark":
		return true
	}
	return strings.HasPrefix(n.types, "earliest of ") || strings.HasPrefix(n.types, "latest of ")
}

// nodes returns what a copy consists of, in order. Nodes of the definition are told
// by their numbers.
func (d *iterationPlan) nodes(o Options) []*node { return optimized(d.inner.nodes, o) }
