package flowtest_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
)

type item struct {
	Name  string
	Price int
}

// twoInputs says how much the names of the first are worth by the second.
func twoInputs(in *flowtest.Inputs) dataflow.Stream[item] {
	a := flowtest.From[item](in, `
		name | price | time | diff
		x    | 1     | 1    | +1
		y    | 2     | 3    | +1`)
	b := flowtest.From[item](in, `
		name | price | time | diff
		x    | 1     | 1    | -1
		z    | 3     | 2    | +1
		z    | 3     | 3    | -1`)
	return dataflow.Concat(a, b)
}

func TestRowsOfOneTimeAreOneEpoch(t *testing.T) {
	flowtest.Want(t, flowtest.SameBothWays(t, twoInputs), `
		name | price | time | diff
		y    | 2     | 3    | +1
		z    | 3     | 2    | +1
		z    | 3     | 3    | -1`)
}

func TestFinalIsTheSum(t *testing.T) {
	flowtest.Want(t, flowtest.SameBothWays(t, countWords).Final(), `
		key | value
		a   | 2`)
}

func TestSecondRunGoesOn(t *testing.T) {
	b := dataflow.Memory()
	words := func(text string) func(*flowtest.Inputs) dataflow.Stream[dataflow.Keyed[string, int]] {
		return func(in *flowtest.Inputs) dataflow.Stream[dataflow.Keyed[string, int]] {
			return dataflow.Reduce(dataflow.KeyBy(flowtest.From[string](in, text), self), "", dataflow.Count[string]())
		}
	}
	flowtest.Want(t, flowtest.Run(t, dataflow.Options{Backend: b}, words("word\na\na")), `
		key | value
		a   | 2`)
	flowtest.Want(t, flowtest.Run(t, dataflow.Options{Backend: b}, words("word | diff\na | -1")), `
		key | value | diff
		a   | 1     | +1
		a   | 2     | -1`)
}

func TestWantFailsWithBothTables(t *testing.T) {
	got := spied(func(t testing.TB) {
		flowtest.Want(t, flowtest.Changes[int]{{Value: 1, Diff: 1}}, "v\n1\n2")
	})
	if want := "  value\n  1\n- 2\n"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

func TestRunFailsWithTheErrorOfTheProgram(t *testing.T) {
	got := spied(func(t testing.TB) {
		flowtest.Run(t, dataflow.Options{}, func(in *flowtest.Inputs) dataflow.Stream[int] {
			return dataflow.Map(flowtest.From[int](in, "v\n7"), func(v int) int { panic(fmt.Sprint("no ", v)) })
		})
	})
	if want := "panic: no 7"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

func TestRunFailsWithoutAResult(t *testing.T) {
	got := spied(func(t testing.TB) {
		flowtest.Run(t, dataflow.Options{}, func(*flowtest.Inputs) dataflow.Stream[int] { return dataflow.Stream[int]{} })
	})
	if want := "zero Stream"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

// A program that remembers what it saw is another thing as a stream.
func TestSameBothWaysSeesWhatIsNotTheSame(t *testing.T) {
	got := spied(func(t testing.TB) {
		flowtest.SameBothWays(t, func(in *flowtest.Inputs) dataflow.Stream[int] {
			var calls atomic.Int64
			return dataflow.Map(flowtest.From[int](in, "v | time | diff\n7 | 1 | 1\n7 | 2 | -1\n8 | 2 | 1"), func(v int) int {
				return v + 10*int(calls.Add(1))
			})
		})
	})
	if want := "-1 times"; !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
}

func TestSameBothWaysNamesTheWay(t *testing.T) {
	got := spied(func(t testing.TB) {
		flowtest.SameBothWays(t, func(in *flowtest.Inputs) dataflow.Stream[int] {
			words := flowtest.From[int](in, "v | time\n1 | 1\n1 | 1\n1 | 2")
			return dataflow.Process(words, "epochs", func(int) string { return "" }, dataflow.JSON[int](),
				func(_ string, n int, _ []dataflow.Delta[int], emit func(dataflow.Delta[int])) (int, bool, error) {
					emit(dataflow.Delta[int]{Value: n, Diff: 1})
					return n + 1, true, nil
				})
		})
	})
	for _, want := range []string{"1 workers, durable false, a batch", "- 1\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}

// spied returns what a test that fails says.
func spied(test func(testing.TB)) string {
	s := &spy{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(s)
	}()
	<-done
	return s.said
}

// A spy is a test that is not one.
type spy struct {
	testing.TB
	said string
}

func (s *spy) Helper()                      {}
func (s *spy) Name() string                 { return "spied" }
func (s *spy) Context() context.Context     { return context.Background() }
func (s *spy) Errorf(f string, args ...any) { s.said += fmt.Sprintf(f, args...) }
func (s *spy) Fatal(args ...any)            { s.said += fmt.Sprint(args...); runtime.Goexit() }
func (s *spy) Fatalf(f string, args ...any) { s.said += fmt.Sprintf(f, args...); runtime.Goexit() }
