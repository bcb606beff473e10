package fileio

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-json"

	"ragserver/dataflow"
)

// What a file of changes has in a row beside the fields of the value.
const (
	epochName = "epoch"
	diffName  = "diff"
)

// A coding makes lines of values.
type coding[T any] struct {
	layout layout // of the lines
	head   func(changes bool) []byte

	// row appends a value without a line end; change appends a row that
	// came to diff in an epoch, with one.
	row    func(dst []byte, v *T) ([]byte, error)
	change func(dst, row []byte, e dataflow.Epoch, diff int) []byte
}

func jsonEncoding[T any](changes bool) (coding[T], error) {
	t := reflect.TypeFor[T]()
	if changes && t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == epochName || name == diffName {
				return coding[T]{}, fmt.Errorf("%v has a field %q, which says something else in a file of changes", t, name)
			}
		}
	}
	return coding[T]{
		head: func(bool) []byte { return nil },
		row: func(dst []byte, v *T) ([]byte, error) {
			b, err := json.MarshalWithOption(v, json.DisableHTMLEscape())
			return append(dst, b...), err
		},
		change: changeJSON,
	}, nil
}

// changeJSON puts the epoch and the diff into an object; another value becomes
// the field "value" of one.
func changeJSON(dst, row []byte, e dataflow.Epoch, diff int) []byte {
	object, ok := bytes.CutSuffix(row, []byte{'}'})
	if !ok {
		dst = append(dst, `{"value":`...)
	}
	dst = append(dst, object...)
	if len(object) != 1 || object[0] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, `"`+epochName+`":`...)
	dst = strconv.AppendUint(dst, uint64(e), 10)
	dst = append(dst, `,"`+diffName+`":`...)
	dst = strconv.AppendInt(dst, int64(diff), 10)
	return append(dst, "}\n"...)
}

func csvEncoding[T any](changes bool, comma byte) (coding[T], error) {
	columns, err := columnsOf(reflect.TypeFor[T]())
	if err != nil {
		return coding[T]{}, err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	if changes && (slices.Contains(names, epochName) || slices.Contains(names, diffName)) {
		return coding[T]{}, fmt.Errorf("%v has a column %q or %q, which say something else in a file of changes", reflect.TypeFor[T](), epochName, diffName)
	}
	w := csvWriter{columns, comma}
	return coding[T]{
		layout: layout{comma: comma, header: true},
		head:   func(changes bool) []byte { return w.header(names, changes) },
		row:    func(dst []byte, v *T) ([]byte, error) { return w.row(dst, reflect.ValueOf(v).Elem()) },
		change: func(dst, row []byte, e dataflow.Epoch, diff int) []byte {
			dst = append(append(dst, row...), comma)
			dst = append(strconv.AppendUint(dst, uint64(e), 10), comma)
			return append(strconv.AppendInt(dst, int64(diff), 10), '\n')
		},
	}, nil
}

// A csvWriter makes records of structs.
type csvWriter struct {
	columns []column
	comma   byte
}

func (w csvWriter) header(names []string, changes bool) []byte {
	if changes {
		names = append(slices.Clone(names), epochName, diffName)
	}
	var b []byte
	for i, name := range names {
		if i > 0 {
			b = append(b, w.comma)
		}
		b = w.quote(append(b, name...), len(name), len(names) == 1)
	}
	return append(b, '\n')
}

// row appends the fields of v.
func (w csvWriter) row(dst []byte, v reflect.Value) ([]byte, error) {
	for i, c := range w.columns {
		if i > 0 {
			dst = append(dst, w.comma)
		}
		from := len(dst)
		out, absent, err := c.text(dst, v.FieldByIndex(c.index))
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", c.name, err)
		}
		dst = out
		if !absent {
			// Nothing without quotes would be nil, or a blank line.
			dst = w.quote(dst, len(dst)-from, c.optional || len(w.columns) == 1)
		}
	}
	return dst, nil
}

// quote puts the last n bytes of dst in quotes where a reader would take them
// for something else, as it would take nothing if empty is set.
func (w csvWriter) quote(dst []byte, n int, empty bool) []byte {
	end := len(dst)
	field := dst[end-n : end]
	if n == 0 && !empty || n > 0 && bytes.IndexByte(field, w.comma) < 0 && !bytes.ContainsAny(field, "\"\r\n") && field[0] != ' ' {
		return dst
	}
	text := string(field)
	dst = append(dst[:end-n], '"')
	dst = append(dst, strings.ReplaceAll(text, `"`, `""`)...)
	return append(dst, '"')
}
