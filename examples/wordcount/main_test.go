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
