package main

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
	"ragserver/examples/exampletest"
)

func TestOutput(t *testing.T) { exampletest.Output(t, run) }

func TestPriceAndOrderInOneEpoch(t *testing.T) {
	got := flowtest.SameBothWays(t, func(in *flowtest.Inputs) dataflow.Stream[dataflow.Keyed[string, int]] {
		orders := flowtest.From[order](in, `
			id | product | quantity | time | diff
			1  | pen     | 2        | 1    | +1
			2  | pen     | 1        | 2    | +1
			1  | pen     | 2        | 3    | -1`)
		products := flowtest.From[product](in, `
			id  | category | price | time | diff
			pen | office   | 100   | 1    | +1
			pen | office   | 100   | 2    | -1
			pen | office   | 150   | 2    | +1
			pen | office   | 150   | 4    | -1`)
		return revenue(orders, products)
	})
	flowtest.Want(t, got, `
		key    | value | time | diff
		office | 200   | 1    | +1
		office | 200   | 2    | -1
		office | 450   | 2    | +1
		office | 150   | 3    | +1
		office | 450   | 3    | -1
		office | 150   | 4    | -1`)
}
