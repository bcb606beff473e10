package flowtest

import (
	"fmt"
	"testing"

	"ragserver/dataflow"
)

// SameBothWays demands that a program has one result, however it is run: as a
// batch and as a stream, also one row at a time; by 1, 2 and 4 workers; with its
// state in memory, and in a backend with next to nothing in memory. So that the
// workers have something to share, it also has many rows come and go in each time,
// of inputs that have retractions anyway. It returns the changes of the stream,
// which are the same for any number of workers.
//
// A program whose result depends by its meaning on what came first, or on what
// came together - AsOfNowJoin, a cutoff, the earliest and latest value - is not
// the same both ways: Run tests it.
func SameBothWays[Out any](t testing.TB, program func(*Inputs) dataflow.Stream[Out]) Changes[Out] {
	t.Helper()
	stream := Run(t, dataflow.Options{Workers: 1}, program)
	wantPresent(t, stream)
	final := stream.Final()
	for _, workers := range []int{1, 2, 4} {
		for _, b := range []dataflow.Backend{nil, dataflow.Memory()} {
			o := dataflow.Options{Workers: workers, Backend: b, MaxKeys: 1}
			way := fmt.Sprintf("%d workers, durable %v", workers, b != nil)
			same(t, way+", a stream", Run(t, o, program), stream)
			o.Static = true
			if b != nil {
				o.Backend = dataflow.Memory()
			}
			same(t, way+", a batch", Run(t, o, program).Final(), final)
		}
		o := dataflow.Options{Workers: workers}
		same(t, fmt.Sprintf("%d workers, row by row", workers), run(t, o, rowByRow, program).Final(), final)
		same(t, fmt.Sprintf("%d workers, many rows", workers), run(t, o, crowded, program), stream)
	}
	return stream
}

func same[T any](t testing.TB, way string, got, want Changes[T]) {
	t.Helper()
	if diff := Diff(got, want); diff != "" {
		t.Fatalf("%s: the result is another (- missing, + too much):\n%s", way, diff)
	}
}

// wantPresent fails the test if a value is there less than 0 times after any time.
func wantPresent[T any](t testing.TB, c Changes[T]) {
	t.Helper()
	for i := range c {
		if i+1 < len(c) && c[i+1].Time == c[i].Time {
			continue
		}
		for _, left := range c[:i+1].Final() {
			if left.Diff < 0 {
				t.Fatalf("after time %d there is %d times\n%s", c[i].Time, left.Diff, Changes[T]{{Value: left.Value, Diff: 1}})
			}
		}
	}
}
