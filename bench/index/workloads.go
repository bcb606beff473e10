package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A workload is one part of the benchmark.
type workload struct {
	name string
	run  func(*bench, context.Context) error
}

func workloads() []workload {
	return []workload{
		{"vectors", (*bench).vectors},
		{"filters", (*bench).filters},
		{"churn", (*bench).churn},
		{"recall", (*bench).recall},
		{"text", (*bench).text20and100},
		{"real", (*bench).real},
		{"apply", (*bench).apply},
		{"mixed", (*bench).mixed},
		{"load", (*bench).load},
		{"start", (*bench).restart},
		{"curves", (*bench).curves},
	}
}

// allWorkloads is the list of all names.
func allWorkloads() string {
	var names []string
	for _, w := range workloads() {
		names = append(names, w.name)
	}
	return strings.Join(names, ",")
}

// wants tells whether a workload was asked for.
func (b *bench) wants(name string) bool { return slices.Contains(strings.Split(b.what, ","), name) }

// all runs the workloads that are asked for, in the order of the table. One that
// fails is reported as a problem, and the others still run.
func (b *bench) all(ctx context.Context) error {
	known := strings.Split(allWorkloads(), ",")
	for _, name := range strings.Split(b.what, ",") {
		if !slices.Contains(known, name) {
			return fmt.Errorf("--what %q is not one of %q", name, known)
		}
	}
	failed := 0
	for _, w := range workloads() {
		if !b.wants(w.name) {
			continue
		}
		fmt.Println(w.name)
		if err := w.run(b, ctx); err != nil {
			b.report.Problem(ours, "%s: %v", w.name, err)
			failed++
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d parts failed", failed)
	}
	return nil
}
