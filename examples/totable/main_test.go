package main

import (
	"testing"

	"ragserver/dataflow"
	"ragserver/dataflow/flowtest"
	"ragserver/examples/exampletest"
)

func TestOutput(t *testing.T) { exampletest.Output(t, run) }

const letters = `
	name | text                                                                               | time | diff
	1    | "From: a@shop.example\n\nInvoice 7 over EUR 1,000.50, due by 2 May 2026"           | 1    | +1
	2    | "no mail"                                                                          | 1    | +1
	3    | "From: a@shop.example\n\nInvoice no. 8 of 3.00 EUR is due"                         | 1    | +1
	3    | "From: a@shop.example\n\nInvoice no. 8 of 3.00 EUR is due"                         | 2    | -1
	3    | "From: a@shop.example\n\nInvoice no. 8 of 3.00 EUR is due on 3 May 2026"           | 2    | +1
	1    | "From: a@shop.example\n\nInvoice 7 over EUR 1,000.50, due by 2 May 2026"           | 3    | -1`

func TestCorrectedMailBecomesARow(t *testing.T) {
	got := flowtest.SameBothWays(t, func(in *flowtest.Inputs) dataflow.Stream[invoice] {
		rows, _ := toTable(flowtest.From[letter](in, letters))
		return rows
	})
	flowtest.Want(t, got, `
		from         | number | cents  | due        | time | diff
		shop.example | 7      | 100050 | 2026-05-02 | 1    | +1
		shop.example | 8      | 300    | 2026-05-03 | 2    | +1
		shop.example | 7      | 100050 | 2026-05-02 | 3    | -1`)
}

func TestFailureSaysWhatIsMissing(t *testing.T) {
	type failure struct{ Name, Reason string }
	got := flowtest.SameBothWays(t, func(in *flowtest.Inputs) dataflow.Stream[failure] {
		_, failures := toTable(flowtest.From[letter](in, letters))
		return dataflow.Map(failures, func(f dataflow.Failure[letter]) failure { return failure{f.Value.Name, f.Err} })
	})
	flowtest.Want(t, got, `
		name | reason                                                 | time | diff
		2    | "reading the mail: malformed header line: no mail"     | 1    | +1
		3    | no date when it is due                                 | 1    | +1
		3    | no date when it is due                                 | 2    | -1`)
}
