package dataflow

import "fmt"

// Windows is what WindowReduce makes of a stream.
type Windows[K comparable, V, R any] struct {
	// Results has one value for each window that shows its result.
	Results Stream[Keyed[Windowed[K], R]]

	// Late has the changes that came after their window was final, under the
	// window that lacks them. Status counts them.
	Late Stream[Keyed[Windowed[K], V]]
}

// WindowReduce returns for every window of every key what a makes of the values
// whose time is in it, when b shows it. It is Reduce(WindowBy(...)) with a
// Behavior: a late event corrects the window's result, until the window is final;
// from then on nothing is kept of it.
//
// A change costs what a takes for each window that the value is in. What is kept
// is the state of a for every window that is not final, and for sessions also the
// values, in order of time. There a change costs the logarithm of the session; one
// that merges or splits sessions, as much as the smaller part has values. The
// events of a session have no order of epochs: an aggregator that goes by it, as
// Latest does, has all of them in one; StatefulMany and its like are refused.
//
// A session is final when the watermark has come to its last event plus the gap
// (0 with SessionWhen) plus Cutoff. A late event that would have been part of a
// final session, but is not late itself, begins another.
//
// With a Behavior the outcome depends on how the stream was cut into epochs; it
// does not depend on the order within one, or on the number of workers.
func WindowReduce[K comparable, V, R any](s Stream[Keyed[K, V]], name string, at func(V) Time, w Window, b Behavior, a Aggregator[V, R]) Windows[K, V, R] {
	if s.n == nil {
		return Windows[K, V, R]{}
	}
	when := func(v Keyed[K, V]) Time { return at(v.Value) }
	if at == nil {
		when = nil
	}
	clockNode := ownWatermark(b.Watermark, s, name, when, address(at))
	types := fmt.Sprintf("%v of %s by %s in %v, %s", a.name, typeName[V](), typeName[K](), w, b.name())
	n := s.n.g.addStateful("windowreduce", name, types, s.n, clockNode)
	checkWindow(n, w.problem(), at == nil)
	if a.make == nil {
		n.g.problem(n, "has no aggregator")
	}
	if n.same != nil {
		n.same = append(append(append(n.same, address(at)), w.same()...), a.same...)
	}
	if w.session {
		if a.loose {
			n.g.problem(n, "cannot fold the changes of sessions, which merge and split")
		}
		n.build = buildSessionReduce[K](at, w, b, a)
	} else {
		n.build = buildWindowReduce[K](at, w, b, a)
	}
	type out = Keyed[Windowed[K], R]
	return Windows[K, V, R]{firstOf[out, Keyed[Windowed[K], V]](n, "results"), secondOf[out, Keyed[Windowed[K], V]](n, "late")}
}

// windowPorts are the outlets of a WindowReduce.
type windowPorts[K comparable, V, R any] = outlets[Keyed[Windowed[K], R], Keyed[Windowed[K], V]]

func newWindowPorts[K comparable, V, R any]() windowPorts[K, V, R] {
	return windowPorts[K, V, R]{first: new(port[Keyed[Windowed[K], R]]), second: new(port[Keyed[Windowed[K], V]])}
}

// name says what b is, as part of what an operator's state is of.
func (b *Behavior) name() string {
	return fmt.Sprintf("delay %d, cutoff %v, keep %v, once %v", b.Delay, b.Cutoff, b.KeepResults, b.once)
}
