package fileio

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-json"

	"ragserver/dataflow"
)

// A format makes rows of files.
type format[T any] struct {
	layout layout

	// rows says in words, with the limit of a record, what a row is made of: with another text, rows
	// that were sent cannot be taken back.
	rows string

	// decoder returns a function for the records of a file that begins
	// with head. The function is called by one goroutine.
	decoder func(head []byte) (func(row *T, record []byte) error, error)
}

// ReadJSON returns a Reader of files in which every line is a JSON value, as
// encoding/json decodes it into a T. Blank lines are left out.
func ReadJSON[T any](feed *dataflow.Feed[T], c Config) (*Reader[T], error) {
	return newReader(feed, c, format[T]{
		rows: "json " + shape(reflect.TypeFor[T]()),
		decoder: func([]byte) (func(*T, []byte) error, error) {
			return func(row *T, record []byte) error { return json.Unmarshal(record, row) }, nil
		},
	})
}

// ReadCSV returns a Reader of CSV files (RFC 4180) whose first record names the
// columns. T is a struct; a column belongs to the field with its name as tag csv,
// or in Go. Columns without a field, and fields without a column, are left alone.
// Fields are texts, numbers, truth values, what implements
// encoding.TextUnmarshaler, or pointers to those: nil for an empty field without
// quotes. Blank lines are left out.
func ReadCSV[T any](feed *dataflow.Feed[T], c Config) (*Reader[T], error) {
	columns, err := columnsOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("fileio: reading %s: %w", c.Path, err)
	}
	return newReader(feed, c, format[T]{
		layout: layout{comma: c.comma(), header: true},
		rows:   fmt.Sprintf("csv%c %s", c.comma(), shape(reflect.TypeFor[T]())),
		decoder: func(head []byte) (func(*T, []byte) error, error) {
			d, err := newCSVDecoder(columns, head, c.comma())
			if err != nil {
				return nil, err
			}
			return func(row *T, record []byte) error { return d.decode(reflect.ValueOf(row).Elem(), record) }, nil
		},
	})
}

// ReadLines returns a Reader of text files. Every line, without its end, is a row.
func ReadLines(feed *dataflow.Feed[string], c Config) (*Reader[string], error) {
	return newReader(feed, c, format[string]{
		layout: layout{blanks: true},
		rows:   "lines",
		decoder: func([]byte) (func(*string, []byte) error, error) {
			return func(row *string, record []byte) error { *row = string(record); return nil }, nil
		},
	})
}

// shape describes a row type: what a record becomes depends on it.
func shape(t reflect.Type) string {
	if t.Kind() != reflect.Struct {
		return t.String()
	}
	var b strings.Builder
	b.WriteString(t.String())
	for i := range t.NumField() {
		f := t.Field(i)
		fmt.Fprintf(&b, "; %s %v %s", f.Name, f.Type, f.Tag)
	}
	return b.String()
}
