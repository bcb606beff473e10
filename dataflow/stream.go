package dataflow

// A Stream is a collection that changes. The zero Stream belongs to no graph;
// what is made of it is nothing.
type Stream[T any] struct{ p *port[T] }

// A port is the place where an operator's deltas come out. Every reader has a
// function there, so a chain of linear operators is one call inside another and
// never makes a batch in between.
type port[T any] struct {
	node *node
	out  []func(*turn, Delta[T])

	// scan emits the collection as of the last commit; nil where it is not
	// kept anywhere upstream.
	scan func(x *turn, emit func(*turn, Delta[T])) error
}

func (p *port[T]) push(x *turn, d Delta[T]) {
	for _, f := range p.out {
		f(x, d)
	}
}

// linear makes an operator that treats every delta by itself. Apply calls out
// for each delta that it makes of d.
func linear[A, B any](s Stream[A], kind string, apply func(x *turn, n *node, d Delta[A], out func(*turn, Delta[B]))) Stream[B] {
	if s.p == nil {
		return Stream[B]{}
	}
	n := s.p.node.g.add(kind, "", s.p.node)
	p := &port[B]{node: n}
	push := p.push
	s.p.out = append(s.p.out, func(x *turn, d Delta[A]) { apply(x, n, d, push) })
	if scan := s.p.scan; scan != nil {
		p.scan = func(x *turn, emit func(*turn, Delta[B])) error {
			return scan(x, func(x *turn, d Delta[A]) { apply(x, n, d, emit) })
		}
	}
	return Stream[B]{p}
}

// Map returns f of every value. F must be a function of its argument alone, as
// must be the functions of all linear operators: a retraction calls it again.
func Map[A, B any](s Stream[A], f func(A) B) Stream[B] {
	return linear(s, "map", func(x *turn, n *node, d Delta[A], out func(*turn, Delta[B])) {
		x.at = n
		out(x, Delta[B]{f(d.Value), d.Diff})
	})
}

// Filter returns the values for which keep holds.
func Filter[T any](s Stream[T], keep func(T) bool) Stream[T] {
	return linear(s, "filter", func(x *turn, n *node, d Delta[T], out func(*turn, Delta[T])) {
		x.at = n
		if keep(d.Value) {
			out(x, d)
		}
	})
}

// FlatMap returns what f yields for every value.
func FlatMap[A, B any](s Stream[A], f func(v A, yield func(B))) Stream[B] {
	return linear(s, "flatmap", func(x *turn, n *node, d Delta[A], out func(*turn, Delta[B])) {
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
	return linear(s, "negate", func(x *turn, _ *node, d Delta[T], out func(*turn, Delta[T])) {
		out(x, Delta[T]{d.Value, -d.Diff})
	})
}

// Concat returns the values of all streams, each as often as all have it
// together.
func Concat[T any](streams ...Stream[T]) Stream[T] {
	g := graphOf(streams)
	if g == nil {
		return Stream[T]{}
	}
	n := g.add("concat", "")
	p := &port[T]{node: n}
	var scans []func(*turn, func(*turn, Delta[T])) error
	for i, s := range streams {
		if s.p == nil || s.p.node.g != g {
			g.problem(n, "reads a stream of another graph, argument %d", i+1)
			continue
		}
		n.inputs = append(n.inputs, s.p.node)
		s.p.out = append(s.p.out, p.push)
		if s.p.scan != nil {
			scans = append(scans, s.p.scan)
		}
	}
	if len(scans) == len(streams) {
		p.scan = func(x *turn, emit func(*turn, Delta[T])) error {
			for _, scan := range scans {
				if err := scan(x, emit); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return Stream[T]{p}
}

func graphOf[T any](streams []Stream[T]) *Graph {
	for _, s := range streams {
		if s.p != nil {
			return s.p.node.g
		}
	}
	return nil
}
