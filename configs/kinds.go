package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Kinds are the back ends of one contract that a program can be configured
// with, by name.
type Kinds[T any] struct {
	names []string
	build map[string]func(b Block) (T, error)
}

// Add makes a back end known under name. Its Config is decoded from the block
// and handed to build, which checks it. Adding a name twice is a mistake of the
// program and panics.
func Add[T, C any](k *Kinds[T], name string, build func(C) (T, error)) {
	if k.build == nil {
		k.build = make(map[string]func(Block) (T, error))
	}
	if _, twice := k.build[name]; twice {
		panic(fmt.Sprintf("configs: kind %q added twice", name))
	}
	k.names = append(k.names, name)
	slices.Sort(k.names)
	k.build[name] = func(b Block) (T, error) {
		var c C
		if err := b.decode(&c); err != nil {
			var none T
			return none, err
		}
		made, err := build(c)
		if err != nil {
			m := b.mistake("%v", err)
			m.err = err
			return made, m
		}
		return made, nil
	}
}

// Build makes what the block describes. Errors name file, line and key.
func (k *Kinds[T]) Build(b Block) (T, error) {
	build, ok := k.build[b.Kind]
	if !ok {
		var none T
		return none, b.mistake("kind %q is not one of %q", b.Kind, k.names)
	}
	return build(b)
}

// Names returns the known kinds in order.
func (k *Kinds[T]) Names() []string { return slices.Clone(k.names) }

// NewBlock returns a block that is not from a file: settings chosen on the
// command line or by default. Values are YAML texts by key.
func NewBlock(kind string, settings map[string]string) Block {
	src := new(strings.Builder)
	fmt.Fprintf(src, "kind: %q\n", kind)
	for key, value := range settings {
		fmt.Fprintf(src, "%s: %q\n", key, value)
	}
	var into struct{ Block Block }
	text := "block:\n  " + strings.ReplaceAll(strings.TrimSuffix(src.String(), "\n"), "\n", "\n  ")
	if err := Decode("command line", []byte(text), &into, literal); err != nil {
		panic(err) // quoted strings are always valid YAML
	}
	into.Block.key, into.Block.node.Line = "", 0 // places that nobody has written
	return into.Block
}

// literal leaves ${...} of a command line alone: the shell has had its turn.
func literal(name string) (string, bool) { return "${" + name + "}", true }

func (b Block) decode(into any) error {
	d := &decoder{file: b.dec.file, getenv: b.dec.getenv}
	d.structure(b.node, b.key, reflect.ValueOf(into).Elem())
	return d.err()
}

func (b Block) mistake(format string, args ...any) *Mistake {
	m := &Mistake{Key: b.key, Message: fmt.Sprintf(format, args...)}
	if b.node != nil {
		m.File, m.Line = b.dec.file, b.node.Line
	}
	return m
}

// Known checks only that the kind of b is known.
func (k *Kinds[T]) Known(b Block) error {
	if _, ok := k.build[b.Kind]; !ok {
		return b.mistake("kind %q is not one of %q", b.Kind, k.names)
	}
	return nil
}
