// Package exampletest compares what an example prints with what it shall print.
package exampletest

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Output runs an example and compares its output with testdata/output.txt.
func Output(t *testing.T, run func(ctx context.Context, w io.Writer) error) {
	t.Helper()
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
