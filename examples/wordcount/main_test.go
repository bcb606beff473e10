package main

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
	"ragserver/examples/exampletest"
)

func TestOutput(t *testing.T) { exampletest.Output(t, run) }

func TestOnlyTheWordsOfAChangedLineChange(t *testing.T) {
	got := flowtest.SameBothWays(t, func(in *flowtest.Inputs) dataflow.Stream[count] {
		return wordCount(flowtest.From[string](in, `
			line           | time | diff
			To be, or not  | 1    | +1
			to be          | 1    | +1
			to be          | 2    | -1
			"to\nsleep"    | 2    | +1`))
	})
	flowtest.Want(t, got, `
		key   | value | time | diff
		be    | 2     | 1    | +1
		not   | 1     | 1    | +1
		or    | 1     | 1    | +1
		to    | 2     | 1    | +1
		be    | 1     | 2    | +1
		be    | 2     | 2    | -1
		sleep | 1     | 2    | +1`)
}
