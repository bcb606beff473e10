package flowtest

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"ragserver/dataflow"
)

// A column is a part of a value that has a cell of its own.
type column struct {
	name string // as it is printed
	path []string
	at   []int // see reflect.Value.FieldByIndex; nil: the value itself
	typ  reflect.Type
}

// What the columns that are not a value's are called: the first name that the
// value does not have.
var (
	timeNames = [2]string{"time", "epoch"}
	diffNames = [2]string{"diff", "change"}
)

// free returns the first of names that no column has, or "".
func free(columns []column, names [2]string) string {
	for _, name := range names {
		if !slices.ContainsFunc(columns, func(c column) bool { return strings.EqualFold(c.name, name) }) {
			return name
		}
	}
	return ""
}

// columnsOf returns the columns of a type.
func columnsOf(typ reflect.Type) ([]column, error) {
	if isCell(typ) {
		return []column{{name: "value", path: []string{"value"}, typ: typ}}, nil
	}
	list := fields(typ, nil, nil)
	for i := range list {
		list[i].name = shortest(list, i)
	}
	for i, c := range list {
		if slices.ContainsFunc(list[:i], func(o column) bool { return strings.EqualFold(o.name, c.name) }) {
			return nil, fmt.Errorf("%v has two columns %q", typ, c.name)
		}
	}
	for _, names := range [][2]string{timeNames, diffNames} {
		if free(list, names) == "" {
			return nil, fmt.Errorf("%v has columns %q and %q: one of them needs another name, in a tag `flow:\"name\"`", typ, names[0], names[1])
		}
	}
	return list, nil
}

// fields returns the columns of a struct that is found at a place and has names
// before those of its own.
func fields(typ reflect.Type, at []int, path []string) []column {
	var list []column
	for f := range typ.Fields() {
		name, tagged := fieldName(f)
		embedded := f.Anonymous && !tagged && !isCell(f.Type)
		if !f.IsExported() && !embedded || name == "-" {
			continue
		}
		c := column{path: append(slices.Clone(path), name), at: append(slices.Clone(at), f.Index...), typ: f.Type}
		switch {
		case isCell(f.Type):
			list = append(list, c)
		case embedded:
			list = append(list, fields(f.Type, c.at, path)...)
		default:
			list = append(list, fields(f.Type, c.at, c.path)...)
		}
	}
	return list
}

func fieldName(f reflect.StructField) (name string, tagged bool) {
	for _, key := range []string{"flow", "json"} {
		if name, _, _ = strings.Cut(f.Tag.Get(key), ","); name != "" {
			return name, true
		}
	}
	return strings.ToLower(f.Name), false
}

// shortest returns the end of the path of column i that no other has.
func shortest(list []column, i int) string {
	path := list[i].path
	for n := len(path) - 1; n > 0; n-- {
		name := strings.Join(path[n:], ".")
		if !reserved(name) && len(named(list, name)) == 1 {
			return name
		}
	}
	return strings.Join(path, ".")
}

func reserved(name string) bool {
	return slices.ContainsFunc(slices.Concat(timeNames[:], diffNames[:]), func(r string) bool { return strings.EqualFold(r, name) })
}

// named returns the columns whose path ends with a name, or the one whose path
// it is.
func named(list []column, name string) []int {
	var found []int
	for i, c := range list {
		full := strings.Join(c.path, ".")
		if strings.EqualFold(full, name) {
			return []int{i}
		}
		end, start := len(full), len(full)-len(name)
		if start > 0 && full[start-1] == '.' && strings.EqualFold(full[start:end], name) {
			found = append(found, i)
		}
	}
	return found
}

// isCell tells whether values of a type are one cell.
func isCell(typ reflect.Type) bool {
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() || isOptional(typ) ||
		typ.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return true
	}
	for f := range typ.Fields() {
		if f.IsExported() {
			return false
		}
	}
	return true
}

// isOptional tells whether a type is a value that may be missing, like
// sql.Null: a Value, and OK.
func isOptional(typ reflect.Type) bool {
	if typ.PkgPath() != reflect.TypeFor[dataflow.Time]().PkgPath() || typ.Kind() != reflect.Struct || typ.NumField() != 2 {
		return false
	}
	return typ.Field(0).Name == "Value" && typ.Field(1).Name == "OK" && typ.Field(1).Type.Kind() == reflect.Bool
}
