package dataflow

import "fmt"

// Combine2 makes one aggregator of two: the values are taken in once, and result
// puts together what both give. State and cost are those of both.
func Combine2[V, A, B, R any](a Aggregator[V, A], b Aggregator[V, B], result func(A, B) R) Aggregator[V, R] {
	switch {
	case a.make == nil || b.make == nil:
		return Aggregator[V, R]{name: "combine", lacks: firstOr("an aggregator is missing", a.lacks, b.lacks)}
	case result == nil:
		return without[V, R]("combine", "a function")
	}
	return Aggregator[V, R]{
		name: fmt.Sprintf("(%s, %s)", a.name, b.name),
		same: combinedSame(address(result), a.same, b.same),
		make: func(builder *builder) func() accumulator[V, R] {
			first, second := a.make(builder), b.make(builder)
			return func() accumulator[V, R] { return &combined[V, A, B, R]{first(), second(), result} }
		},
	}
}

// Combine3 makes one aggregator of three; see Combine2.
func Combine3[V, A, B, C, R any](a Aggregator[V, A], b Aggregator[V, B], c Aggregator[V, C], result func(A, B, C) R) Aggregator[V, R] {
	if result == nil {
		return without[V, R]("combine", "a function")
	}
	all := Combine2(Combine2(a, b, pairUp[A, B]), c, func(p pairedUp[A, B], c C) R { return result(p.a, p.b, c) })
	all.same = combinedSame(address(result), a.same, b.same, c.same)
	return all
}

// Combine4 makes one aggregator of four; see Combine2.
func Combine4[V, A, B, C, D, R any](a Aggregator[V, A], b Aggregator[V, B], c Aggregator[V, C], d Aggregator[V, D], result func(A, B, C, D) R) Aggregator[V, R] {
	if result == nil {
		return without[V, R]("combine", "a function")
	}
	all := Combine2(Combine2(a, b, pairUp[A, B]), Combine2(c, d, pairUp[C, D]), func(p pairedUp[A, B], q pairedUp[C, D]) R {
		return result(p.a, p.b, q.a, q.b)
	})
	all.same = combinedSame(address(result), a.same, b.same, c.same, d.same)
	return all
}

// combinedSame keeps the parts apart by their number of elements.
func combinedSame(result any, parts ...[]any) []any {
	same := []any{"combine", len(parts), result}
	for _, part := range parts {
		same = append(append(same, len(part)), part...)
	}
	return same
}

func firstOr(other string, list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return other
}

type pairedUp[A, B any] struct {
	a A
	b B
}

func pairUp[A, B any](a A, b B) pairedUp[A, B] { return pairedUp[A, B]{a, b} }

type combined[V, A, B, R any] struct {
	a     accumulator[V, A]
	b     accumulator[V, B]
	value func(A, B) R
}

func (c *combined[V, A, B, R]) add(v V, diff int, e Epoch) {
	c.a.add(v, diff, e)
	c.b.add(v, diff, e)
}

func (c *combined[V, A, B, R]) result() R   { return c.value(c.a.result(), c.b.result()) }
func (c *combined[V, A, B, R]) empty() bool { return c.a.empty() && c.b.empty() }

// The first byte of a record says whose it is.
func (c *combined[V, A, B, R]) load(record, value []byte) error {
	switch {
	case len(record) > 0 && record[0] == 'a':
		return c.a.load(record[1:], value)
	case len(record) > 0 && record[0] == 'b':
		return c.b.load(record[1:], value)
	}
	return fmt.Errorf("a record %q of neither aggregator", record)
}

func (c *combined[V, A, B, R]) save(put func(record, value []byte)) error {
	to := func(name byte) func(record, value []byte) {
		return func(record, value []byte) { put(append([]byte{name}, record...), value) }
	}
	if err := c.a.save(to('a')); err != nil {
		return err
	}
	return c.b.save(to('b'))
}
