package dataflow

import "unsafe"

// A Stream is a collection that changes. The zero Stream belongs to no graph;
// what is made of it is nothing.
type Stream[T any] struct{ n *node }

// A port is the place where a running operator's deltas come out. Every reader
// has a function there, so a chain of linear operators is one call inside
// another and never makes a batch in between. All workers push at the same port,
// each with its own turn.
type port[T any] struct {
	out []func(*turn, Delta[T])

	// scan emits the collection as of the last commit; nil where it is not
	// kept anywhere upstream.
	scan func(x *turn, emit func(*turn, Delta[T])) error
}

func (p *port[T]) push(x *turn, d Delta[T]) {
	for _, f := range p.out {
		f(x, d)
	}
}

func (p *port[T]) read(f func(*turn, Delta[T])) { p.out = append(p.out, f) }

// address names a function value: two with the same address are the same
// function over the same variables.
func address[F any](f F) any { return *(*unsafe.Pointer)(unsafe.Pointer(&f)) }

// linear makes an operator that treats every delta by itself. Apply calls out
// for each delta that it makes of d.
func linear[A, B any](s Stream[A], kind string, same []any, apply func(x *turn, n *node, d Delta[A], out func(*turn, Delta[B]))) Stream[B] {
	if s.n == nil {
		return Stream[B]{}
	}
	n := s.n.g.add(kind, "", s.n)
	n.same, n.linear = same, true
	n.build = buildLinear(apply)
	return Stream[B]{n}
}

func buildLinear[A, B any](apply func(x *turn, n *node, d Delta[A], out func(*turn, Delta[B]))) func(*builder, *node, []any) any {
	return func(_ *builder, n *node, in []any) any {
		from, p := in[0].(*port[A]), new(port[B])
		push := p.push
		from.read(func(x *turn, d Delta[A]) { apply(x, n, d, push) })
		if scan := from.scan; scan != nil {
			p.scan = func(x *turn, emit func(*turn, Delta[B])) error {
				return scan(x, func(x *turn, d Delta[A]) { apply(x, n, d, emit) })
			}
		}
		return p
	}
}

// Map returns f of every value. F must be a function of its argument alone, as
// must be the functions of all linear operators: a retraction calls it again.
// Several workers may call it at once.
func Map[A, B any](s Stream[A], f func(A) B) Stream[B] {
	return linear(s, "map", []any{address(f)}, func(x *turn, n *node, d Delta[A], out func(*turn, Delta[B])) {
		x.at = n
		out(x, Delta[B]{f(d.Value), d.Diff})
	})
}

// Filter returns the values for which keep holds.
func Filter[T any](s Stream[T], keep func(T) bool) Stream[T] {
	out := linear(s, "filter", []any{address(keep)}, filtering(keep))
	if out.n != nil {
		out.n.keep = keep
	}
	return out
}

func filtering[T any](keep func(T) bool) func(*turn, *node, Delta[T], func(*turn, Delta[T])) {
	return func(x *turn, n *node, d Delta[T], out func(*turn, Delta[T])) {
		x.at = n
		if keep(d.Value) {
			out(x, d)
		}
	}
}

// FilterKey returns the values whose keys keep holds for. Unlike a Filter it is
// moved in front of operators that treat every key by itself.
func FilterKey[K comparable, V any](s Stream[Keyed[K, V]], keep func(K) bool) Stream[Keyed[K, V]] {
	if s.n == nil {
		return s
	}
	n := s.n.g.add("filterkey", "", s.n)
	n.same, n.linear, n.keep = []any{address(keep)}, true, keep
	n.build = keyFilter[K, V](keep)
	return Stream[Keyed[K, V]]{n}
}

// keyFilter builds a FilterKey.
func keyFilter[K comparable, V any](keep func(K) bool) func(*builder, *node, []any) any {
	return buildLinear(filtering(func(v Keyed[K, V]) bool { return keep(v.Key) }))
}

// FlatMap returns what f yields for every value.
func FlatMap[A, B any](s Stream[A], f func(v A, yield func(B))) Stream[B] {
	return linear(s, "flatmap", []any{address(f)}, func(x *turn, n *node, d Delta[A], out func(*turn, Delta[B])) {
		x.at = n
		f(d.Value, func(v B) {
			out(x, Delta[B]{v, d.Diff})
			x.at = n
		})
	})
}

// Negate returns every value as often as s lacks it: Concat(a, Negate(b)) is a
// without b.
func Negate[T any](s Stream[T]) Stream[T] {
	out := linear(s, "negate", []any{}, func(x *turn, _ *node, d Delta[T], out func(*turn, Delta[T])) {
		out(x, Delta[T]{d.Value, -d.Diff})
	})
	if out.n != nil {
		out.n.filters = []filterOf{asItIs}
	}
	return out
}

// A Keyed is a value under a key.
type Keyed[K comparable, V any] struct {
	Key   K
	Value V
}

// KeyBy puts every value under the key that f gives it.
func KeyBy[T any, K comparable](s Stream[T], f func(T) K) Stream[Keyed[K, T]] {
	out := linear(s, "keyby", []any{address(f)}, func(x *turn, n *node, d Delta[T], out func(*turn, Delta[Keyed[K, T]])) {
		x.at = n
		out(x, Delta[Keyed[K, T]]{Keyed[K, T]{f(d.Value), d.Value}, d.Diff})
	})
	if out.n != nil {
		out.n.filters = []filterOf{func(filter *node) *node { return beforeKey(filter, f) }}
	}
	return out
}

// beforeKey makes a filter of values out of one of the keys that f gives them.
func beforeKey[T any, K comparable](filter *node, f func(T) K) *node {
	ofKey, ok := filter.keep.(func(K) bool)
	if filter.kind != "filterkey" || !ok {
		return nil
	}
	keep := func(v T) bool { return ofKey(f(v)) }
	return &node{kind: "filter", keep: keep, linear: true, build: buildLinear(filtering(keep))}
}

// Concat returns the values of all streams, each as often as all have it
// together.
func Concat[T any](streams ...Stream[T]) Stream[T] {
	g := graphOf(streams)
	if g == nil {
		return Stream[T]{}
	}
	n := g.add("concat", "")
	n.same = []any{}
	for i, s := range streams {
		if s.n == nil || s.n.g != g {
			g.problem(n, "reads a stream of another graph, argument %d", i+1)
			continue
		}
		n.inputs = append(n.inputs, s.n)
		n.filters = append(n.filters, asItIs)
	}
	n.build = func(_ *builder, _ *node, in []any) any {
		p := new(port[T])
		var scans []func(*turn, func(*turn, Delta[T])) error
		for _, from := range in {
			from := from.(*port[T])
			from.read(p.push)
			if from.scan != nil {
				scans = append(scans, from.scan)
			}
		}
		if len(scans) == len(in) {
			p.scan = func(x *turn, emit func(*turn, Delta[T])) error {
				for _, scan := range scans {
					if err := scan(x, emit); err != nil {
						return err
					}
				}
				return nil
			}
		}
		return p
	}
	return Stream[T]{n}
}

func graphOf[T any](streams []Stream[T]) *Graph {
	for _, s := range streams {
		if s.n != nil {
			return s.n.g
		}
	}
	return nil
}
