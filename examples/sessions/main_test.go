package main

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
	"ragserver/examples/exampletest"
)

func TestOutput(t *testing.T) { exampletest.Output(t, run) }

func TestEditThatComesLateJoinsTwoSessions(t *testing.T) {
	got := flowtest.SameBothWays(t, func(in *flowtest.Inputs) dataflow.Stream[session] {
		return sessions(flowtest.From[edit](in, `
			at                   | user | page | added | time | diff
			2015-09-12T10:00:00Z | ada  | Hund | 5     | 1    | +1
			2015-09-12T10:50:00Z | ada  | Katt | 7     | 1    | +1
			2015-09-12T10:25:00Z | ada  | Hund | 1     | 2    | +1
			2015-09-12T10:50:00Z | ada  | Katt | 7     | 3    | -1`))
	})
	flowtest.Want(t, got, `
		key | start                | end                  | edits | pages | added | time | diff
		ada | 2015-09-12T10:00:00Z | 2015-09-12T10:00:00Z | 1     | 1     | 5     | 1    | +1
		ada | 2015-09-12T10:50:00Z | 2015-09-12T10:50:00Z | 1     | 1     | 7     | 1    | +1
		ada | 2015-09-12T10:00:00Z | 2015-09-12T10:00:00Z | 1     | 1     | 5     | 2    | -1
		ada | 2015-09-12T10:50:00Z | 2015-09-12T10:50:00Z | 1     | 1     | 7     | 2    | -1
		ada | 2015-09-12T10:00:00Z | 2015-09-12T10:50:00Z | 3     | 2     | 13    | 2    | +1
		ada | 2015-09-12T10:00:00Z | 2015-09-12T10:50:00Z | 3     | 2     | 13    | 3    | -1
		ada | 2015-09-12T10:00:00Z | 2015-09-12T10:25:00Z | 2     | 1     | 6     | 3    | +1`)
}
