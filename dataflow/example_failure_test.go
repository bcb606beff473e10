package dataflow_test

import (
	"strconv"

	"ragserver/dataflow"
)

// A value that cannot be worked on costs that value; it is in a stream of its own
// until it is corrected.
func ExampleTryMap() {
	d := newDemo()
	texts := history(d,
		[]dataflow.Delta[string]{add("1"), add("two")},
		[]dataflow.Delta[string]{remove("two"), add("2")})
	numbers, failures := dataflow.TryMap(texts, strconv.Atoi)
	show(d, dataflow.Concat(
		dataflow.Map(numbers, func(n int) string { return "number " + strconv.Itoa(n) }),
		dataflow.Map(failures, func(f dataflow.Failure[string]) string { return f.Err })))
	// Output:
	// epoch 1: number 1 +1
	// epoch 1: strconv.Atoi: parsing "two": invalid syntax +1
	// epoch 2: number 2 +1
	// epoch 2: strconv.Atoi: parsing "two": invalid syntax -1
}

// Assignments become the collection that they make.
func ExampleUpsert() {
	d := newDemo()
	type set = dataflow.Assignment[string, int]
	log := history(d,
		[]dataflow.Delta[set]{add(set{Key: "a", Value: 1}), add(set{Key: "b", Value: 2})},
		[]dataflow.Delta[set]{add(set{Key: "a", Value: 3}), add(set{Key: "b", Gone: true})})
	show(d, dataflow.Upsert(log, "state"))
	// Output:
	// epoch 1: {Key:a Value:1} +1
	// epoch 1: {Key:b Value:2} +1
	// epoch 2: {Key:a Value:1} -1
	// epoch 2: {Key:a Value:3} +1
	// epoch 2: {Key:b Value:2} -1
}
