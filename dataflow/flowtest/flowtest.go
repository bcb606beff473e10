// Package flowtest tests programs of package dataflow with tables of text: what
// goes in and what must come out are written as differences at times, so that a
// test reads like the specification of an operator.
//
//	got := flowtest.Run(t, dataflow.Options{}, func(in *flowtest.Inputs) dataflow.Stream[dataflow.Keyed[string, int]] {
//		words := flowtest.From[string](in, `
//			word | time | diff
//			a    | 1    | +1
//			b    | 1    | +1
//			a    | 2    | +1
//			b    | 3    | -1`)
//		return dataflow.Reduce(dataflow.KeyBy(words, self), "", dataflow.Count[string]())
//	})
//	flowtest.Want(t, got, `
//		key | value | time | diff
//		a   | 1     | 1    | +1
//		b   | 1     | 1    | +1
//		a   | 1     | 2    | -1
//		a   | 2     | 2    | +1
//		b   | 1     | 3    | -1`)
//
// # Tables
//
// The first line names the columns, every other line is a row; cells stand
// between bars. The columns of a struct are its exported fields, in any order and
// in upper or lower case, by the name in a tag `flow:"name"`, else in a json tag,
// else of the field. Those of a struct within a struct are "outer.inner", or only
// "inner" where that is not ambiguous. A type that is not a struct has one column:
// "value" when printed, any name when read. A column that is left out of a table
// that is read is the zero value.
//
// Two more columns place a row in the history: time, a number, is the epoch in
// which the difference comes (0 if there is no such column), and diff is how many
// more of the value there are then (+1 if there is none). Where the type has a
// column time or diff of its own, these are called epoch and change.
//
// A cell is a number, true or false, a time (RFC 3339, or a date), a duration
// (1m30s), or a string, as it stands or in double quotes with the escapes of Go
// where it is empty, has a bar, a quote or white space at its ends, or is null. A
// dataflow.Time is a number or a time; it is printed as a number if it is below
// 1e17, which as nanoseconds is in 1973. Other types are written as their
// MarshalText does, or in JSON; null is a nil pointer. An empty cell is the zero
// value.
package flowtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"ragserver/dataflow"
)

// Inputs are what a program reads. A program gets them when it is defined, which
// is once for every run.
type Inputs struct {
	t     testing.TB
	graph *dataflow.Graph
	list  []input
	way   way
}

// From adds an input with the changes of a table.
func From[T any](in *Inputs, text string) dataflow.Stream[T] {
	in.t.Helper()
	changes, err := Parse[T](text)
	if err != nil {
		in.t.Fatalf("input %d: %v", len(in.list)+1, err)
	}
	return FromChanges(in, changes)
}

// FromChanges adds an input. Changes of one time stay in their order.
func FromChanges[T any](in *Inputs, changes Changes[T]) dataflow.Stream[T] {
	f := &feed[T]{
		to: dataflow.NewFeed[T](in.graph, fmt.Sprintf("input %d", len(in.list)+1)),
		at: make(map[int][]dataflow.Delta[T]),
	}
	for _, c := range changes {
		f.at[c.Time] = append(f.at[c.Time], dataflow.Delta[T]{Value: c.Value, Diff: c.Diff})
	}
	if in.way == crowded {
		f.crowd()
	}
	in.list = append(in.list, f)
	return f.to.Stream()
}

// An input is a feed of any type.
type input interface {
	times() []int
	rows(time int) int
	send(ctx context.Context, time, from, to int) (dataflow.Ticket, error)
	close()
}

type feed[T any] struct {
	to *dataflow.Feed[T]
	at map[int][]dataflow.Delta[T] // by time
}

func (f *feed[T]) times() []int      { return slices.Collect(maps.Keys(f.at)) }
func (f *feed[T]) rows(time int) int { return len(f.at[time]) }
func (f *feed[T]) close()            { f.to.Close() }

// send sends some of the rows of a time.
func (f *feed[T]) send(ctx context.Context, time, from, to int) (dataflow.Ticket, error) {
	return f.to.Send(ctx, dataflow.Batch[T]{Deltas: slices.Clone(f.at[time][from:to])})
}

// crowd puts so many rows that come and go between those of each time that the
// engine shares them among its workers. An input to which rows are only added stays
// so.
func (f *feed[T]) crowd() {
	retracts := func(d dataflow.Delta[T]) bool { return d.Diff < 0 }
	if !slices.ContainsFunc(slices.Concat(slices.Collect(maps.Values(f.at))...), retracts) {
		return
	}
	for time, rows := range f.at {
		var list []dataflow.Delta[T]
		for _, d := range rows {
			list = append(list, d)
			for range 1 + manyPairs/len(rows) {
				list = append(list, dataflow.Delta[T]{Value: d.Value, Diff: +1}, dataflow.Delta[T]{Value: d.Value, Diff: -1})
			}
		}
		f.at[time] = list
	}
}

// manyPairs are more rows than one worker takes alone, which are 256.
const manyPairs = 160

// times returns the times of all inputs, ascending.
func (in *Inputs) times() []int {
	var all []int
	for _, i := range in.list {
		all = append(all, i.times()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
