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

// Sums of ten seconds; a reading that comes late corrects its window.
func ExampleWindowBy() {
	d := newDemo()
	in := history(d, readings(reading{3, 1}, reading{8, 2}, reading{12, 3}), readings(reading{9, 4}))
	windows := dataflow.WindowBy(in, "", readAt, dataflow.Tumbling(10, 0))
	show(d, dataflow.Reduce(windows, "sum", dataflow.Sum(func(r reading) int { return r.Value })))
	// Output:
	// epoch 1: {Key:{Key:x Start:0 End:10} Value:3} +1
	// epoch 1: {Key:{Key:x Start:10 End:20} Value:3} +1
	// epoch 2: {Key:{Key:x Start:0 End:10} Value:3} -1
	// epoch 2: {Key:{Key:x Start:0 End:10} Value:7} +1
}

// A reading that comes late joins two sessions.
func ExampleSession() {
	d := newDemo()
	in := history(d, readings(reading{1, 1}, reading{4, 2}, reading{12, 3}), readings(reading{8, 4}))
	windows := dataflow.WindowBy(in, "sessions", readAt, dataflow.Session(5))
	show(d, dataflow.Reduce(windows, "count", dataflow.Count[reading]()))
	// Output:
	// epoch 1: {Key:{Key:x Start:1 End:4} Value:2} +1
	// epoch 1: {Key:{Key:x Start:12 End:12} Value:1} +1
	// epoch 2: {Key:{Key:x Start:1 End:12} Value:4} +1
	// epoch 2: {Key:{Key:x Start:1 End:4} Value:2} -1
	// epoch 2: {Key:{Key:x Start:12 End:12} Value:1} -1
}

// One result for each window, when time has come to its end; what comes after that
// is in a stream of its own.
func ExampleWindowReduce() {
	d := newDemo()
	in := history(d, readings(reading{3, 1}, reading{8, 2}), readings(reading{11, 3}), readings(reading{9, 4}))
	windows := dataflow.WindowReduce(in, "sums", readAt, dataflow.Tumbling(10, 0), dataflow.ExactlyOnce(0),
		dataflow.Sum(func(r reading) int { return r.Value }))
	show(d, dataflow.Concat(
		dataflow.Map(windows.Results, func(w dataflow.Keyed[dataflow.Windowed[string], int]) string {
			return fmt.Sprintf("from %d to %d: %d", w.Key.Start, w.Key.End, w.Value)
		}),
		dataflow.Map(windows.Late, func(w dataflow.Keyed[dataflow.Windowed[string], reading]) string {
			return fmt.Sprintf("late: %+v", w.Value)
		})))
	// Output:
	// epoch 2: from 0 to 10: 3 +1
	// epoch 3: late: {At:9 Value:4} +1
}
