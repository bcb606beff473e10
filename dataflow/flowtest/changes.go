package flowtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A Change is one difference of a collection, and when it comes.
type Change[T any] struct {
	Value T
	Time  int
	Diff  int
}

// Changes are the history of a collection.
type Changes[T any] []Change[T]

// String prints the changes as a table, consolidated and sorted. The columns time
// and diff are left out where all times are 0 and all diffs +1.
func (c Changes[T]) String() string {
	list := entries(c)
	sheet := newSheet(list)
	rows := [][]string{sheet.head()}
	for _, e := range list {
		rows = append(rows, sheet.row(e))
	}
	return format(rows)
}

// Final returns what the changes add up to, all at time 0.
func (c Changes[T]) Final() Changes[T] {
	all := slices.Clone(c)
	for i := range all {
		all[i].Time = 0
	}
	return all.consolidated()
}

// consolidated returns the changes sorted by time and value, with one for each
// value and time, and none that comes to nothing.
func (c Changes[T]) consolidated() Changes[T] {
	var list Changes[T]
	for _, e := range entries(c) {
		list = append(list, e.Change)
	}
	return list
}

// Want fails the test if the changes are not those of a table, in any order, and
// prints both with what is missing (-) and what is too much (+).
func Want[T any](t testing.TB, got Changes[T], want string) {
	t.Helper()
	changes, err := Parse[T](want)
	if err != nil {
		t.Fatalf("reading what is wanted: %v", err)
	}
	if diff := Diff(got, changes); diff != "" {
		t.Errorf("the result is not what is wanted (- missing, + too much):\n%s", diff)
	}
}

// Diff returns both histories as one table in which a row that only want has is
// marked - and one that only got has is marked +; "" if they are equal.
func Diff[T any](got, want Changes[T]) string {
	a, b := entries(got), entries(want)
	sheet := newSheet(a, b)
	rows, marks := [][]string{sheet.head()}, []string{" "}
	for len(a) > 0 || len(b) > 0 {
		e, mark := entry[T]{}, " "
		switch order := first(a, b); {
		case order < 0:
			e, a, mark = a[0], a[1:], "+"
		case order > 0:
			e, b, mark = b[0], b[1:], "-"
		default:
			e, a, b = a[0], a[1:], b[1:]
		}
		rows, marks = append(rows, sheet.row(e)), append(marks, mark)
	}
	if !slices.ContainsFunc(marks, func(m string) bool { return m != " " }) {
		return ""
	}
	var text strings.Builder
	i := 0
	for line := range strings.Lines(format(rows)) {
		fmt.Fprintf(&text, "%s %s", marks[i], line)
		i++
	}
	return text.String()
}

// first tells which of two sorted lists has the lower first entry; an empty list
// has the highest.
func first[T any](a, b []entry[T]) int {
	switch {
	case len(a) == 0:
		return +1
	case len(b) == 0:
		return -1
	}
	return cmp.Or(compare(a[0], b[0]), cmp.Compare(a[0].Diff, b[0].Diff))
}
