package dataflow_test

import (
	"strings"

	"ragserver/dataflow"
)

func ExampleMap() {
	d := newDemo()
	show(d, dataflow.Map(values(d, "to", "be"), strings.ToUpper))
	// Output:
	// epoch 1: BE +1
	// epoch 1: TO +1
}

// What is there twice and taken away once is there once.
func ExampleConcat() {
	d := newDemo()
	all, some := values(d, "a", "a", "b"), values(d, "a", "b")
	show(d, dataflow.Concat(all, dataflow.Negate(some)))
	// Output:
	// epoch 1: a +1
}

// A result that changes is retracted in the epoch in which the new one comes.
func ExampleReduce() {
	d := newDemo()
	scores := history(d,
		[]dataflow.Delta[score]{add(score{"ada", 3}), add(score{"ada", 5}), add(score{"bob", 4})},
		[]dataflow.Delta[score]{remove(score{"ada", 5})},
		[]dataflow.Delta[score]{remove(score{"bob", 4})})
	byName := dataflow.KeyBy(scores, func(s score) string { return s.Name })
	show(d, dataflow.Reduce(byName, "best", dataflow.Max(func(s score) int { return s.Points })))
	// Output:
	// epoch 1: {Key:ada Value:5} +1
	// epoch 1: {Key:bob Value:4} +1
	// epoch 2: {Key:ada Value:3} +1
	// epoch 2: {Key:ada Value:5} -1
	// epoch 3: {Key:bob Value:4} -1
}

type score struct {
	Name   string
	Points int
}

// A state of the program's own: the longest word so far, by first letter.
func ExampleProcess() {
	d := newDemo()
	words := history(d, []dataflow.Delta[string]{add("an"), add("be")}, []dataflow.Delta[string]{add("ant")})
	letter := func(w string) string { return w[:1] }
	longest := dataflow.Process(words, "longest", letter, dataflow.JSON[string](),
		func(_, longest string, batch []dataflow.Delta[string], emit func(dataflow.Delta[string])) (string, bool, error) {
			was := longest
			for _, c := range batch {
				if c.Diff > 0 && len(c.Value) > len(longest) {
					longest = c.Value
				}
			}
			if was != "" && was != longest {
				emit(remove(was))
			}
			if was != longest {
				emit(add(longest))
			}
			return longest, true, nil
		})
	show(d, longest)
	// Output:
	// epoch 1: an +1
	// epoch 1: be +1
	// epoch 2: an -1
	// epoch 2: ant +1
}
