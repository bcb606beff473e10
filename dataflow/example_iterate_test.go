package dataflow_test

import "ragserver/dataflow"

// An edge is followed from its Key to its Value.
type edge = dataflow.Keyed[string, string]

// What can be reached from a is found by following edges until nothing new is; a
// road that is closed takes away what only it led to.
func ExampleIterate() {
	d := newDemo()
	edges := history(d,
		[]dataflow.Delta[edge]{add(edge{Key: "a", Value: "b"}), add(edge{Key: "b", Value: "c"}), add(edge{Key: "c", Value: "b"}), add(edge{Key: "d", Value: "a"})},
		[]dataflow.Delta[edge]{remove(edge{Key: "b", Value: "c"})})
	start := values(d, "a")
	reached := dataflow.Iterate(start, "reach", func(s *dataflow.Scope, x dataflow.Stream[string]) dataflow.Stream[string] {
		next := dataflow.Join(dataflow.KeyBy(x, itself), dataflow.Enter(s, edges), "next",
			func(_, _, to string) string { return to })
		all := dataflow.Concat(next, dataflow.Enter(s, start))
		once := dataflow.Reduce(dataflow.KeyBy(all, itself), "once", dataflow.Count[string]())
		return dataflow.Map(once, func(k dataflow.Keyed[string, int]) string { return k.Key })
	})
	show(d, reached)
	// Output:
	// epoch 1: a +1
	// epoch 1: b +1
	// epoch 1: c +1
	// epoch 2: c -1
}
