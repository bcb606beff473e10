package dataflow

import (
	"strings"
	"testing"
)

func TestIterateIsDefinedWrongly(t *testing.T) {
	identity := func(_ *Scope, x Stream[arc]) Stream[arc] { return x }
	for want, define := range map[string]func(a, b Stream[arc]){
		"has no body": func(a, _ Stream[arc]) { Iterate(a, "loop", nil) },
		"does not get a stream of its own from its body": func(a, b Stream[arc]) {
			Iterate(a, "loop", func(*Scope, Stream[arc]) Stream[arc] { return b })
		},
		"has a limit of 0 iterations": func(a, _ Stream[arc]) { Iterate(a, "loop", identity, Limit(0)) },
		"reads a stream of another graph": func(a, b Stream[arc]) {
			Iterate(a, "loop", func(_ *Scope, x Stream[arc]) Stream[arc] { return Concat(x, b) })
		},
		"reads a stream from the inside of an iteration": func(a, _ Stream[arc]) {
			var leak Stream[arc]
			Iterate(a, "loop", func(_ *Scope, x Stream[arc]) Stream[arc] {
				leak = x
				return x
			})
			Collect(leak, "out")
		},
		"does not enter a stream of the graph around": func(a, _ Stream[arc]) {
			Iterate(a, "loop", func(s *Scope, x Stream[arc]) Stream[arc] { return Concat(x, Enter(s, x)) })
		},
		`sink "out" cannot be part of an iteration`: func(a, _ Stream[arc]) {
			Iterate(a, "loop", func(_ *Scope, x Stream[arc]) Stream[arc] {
				Collect(x, "out")
				return x
			})
		},
		"events#2 cannot be part of an iteration": func(a, _ Stream[arc]) {
			Iterate(a, "loop", func(_ *Scope, x Stream[arc]) Stream[arc] { return FromStream(ToStream(x)) })
		},
		`reduce "last" cannot be part of an iteration`: func(a, _ Stream[arc]) {
			Iterate(a, "loop", func(_ *Scope, x Stream[arc]) Stream[arc] {
				last := Reduce(KeyBy(x, arcFrom), "last", Latest[arc]())
				return Map(last, func(k Keyed[int, arc]) arc { return k.Value })
			})
		},
		`has the name of reduce "n"`: func(a, _ Stream[arc]) {
			Iterate(a, "loop", func(_ *Scope, x Stream[arc]) Stream[arc] {
				for range 2 {
					Reduce(KeyBy(x, arcFrom), "n", Count[arc]())
				}
				return x
			})
		},
	} {
		g := New("wrong")
		define(NewFeed[arc](g, "a").Stream(), NewFeed[arc](g, "b").Stream())
		if err := g.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestIterateOfNothing(t *testing.T) {
	body := func(s *Scope, x Stream[arc]) Stream[arc] { return Concat(x, Enter(s, Stream[arc]{})) }
	if s := Iterate(Stream[arc]{}, "", body); s.n != nil {
		t.Errorf("an iteration of no stream is %v", s.n)
	}
	g := New("nothing")
	Collect(Iterate(NewFeed[arc](g, "a").Stream(), "", body), "out")
	if err := g.Validate(); err == nil || !strings.Contains(err.Error(), "another graph") {
		t.Errorf("error %v for a stream of no graph", err)
	}
}

// The names of operators count within one body; those of another are others.
func TestIterateHasNamesOfItsOwn(t *testing.T) {
	g := New("names")
	a := NewFeed[arc](g, "a").Stream()
	for _, name := range []string{"one", "two"} {
		Iterate(a, name, func(_ *Scope, x Stream[arc]) Stream[arc] {
			Reduce(KeyBy(x, arcFrom), "n", Count[arc]())
			return x
		})
	}
	Reduce(KeyBy(a, arcFrom), "n", Count[arc]())
	if err := g.Validate(); err != nil {
		t.Error(err)
	}
}

func TestExplainShowsTheInsideOfIterate(t *testing.T) {
	g := New("inside")
	Collect(components(NewFeed[arc](g, "arcs").Stream()), "out")
	got := g.Explain()
	for _, want := range []string{
		"\n  iterate \"components\" <- map#7, keyby#8, map#7\n    variable#1\n    enter#2\n    join \"near\" <- variable#1, enter#2\n",
		"\n    reduce \"least\" <- concat#5\n    result#7 <- reduce \"least\"\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("Explain gives\n%s\nwithout\n%s", got, want)
		}
	}
}
