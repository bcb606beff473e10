package dataflow_test

import (
	"fmt"
	"time"

	"ragserver/dataflow"
)

// A reading is of some second; times may be in any unit if the durations are too.
type reading struct {
	At    dataflow.Time
	Value int
}

func readAt(r reading) dataflow.Time { return r.At }

func readings(list ...reading) []dataflow.Delta[dataflow.Keyed[string, reading]] {
	var epoch []dataflow.Delta[dataflow.Keyed[string, reading]]
	for _, r := range list {
		epoch = append(epoch, add(dataflow.Keyed[string, reading]{Key: "x", Value: r}))
	}
	return epoch
}

// Every trade has the price that was good at its time; a price that comes late
// corrects the trades after it.
func ExampleAsOfJoin() {
	d := newDemo()
	trades := history(d, readings(reading{5, 1}, reading{15, 2}))
	prices := history(d, readings(reading{0, 100}), readings(reading{10, 101}))
	show(d, dataflow.AsOfJoin(trades, readAt, prices, readAt, "trades", dataflow.Backward, func(what string, n, price reading) string {
		return fmt.Sprintf("at %d: %d %s for %d", n.At, n.Value, what, price.Value)
	}))
	// Output:
	// epoch 1: at 15: 2 x for 100 +1
	// epoch 1: at 5: 1 x for 100 +1
	// epoch 2: at 15: 2 x for 100 -1
	// epoch 2: at 15: 2 x for 101 +1
}

// What happened within 3 seconds after an alarm.
func ExampleIntervalJoin() {
	d := newDemo()
	alarms := history(d, readings(reading{10, 1}))
	events := history(d, readings(reading{9, 7}, reading{12, 8}), readings(reading{13, 9}, reading{14, 10}))
	show(d, dataflow.IntervalJoin(alarms, readAt, events, readAt, "after", 0, 3, func(_ string, alarm, event reading) string {
		return fmt.Sprintf("%d after %d", event.Value, alarm.Value)
	}))
	// Output:
	// epoch 1: 8 after 1 +1
	// epoch 2: 9 after 1 +1
}

// How far a counter has come since the reading before.
func ExampleDiff() {
	d := newDemo()
	counter := history(d, readings(reading{1, 100}, reading{3, 130}), readings(reading{2, 110}))
	steps := dataflow.Diff(counter, "steps", readAt, func(prev, r reading) int { return r.Value - prev.Value })
	show(d, dataflow.Map(steps, func(s dataflow.Keyed[string, dataflow.Step[reading, int]]) string {
		return fmt.Sprintf("at %d: %v", s.Value.Value.At, s.Value.Diff)
	}))
	// Output:
	// epoch 1: at 1: none +1
	// epoch 1: at 3: 30 +1
	// epoch 2: at 2: 10 +1
	// epoch 2: at 3: 20 +1
	// epoch 2: at 3: 30 -1
}

func ExampleAt() {
	t := dataflow.At(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	fmt.Println(t.Add(90*time.Minute).Time(), t.Add(time.Hour).Sub(t))
	// Output: 2026-05-01 13:30:00 +0000 UTC 1h0m0s
}
