package flowtest

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A sheet says how changes are printed.
type sheet[T any] struct {
	columns    []column
	time, diff bool // are shown
}

// newSheet returns one on which all of the lists can be printed.
func newSheet[T any](lists ...[]entry[T]) sheet[T] {
	s := sheet[T]{columns: mustColumns[T]()}
	for _, e := range slices.Concat(lists...) {
		s.time = s.time || e.Time != 0
		s.diff = s.diff || e.Diff != 1
	}
	return s
}

func mustColumns[T any]() []column {
	columns, err := columnsOf(reflect.TypeFor[T]())
	if err != nil {
		panic(fmt.Sprintf("flowtest: %v", err))
	}
	return columns
}

func (s sheet[T]) head() []string {
	var cells []string
	for _, c := range s.columns {
		cells = append(cells, c.name)
	}
	if s.time {
		cells = append(cells, free(s.columns, timeNames))
	}
	if s.diff {
		cells = append(cells, free(s.columns, diffNames))
	}
	return cells
}

func (s sheet[T]) row(e entry[T]) []string {
	cells := slices.Clone(e.cells)
	if s.time {
		cells = append(cells, strconv.Itoa(e.Time))
	}
	if s.diff {
		cells = append(cells, fmt.Sprintf("%+d", e.Diff))
	}
	return cells
}

// An entry is a change with its cells.
type entry[T any] struct {
	Change[T]
	cells  []string
	values []reflect.Value
}

// entries returns consolidated changes, sorted by time and value. Values are the
// same if their cells are.
func entries[T any](changes Changes[T]) []entry[T] {
	columns := mustColumns[T]()
	type place struct {
		time  int
		cells string
	}
	at := make(map[place]int, len(changes))
	var list []entry[T]
	for _, c := range changes {
		e := newEntry(c, columns)
		p := place{c.Time, strings.Join(e.cells, "|")}
		if i, ok := at[p]; ok {
			list[i].Diff += c.Diff
			continue
		}
		at[p] = len(list)
		list = append(list, e)
	}
	list = slices.DeleteFunc(list, func(e entry[T]) bool { return e.Diff == 0 })
	slices.SortFunc(list, compare)
	return list
}

func newEntry[T any](c Change[T], columns []column) entry[T] {
	e := entry[T]{Change: c}
	value := reflect.ValueOf(&c.Value).Elem()
	for _, c := range columns {
		v := c.of(value)
		e.values = append(e.values, v)
		e.cells = append(e.cells, formatCell(v))
	}
	return e
}

// of returns the part of a value that is in the column.
func (c column) of(value reflect.Value) reflect.Value {
	if c.at == nil {
		return value
	}
	return value.FieldByIndex(c.at)
}

func compare[T any](a, b entry[T]) int {
	order := cmp.Compare(a.Time, b.Time)
	for i := 0; i < len(a.cells) && order == 0; i++ {
		order = compareCells(a.values[i], b.values[i], a.cells[i], b.cells[i])
	}
	return order
}
