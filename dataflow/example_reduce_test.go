package dataflow_test

import (
	"cmp"

	"ragserver/dataflow"
)

func nameOf(s score) string { return s.Name }
func pointsOf(s score) int  { return s.Points }

// The best two of a list; when one of them goes, the next moves up.
func ExampleTopK() {
	d := newDemo()
	scores := history(d,
		[]dataflow.Delta[score]{add(score{"ada", 7}), add(score{"bob", 4}), add(score{"cleo", 9})},
		[]dataflow.Delta[score]{remove(score{"cleo", 9})})
	everyone := dataflow.KeyBy(scores, func(score) struct{} { return struct{}{} })
	best := dataflow.Reduce(everyone, "best", dataflow.TopK(2, func(a, b score) int { return cmp.Compare(b.Points, a.Points) }))
	show(d, dataflow.Map(best, func(k dataflow.Keyed[struct{}, []score]) []score { return k.Value }))
	// Output:
	// epoch 1: [{Name:cleo Points:9} {Name:ada Points:7}] +1
	// epoch 2: [{Name:ada Points:7} {Name:bob Points:4}] +1
	// epoch 2: [{Name:cleo Points:9} {Name:ada Points:7}] -1
}

type summary struct {
	Games int
	Mean  float64
	Best  int
}

// Several aggregators in one pass make one row.
func ExampleCombine3() {
	d := newDemo()
	scores := values(d, score{"ada", 7}, score{"ada", 4}, score{"bob", 9})
	show(d, dataflow.Reduce(dataflow.KeyBy(scores, nameOf), "summary", dataflow.Combine3(
		dataflow.Count[score](), dataflow.Avg(pointsOf), dataflow.Max(pointsOf),
		func(games int, mean float64, best int) summary { return summary{games, mean, best} })))
	// Output:
	// epoch 1: {Key:ada Value:{Games:2 Mean:5.5 Best:7}} +1
	// epoch 1: {Key:bob Value:{Games:1 Mean:9 Best:9}} +1
}

// An aggregator of the program's own: the sum of squares. What is added with a diff
// below 0 is taken away.
func ExampleFold() {
	d := newDemo()
	scores := history(d,
		[]dataflow.Delta[score]{add(score{"ada", 3}), add(score{"ada", 4})},
		[]dataflow.Delta[score]{remove(score{"ada", 3})})
	squares := dataflow.Fold(0, func(sum int, s score, diff int) int { return sum + diff*s.Points*s.Points }, itself[int])
	show(d, dataflow.Reduce(dataflow.KeyBy(scores, nameOf), "squares", squares))
	// Output:
	// epoch 1: {Key:ada Value:25} +1
	// epoch 2: {Key:ada Value:16} +1
	// epoch 2: {Key:ada Value:25} -1
}

func ExampleDistinct() {
	d := newDemo()
	words := history(d, []dataflow.Delta[string]{add("a"), add("b"), add("a")}, []dataflow.Delta[string]{remove("a"), remove("b")})
	show(d, dataflow.Distinct(words, "words"))
	// Output:
	// epoch 1: a +1
	// epoch 1: b +1
	// epoch 2: b -1
}

// A price counts when it differs by more than 5 from the last one that counted.
func ExampleDeduplicate() {
	d := newDemo()
	prices := history(d,
		[]dataflow.Delta[priced]{add(priced{Key: "tea", Value: 30})},
		[]dataflow.Delta[priced]{add(priced{Key: "tea", Value: 33})},
		[]dataflow.Delta[priced]{add(priced{Key: "tea", Value: 36})})
	show(d, dataflow.Deduplicate(prices, "prices", func(next, current int) bool { return next > current+5 || next < current-5 }))
	// Output:
	// epoch 1: {Key:tea Value:30} +1
	// epoch 3: {Key:tea Value:30} -1
	// epoch 3: {Key:tea Value:36} +1
}
