package flowtest

import (
	"cmp"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ragserver/dataflow"
)

const null = "null"

// smallTime is below every time of interest in nanoseconds, and above those in
// other units.
const smallTime = 1e17

// formatCell writes a value as a cell.
func formatCell(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case dataflow.Time:
		if x > -smallTime && x < smallTime {
			return strconv.FormatInt(int64(x), 10)
		}
		return x.Time().Format(time.RFC3339Nano)
	case time.Time:
		return x.UTC().Format(time.RFC3339Nano)
	case time.Duration:
		return x.String()
	case encoding.TextMarshaler:
		if v.Kind() == reflect.Pointer && v.IsNil() {
			return null
		}
		b, err := x.MarshalText()
		return text(quoted(string(b)), err)
	}
	switch {
	case v.Kind() == reflect.String:
		return quoted(v.String())
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
	case v.Kind() == reflect.Pointer && v.IsNil(), isOptional(v.Type()) && !v.Field(1).Bool():
		return null
	case isOptional(v.Type()):
		return formatCell(v.Field(0))
	case v.Kind() == reflect.Pointer && isScalar(v.Type().Elem()):
		return formatCell(v.Elem())
	}
	b, err := json.Marshal(v.Interface())
	return text(string(b), err)
}

// text returns a cell, or why there is none.
func text(cell string, err error) string {
	if err != nil {
		return quoted(err.Error())
	}
	return cell
}

// parseCell sets v to what a cell says.
func parseCell(v reflect.Value, cell string) error {
	if cell == "" {
		return nil
	}
	switch x := v.Addr().Interface().(type) {
	case *dataflow.Time:
		if n, err := strconv.ParseInt(cell, 10, 64); err == nil {
			*x = dataflow.Time(n)
			return nil
		}
		at, err := parseTime(cell)
		*x = dataflow.At(at)
		return err
	case *time.Time:
		at, err := parseTime(cell)
		*x = at
		return err
	case *time.Duration:
		d, err := time.ParseDuration(cell)
		*x = d
		return err
	case encoding.TextUnmarshaler:
		s, err := unquoted(cell)
		if err != nil {
			return err
		}
		return x.UnmarshalText([]byte(s))
	}
	return parseKind(v, cell)
}

func parseKind(v reflect.Value, cell string) error {
	switch {
	case v.Kind() == reflect.String:
		s, err := unquoted(cell)
		v.SetString(s)
		return err
	case v.CanFloat():
		f, err := strconv.ParseFloat(cell, v.Type().Bits())
		v.SetFloat(f)
		return err
	case isOptional(v.Type()):
		v.Field(1).SetBool(cell != null)
		if cell == null {
			return nil
		}
		return parseCell(v.Field(0), cell)
	case v.Kind() == reflect.Pointer && isScalar(v.Type().Elem()):
		if cell == null {
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return parseCell(v.Elem(), cell)
	}
	if err := json.Unmarshal([]byte(cell), v.Addr().Interface()); err != nil {
		return fmt.Errorf("%q is not a %v", cell, v.Type())
	}
	return nil
}

// isScalar tells whether a cell of the type is not JSON.
func isScalar(typ reflect.Type) bool { return typ.Kind() != reflect.Pointer && isCell(typ) }

func parseTime(cell string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateTime, time.DateOnly} {
		if at, err := time.Parse(layout, cell); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time such as 2006-01-02T15:04:05Z", cell)
}

// quoted writes a string as it stands where it can be read again.
func quoted(s string) string {
	if s == "" || s == null || s != strings.TrimSpace(s) || !utf8.ValidString(s) ||
		strings.ContainsFunc(s, func(r rune) bool { return r == '|' || r == '"' || !unicode.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
}

func unquoted(cell string) (string, error) {
	if !strings.HasPrefix(cell, `"`) {
		return cell, nil
	}
	s, err := strconv.Unquote(cell)
	if err != nil {
		return "", fmt.Errorf("%s is not a string in double quotes", cell)
	}
	return s, nil
}

// compareCells orders numbers as numbers and everything else as text.
func compareCells(a, b reflect.Value, textA, textB string) int {
	switch {
	case a.CanInt():
		return cmp.Compare(a.Int(), b.Int())
	case a.CanUint():
		return cmp.Compare(a.Uint(), b.Uint())
	case a.CanFloat():
		return cmp.Compare(a.Float(), b.Float())
	}
	return cmp.Compare(textA, textB)
}
