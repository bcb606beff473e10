package dataflow

import (
	"sync/atomic"
	"time"
)

// Timely is a stream that has been cut off, and what was.
type Timely[T any] struct {
	// OnTime is what came in time.
	OnTime Stream[T]

	// Late is the rest: OnTime and Late together are what went in. A value
	// whose retraction alone was late is there -1 times.
	Late Stream[T]
}

// IgnoreLate drops changes of values whose time is at or before the watermark
// less cutoff. Status counts them. Only the watermark is kept; a change costs
// nothing beyond it. On the inputs of a temporal join, or of any operator that
// keeps its input, IgnoreLate and then Forget bound what is kept.
//
// What is late depends on how the stream was cut into epochs: see Watermark.
func IgnoreLate[T any](s Stream[T], name string, at func(T) Time, cutoff time.Duration, w Watermark) Timely[T] {
	if s.n == nil {
		return Timely[T]{}
	}
	n := s.n.g.add("ignorelate", name, s.n, ownWatermark(w, s, name, at, address(at)))
	n.same = []any{name, address(at), cutoff}
	checkWindow(n, "", at == nil)
	n.build = func(b *builder, n *node, in []any) any {
		o := &outlets[T, T]{first: new(port[T]), second: new(port[T])}
		c, late := in[1].(*clock), new(lateCount)
		late.node = n
		b.run(n, late)
		in[0].(*port[T]).read(func(x *turn, d Delta[T]) {
			x.at = n
			if at(d.Value).plus(cutoff) <= c.before {
				late.count(d.Diff)
				o.second.push(x, d)
				return
			}
			o.first.push(x, d)
		})
		return o
	}
	return timely[T](n)
}

func timely[T any](n *node) Timely[T] {
	return Timely[T]{firstOf[T, T](n, "ontime"), secondOf[T, T](n, "late")}
}

// outlets are the two ports of an operator.
type outlets[A, B any] struct {
	port[struct{}] // nothing comes out here
	first          *port[A]
	second         *port[B]
}

// firstOf and secondOf return what comes out of an operator with two outlets.
func firstOf[A, B any](n *node, what string) Stream[A] {
	return outlet[A](n, what, func(from any) any { return from.(*outlets[A, B]).first })
}

func secondOf[A, B any](n *node, what string) Stream[B] {
	return outlet[B](n, what, func(from any) any { return from.(*outlets[A, B]).second })
}

func outlet[T any](from *node, what string, pick func(from any) any) Stream[T] {
	n := from.g.add(what, "", from)
	n.same = []any{}
	n.build = func(_ *builder, _ *node, in []any) any { return pick(in[0]) }
	return Stream[T]{n}
}

// A lateCount counts what an operator has dropped as late.
type lateCount struct {
	node *node
	n    atomic.Uint64
}

// count is called by any worker.
func (l *lateCount) count(diff int) { l.n.Add(uint64(max(diff, -diff))) }

func (l *lateCount) late() (operator string, n uint64) {
	if l.node.name != "" {
		return l.node.name, l.n.Load()
	}
	return l.node.String(), l.n.Load()
}

// lateCounts returns what the operators of a plan have dropped; nil if none can.
func lateCounts(p *plan) map[string]uint64 {
	var counts map[string]uint64
	for _, o := range stages[interface{ late() (string, uint64) }](p) {
		if counts == nil {
			counts = make(map[string]uint64)
		}
		name, n := o.late()
		counts[name] += n
	}
	return counts
}
