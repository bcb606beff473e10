package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
)

func TestOutput(t *testing.T) {
	var got bytes.Buffer
	if err := run(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/output.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("the output is another (-want +got):\n%s", diff)
	}
}

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
