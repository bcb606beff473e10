package fileio

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// A column is a field of a row type as text.
type column struct {
	name  string
	index []int // of the field, for reflect.Value.FieldByIndex

	optional bool // is a pointer

	// set parses text into the field, and text appends what it holds.
	// Absent is a field that is a nil pointer: nothing between two commas.
	set  func(field reflect.Value, text string, absent bool) error
	text func(dst []byte, field reflect.Value) (out []byte, absent bool, err error)
}

// columnsOf returns the columns of the struct t, in order. A field is named by
// its tag csv, else as in Go; "-" leaves it out.
func columnsOf(t reflect.Type) ([]column, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%v is not a struct", t)
	}
	var list []column
	seen := make(map[string]bool)
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("csv"), ",")
		if name == "-" || !f.IsExported() || f.Anonymous && name == "" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if seen[name] {
			return nil, fmt.Errorf("%v has two columns %q", t, name)
		}
		seen[name] = true
		c := column{name: name, index: f.Index}
		if !c.convert(f.Type) || throughPointer(t, f.Index) {
			return nil, fmt.Errorf("column %q of %v: %v is not a text, a number, a truth value or an encoding.TextMarshaler and TextUnmarshaler", name, t, f.Type)
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%v has no columns", t)
	}
	return list, nil
}

// throughPointer tells whether a field is behind an embedded pointer.
func throughPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = t.Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// convert sets the functions for a field of type t, if it can be text.
func (c *column) convert(t reflect.Type) bool {
	marshals, unmarshals := reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()
	switch {
	case t.Kind() != reflect.Pointer && t.Implements(marshals) && reflect.PointerTo(t).Implements(unmarshals):
		c.set, c.text = setMarshaled, textMarshaled
	case t.Kind() == reflect.Pointer && t.Elem().Kind() != reflect.Pointer:
		to := column{}
		if !to.convert(t.Elem()) {
			return false
		}
		c.set, c.text, c.optional = to.setPointer, to.textPointer, true
	default:
		c.convertKind(t)
	}
	return c.set != nil
}

func (c *column) convertKind(t reflect.Type) {
	switch k := t.Kind(); {
	case k == reflect.String:
		c.set = func(f reflect.Value, s string, _ bool) error { f.SetString(s); return nil }
		c.text = func(dst []byte, f reflect.Value) ([]byte, bool, error) { return append(dst, f.String()...), false, nil }
	case k == reflect.Bool:
		c.set = func(f reflect.Value, s string, _ bool) error {
			v, err := strconv.ParseBool(s)
			f.SetBool(v)
			return err
		}
		c.text = func(dst []byte, f reflect.Value) ([]byte, bool, error) {
			return strconv.AppendBool(dst, f.Bool()), false, nil
		}
	case k >= reflect.Int && k <= reflect.Int64:
		c.set = func(f reflect.Value, s string, _ bool) error {
			v, err := strconv.ParseInt(s, 10, t.Bits())
			f.SetInt(v)
			return err
		}
		c.text = func(dst []byte, f reflect.Value) ([]byte, bool, error) {
			return strconv.AppendInt(dst, f.Int(), 10), false, nil
		}
	case k >= reflect.Uint && k <= reflect.Uint64:
		c.set = func(f reflect.Value, s string, _ bool) error {
			v, err := strconv.ParseUint(s, 10, t.Bits())
			f.SetUint(v)
			return err
		}
		c.text = func(dst []byte, f reflect.Value) ([]byte, bool, error) {
			return strconv.AppendUint(dst, f.Uint(), 10), false, nil
		}
	case k == reflect.Float32 || k == reflect.Float64:
		c.set = func(f reflect.Value, s string, _ bool) error {
			v, err := strconv.ParseFloat(s, t.Bits())
			f.SetFloat(v)
			return err
		}
		c.text = func(dst []byte, f reflect.Value) ([]byte, bool, error) {
			return strconv.AppendFloat(dst, f.Float(), 'g', -1, t.Bits()), false, nil
		}
	}
}

func setMarshaled(f reflect.Value, s string, _ bool) error {
	return f.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s))
}

func textMarshaled(dst []byte, f reflect.Value) ([]byte, bool, error) {
	b, err := f.Interface().(encoding.TextMarshaler).MarshalText()
	return append(dst, b...), false, err
}

func (c column) setPointer(f reflect.Value, s string, absent bool) error {
	if absent {
		return nil
	}
	f.Set(reflect.New(f.Type().Elem()))
	return c.set(f.Elem(), s, false)
}

func (c column) textPointer(dst []byte, f reflect.Value) ([]byte, bool, error) {
	if f.IsNil() {
		return dst, true, nil
	}
	return c.text(dst, f.Elem())
}
