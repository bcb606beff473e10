package main

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
	"ragserver/examples/exampletest"
)

func TestOutput(t *testing.T) { exampletest.Output(t, run) }

func TestLateQuoteCorrectsTheTradesAfterIt(t *testing.T) {
	got := flowtest.SameBothWays(t, func(in *flowtest.Inputs) dataflow.Stream[execution] {
		trades := flowtest.From[trade](in, `
			at | symbol | price | shares | time
			5  | A      | 100   | 1      | 1
			15 | A      | 101   | 1      | 1`)
		quotes := flowtest.From[quote](in, `
			at | symbol | bid | ask | time | diff
			1  | A      | 99  | 101 | 1    | +1
			10 | A      | 100 | 102 | 2    | +1
			1  | A      | 99  | 101 | 3    | -1`)
		return executions(trades, quotes)
	})
	flowtest.Want(t, got, `
		at | symbol | price | shares | quote                                 | time | diff
		5  | A      | 100   | 1      | {"At":1,"Symbol":"A","Bid":99,"Ask":101}   | 1 | +1
		15 | A      | 101   | 1      | {"At":1,"Symbol":"A","Bid":99,"Ask":101}   | 1 | +1
		15 | A      | 101   | 1      | {"At":1,"Symbol":"A","Bid":99,"Ask":101}   | 2 | -1
		15 | A      | 101   | 1      | {"At":10,"Symbol":"A","Bid":100,"Ask":102} | 2 | +1
		5  | A      | 100   | 1      | {"At":1,"Symbol":"A","Bid":99,"Ask":101}   | 3 | -1
		5  | A      | 100   | 1      | null                                       | 3 | +1`)
}
