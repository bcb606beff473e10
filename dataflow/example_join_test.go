package dataflow_test

import (
	"fmt"

	"ragserver/dataflow"
)

type priced = dataflow.Keyed[string, int]

// A price that changes changes what was bought at it.
func ExampleJoin() {
	d := newDemo()
	bought := values(d, priced{Key: "tea", Value: 2}, priced{Key: "milk", Value: 1})
	prices := history(d,
		[]dataflow.Delta[priced]{add(priced{Key: "tea", Value: 30}), add(priced{Key: "rice", Value: 20})},
		[]dataflow.Delta[priced]{remove(priced{Key: "tea", Value: 30}), add(priced{Key: "tea", Value: 35})})
	show(d, dataflow.Join(bought, prices, "cost", func(what string, n, price int) string {
		return fmt.Sprintf("%d %s for %d", n, what, n*price)
	}))
	// Output:
	// epoch 1: 2 tea for 60 +1
	// epoch 2: 2 tea for 60 -1
	// epoch 2: 2 tea for 70 +1
}

// A row without a match comes out by itself until there is one.
func ExampleLeftJoin() {
	d := newDemo()
	bought := values(d, priced{Key: "milk", Value: 1})
	prices := history(d, nil, []dataflow.Delta[priced]{add(priced{Key: "milk", Value: 90})})
	show(d, dataflow.LeftJoin(bought, prices, "cost", func(what string, n int, price dataflow.Optional[int]) string {
		return fmt.Sprintf("%d %s for %v", n, what, price)
	}))
	// Output:
	// epoch 1: 1 milk for none +1
	// epoch 2: 1 milk for 90 +1
	// epoch 2: 1 milk for none -1
}

// The second collection replaces rows of the first.
func ExampleUpdateRows() {
	d := newDemo()
	list := values(d, priced{Key: "tea", Value: 30}, priced{Key: "milk", Value: 90})
	offers := history(d,
		[]dataflow.Delta[priced]{add(priced{Key: "tea", Value: 25})},
		[]dataflow.Delta[priced]{remove(priced{Key: "tea", Value: 25})})
	show(d, dataflow.UpdateRows(list, offers, "prices"))
	// Output:
	// epoch 1: {Key:milk Value:90} +1
	// epoch 1: {Key:tea Value:25} +1
	// epoch 2: {Key:tea Value:25} -1
	// epoch 2: {Key:tea Value:30} +1
}

// An answer is what the price was when the question came.
func ExampleAsOfNowJoin() {
	d := newDemo()
	questions := history(d,
		[]dataflow.Delta[dataflow.Keyed[string, string]]{add(dataflow.Keyed[string, string]{Key: "tea", Value: "Ada"})},
		[]dataflow.Delta[dataflow.Keyed[string, string]]{add(dataflow.Keyed[string, string]{Key: "tea", Value: "Bob"})})
	prices := history(d,
		[]dataflow.Delta[priced]{add(priced{Key: "tea", Value: 30})},
		[]dataflow.Delta[priced]{remove(priced{Key: "tea", Value: 30}), add(priced{Key: "tea", Value: 35})})
	show(d, dataflow.AsOfNowJoin(questions, prices, "answers", func(what, who string, price int) string {
		return fmt.Sprintf("%s: %s costs %d", who, what, price)
	}))
	// Output:
	// epoch 1: Ada: tea costs 30 +1
	// epoch 2: Bob: tea costs 35 +1
}
