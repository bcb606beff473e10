package main

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
	"ragserver/examples/exampletest"
)

func TestOutput(t *testing.T) { exampletest.Output(t, run) }

const reports = `
	sensor | at                   | celsius | time
	a      | 2026-07-01T12:01:00Z | 30      | 1
	a      | 2026-07-01T12:02:00Z | 31      | 1
	b      | 2026-07-01T12:02:00Z | 99      | 1
	a      | 2026-07-01T12:03:00Z | 32      | 2
	a      | 2026-07-01T12:04:00Z | 35      | 3
	b      | 2026-07-01T12:21:00Z | 20      | 4
	a      | 2026-07-01T12:04:30Z | 99      | 5`

// The mean of three reports is not what the mean of two of them was; one window is
// final when the last report comes, and the other is not.
func TestAlertIsCorrected(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		got := flowtest.Run(t, dataflow.Options{Workers: workers}, func(in *flowtest.Inputs) dataflow.Stream[alert] {
			hot, _ := alerts(flowtest.From[report](in, reports))
			return hot
		})
		flowtest.Want(t, got, `
			sensor | start                | end                  | mean  | reports | time | diff
			a      | 2026-07-01T11:55:00Z | 2026-07-01T12:05:00Z | 31    | 3       | 2    | +1
			a      | 2026-07-01T12:00:00Z | 2026-07-01T12:10:00Z | 31    | 3       | 2    | +1
			a      | 2026-07-01T11:55:00Z | 2026-07-01T12:05:00Z | 31    | 3       | 3    | -1
			a      | 2026-07-01T12:00:00Z | 2026-07-01T12:10:00Z | 31    | 3       | 3    | -1
			a      | 2026-07-01T11:55:00Z | 2026-07-01T12:05:00Z | 32    | 4       | 3    | +1
			a      | 2026-07-01T12:00:00Z | 2026-07-01T12:10:00Z | 32    | 4       | 3    | +1
			a      | 2026-07-01T12:00:00Z | 2026-07-01T12:10:00Z | 32    | 4       | 5    | -1
			a      | 2026-07-01T12:00:00Z | 2026-07-01T12:10:00Z | 45.4  | 5       | 5    | +1`)
	}
}

func TestReportThatIsTooLateIsNamed(t *testing.T) {
	got := flowtest.Run(t, dataflow.Options{}, func(in *flowtest.Inputs) dataflow.Stream[report] {
		_, late := alerts(flowtest.From[report](in, reports))
		return late
	})
	flowtest.Want(t, got, `
		sensor | at                   | celsius | time
		a      | 2026-07-01T12:04:30Z | 99      | 5`)
}
