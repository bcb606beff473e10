package flowtest_test

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
)

func self(s string) string { return s }

func countWords(in *flowtest.Inputs) dataflow.Stream[dataflow.Keyed[string, int]] {
	words := flowtest.From[string](in, `
		word | time | diff
		a    | 1    | +1
		b    | 1    | +1
		a    | 2    | +1
		b    | 3    | -1`)
	return dataflow.Reduce(dataflow.KeyBy(words, self), "", dataflow.Count[string]())
}

func TestHistoryOfAStream(t *testing.T) {
	got := flowtest.Run(t, dataflow.Options{Workers: 2}, countWords)
	flowtest.Want(t, got, `
		key | value | time | diff
		a   | 1     | 1    | +1
		b   | 1     | 1    | +1
		a   | 1     | 2    | -1
		a   | 2     | 2    | +1
		b   | 1     | 3    | -1`)
}

func TestBatchHasTheLastTime(t *testing.T) {
	got := flowtest.Run(t, dataflow.Options{Static: true}, countWords)
	flowtest.Want(t, got, `
		key | value | time
		a   | 2     | 3`)
}
