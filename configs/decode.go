package configs

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// A Block is a part of the file that names a kind and holds the settings of
// that kind, which only Kinds can read.
type Block struct {
	Kind string
	node *yaml.Node // the mapping without its key "kind"; nil if not configured
	key  string
	dec  *decoder
}

// Given tells whether the file has the block.
func (b Block) Given() bool { return b.node != nil }

type decoder struct {
	file     string
	getenv   func(string) (string, bool)
	mistakes []error
}

func (d *decoder) err() error { return errors.Join(d.mistakes...) }

func (d *decoder) report(n *yaml.Node, key, format string, args ...any) {
	d.mistakes = append(d.mistakes, &Mistake{File: d.file, Line: n.Line, Key: key, Message: fmt.Sprintf(format, args...)})
}

func (d *decoder) document(root *yaml.Node, into any) {
	d.value(root.Content[0], "", reflect.ValueOf(into).Elem())
}

var (
	blockType    = reflect.TypeFor[Block]()
	durationType = reflect.TypeFor[time.Duration]()
)

// value decodes n into v, which can be set.
func (d *decoder) value(n *yaml.Node, key string, v reflect.Value) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Tag == "!!null" && v.Type() != blockType {
		return // as if the key were not there
	}
	switch {
	case v.Type() == blockType:
		d.block(n, key, v)
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, key, v.Elem())
	case v.Kind() == reflect.Struct:
		d.structure(n, key, v)
	case v.Kind() == reflect.Slice:
		d.slice(n, key, v)
	case v.Kind() == reflect.Map:
		d.mapping(n, key, v)
	default:
		d.scalar(n, key, v)
	}
}

func (d *decoder) structure(n *yaml.Node, key string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.report(n, key, "want keys and values, got %s", describe(n))
		return
	}
	fields := fieldsOf(v.Type())
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if seen[name.Value] {
			d.report(name, join(key, name.Value), "the key is given twice")
			continue
		}
		seen[name.Value] = true
		index, ok := fields[name.Value]
		if !ok {
			d.report(name, join(key, name.Value), "unknown key; known are %s", known(fields))
			continue
		}
		d.value(value, join(key, name.Value), v.FieldByIndex(index))
	}
}

func (d *decoder) slice(n *yaml.Node, key string, v reflect.Value) {
	items := []*yaml.Node{n} // one value stands for a list of one
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	s := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		d.value(item, fmt.Sprintf("%s[%d]", key, i), s.Index(i))
	}
	v.Set(s)
}

func (d *decoder) mapping(n *yaml.Node, key string, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.report(n, key, "want keys and values, got %s", describe(n))
		return
	}
	m := reflect.MakeMap(v.Type())
	for i := 0; i+1 < len(n.Content); i += 2 {
		value := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], join(key, n.Content[i].Value), value)
		m.SetMapIndex(reflect.ValueOf(n.Content[i].Value), value)
	}
	v.Set(m)
}

// block keeps n for Kinds.Build.
func (d *decoder) block(n *yaml.Node, key string, v reflect.Value) {
	b := Block{key: key, dec: d}
	switch n.Kind {
	case yaml.ScalarNode: // "embedder: static" is short for "embedder: {kind: static}"
		b.Kind, b.node = d.expand(n, key), &yaml.Node{Kind: yaml.MappingNode, Line: n.Line}
	case yaml.MappingNode:
		rest := *n
		rest.Content = nil
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "kind" {
				b.Kind = d.expand(n.Content[i+1], join(key, "kind"))
				continue
			}
			rest.Content = append(rest.Content, n.Content[i], n.Content[i+1])
		}
		b.node = &rest
	default:
		d.report(n, key, "want a block with a kind, got %s", describe(n))
		return
	}
	if b.Kind == "" {
		d.report(n, key, "the key kind is missing")
		return
	}
	v.Set(reflect.ValueOf(b))
}

func (d *decoder) scalar(n *yaml.Node, key string, v reflect.Value) {
	if n.Kind != yaml.ScalarNode {
		d.report(n, key, "want %s, got %s", want(v.Type()), describe(n))
		return
	}
	text := d.expand(n, key)
	if err := set(v, text); err != nil {
		d.report(n, key, "want %s, got %q", want(v.Type()), text)
	}
}

func set(v reflect.Value, text string) error {
	switch {
	case v.Type() == durationType:
		t, err := time.ParseDuration(text)
		v.SetInt(int64(t))
		return err
	case v.Kind() == reflect.String:
		v.SetString(text)
		return nil
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return err
	case v.CanInt():
		i, err := integer(text, v.Type())
		v.SetInt(i)
		return err
	case v.CanFloat():
		f, err := strconv.ParseFloat(text, v.Type().Bits())
		v.SetFloat(f)
		return err
	}
	return fmt.Errorf("a %s cannot be configured", v.Type())
}

var units = []struct {
	suffix string
	bytes  int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1}}

// integer reads a whole number; an int64 may have a unit of bytes.
func integer(text string, t reflect.Type) (int64, error) {
	if t.Kind() == reflect.Int64 {
		for _, u := range units {
			if number, ok := strings.CutSuffix(text, u.suffix); ok {
				f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
				return int64(f * float64(u.bytes)), err
			}
		}
	}
	return strconv.ParseInt(text, 10, t.Bits())
}

// expand replaces ${NAME} and ${NAME:-text} in a scalar.
func (d *decoder) expand(n *yaml.Node, key string) string {
	text, rest := "", n.Value
	for {
		before, after, found := strings.Cut(rest, "$")
		text += before
		if !found {
			return text
		}
		switch {
		case strings.HasPrefix(after, "$"):
			text, rest = text+"$", after[1:]
		case strings.HasPrefix(after, "{") && strings.Contains(after, "}"):
			var name string
			name, rest, _ = strings.Cut(after[1:], "}")
			text += d.variable(n, key, name)
		default:
			text, rest = text+"$", after
		}
	}
}

func (d *decoder) variable(n *yaml.Node, key, name string) string {
	name, fallback, optional := strings.Cut(name, ":-")
	if value, ok := d.getenv(name); ok && (value != "" || !optional) {
		return value
	}
	if !optional {
		d.report(n, key, "the environment variable %s is not set", name)
	}
	return fallback
}

// fieldsOf maps the keys of a struct to its fields; embedded structs share
// their parent's keys. A field with the tag config:"-" cannot be configured.
func fieldsOf(t reflect.Type) map[string][]int {
	fields := make(map[string][]int)
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || f.Anonymous || f.Tag.Get("config") == "-" || !configurable(f.Type) {
			continue
		}
		fields[snake(f.Name)] = f.Index
	}
	return fields
}

func configurable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Func, reflect.Interface, reflect.Chan:
		return false
	case reflect.Pointer:
		return configurable(t.Elem()) && !strings.HasPrefix(t.String(), "*slog.")
	}
	return true
}

// snake turns BaseURL into base_url.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		wordStarts := i > 0 && unicode.IsUpper(r) &&
			(unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if wordStarts {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func join(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

func known(fields map[string][]int) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func want(t reflect.Type) string {
	switch {
	case t == durationType:
		return `a duration such as "1m30s"`
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys and values"
	case yaml.SequenceNode:
		return "a list"
	}
	return strconv.Quote(n.Value)
}
