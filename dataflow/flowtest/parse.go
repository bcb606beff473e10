package flowtest

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Parse reads a table.
func Parse[T any](text string) (Changes[T], error) {
	columns, err := columnsOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	t, err := cutTable(text)
	if err != nil {
		return nil, err
	}
	places, err := placesOf(t.head, columns)
	if err != nil {
		return nil, err
	}
	changes := make(Changes[T], len(t.rows))
	for n, r := range t.rows {
		c := &changes[n]
		c.Diff = +1
		value := reflect.ValueOf(&c.Value).Elem()
		for i, cell := range r.cells {
			switch {
			case cell == "":
			case places[i] == placeTime:
				c.Time, err = parseNumber(cell)
			case places[i] == placeDiff:
				c.Diff, err = parseNumber(cell)
			default:
				err = parseCell(columns[places[i]].of(value), cell)
			}
			if err != nil {
				return nil, fmt.Errorf("line %d, column %s: %w", r.line, t.head[i], err)
			}
		}
	}
	return changes, nil
}

func parseNumber(cell string) (int, error) {
	n, err := strconv.Atoi(cell)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", cell)
	}
	return n, nil
}

// The places of cells that are not part of the value; others are the numbers of
// columns.
const (
	placeTime = -1 - iota
	placeDiff
)

// placesOf returns what each name of a head means.
func placesOf(head []string, columns []column) ([]int, error) {
	places := make([]int, len(head))
	for i, name := range head {
		place, err := placeOf(name, columns)
		if err != nil {
			return nil, err
		}
		if slices.Contains(places[:i], place) {
			return nil, fmt.Errorf("column %q is there twice", name)
		}
		places[i] = place
	}
	return places, nil
}

func placeOf(name string, columns []column) (int, error) {
	switch {
	case strings.EqualFold(name, free(columns, timeNames)):
		return placeTime, nil
	case strings.EqualFold(name, free(columns, diffNames)):
		return placeDiff, nil
	case len(columns) == 1 && columns[0].at == nil:
		return 0, nil
	}
	switch found := named(columns, name); len(found) {
	case 0:
		return 0, fmt.Errorf("there is no column %q; there are %s", name, names(columns))
	case 1:
		return found[0], nil
	default:
		return 0, fmt.Errorf("column %q can be any of %s", name, names(columns))
	}
}

func names(columns []column) string {
	var list []string
	for _, c := range columns {
		list = append(list, strconv.Quote(c.name))
	}
	return strings.Join(list, ", ")
}
