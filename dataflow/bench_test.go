package dataflow

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// nothing is a sink that only counts.
type nothing[T any] struct{ n int }

func (s *nothing[T]) Write(_ *Tx, _ Epoch, batch []Delta[T]) error { s.n += len(batch); return nil }
func (s *nothing[T]) Committed(context.Context, Epoch) error       { return nil }

// number keeps a count in a few bytes.
var number = Codec[int]{
	Encode: func(dst []byte, v int) ([]byte, error) { return binary.AppendVarint(dst, int64(v)), nil },
	Decode: func(b []byte) (int, error) {
		v, _ := binary.Varint(b)
		return int(v), nil
	},
}

var text = Codec[string]{
	Encode: func(dst []byte, v string) ([]byte, error) { return append(dst, v...), nil },
	Decode: func(b []byte) (string, error) { return string(b), nil },
}

// BenchmarkChain is one delta through map, filter, map, negate and a sink.
func BenchmarkChain(b *testing.B) {
	g := New("bench")
	in := NewInput(g, "in", func(v int) string { return fmt.Sprint(v) }, number)
	s := Map(in.Stream(), func(v int) int { return v + 1 })
	s = Map(Filter(s, func(v int) bool { return v%16 != 0 }), func(v int) int { return 3 * v })
	sink := new(nothing[int])
	To(Negate(s), "sink", sink)
	g.opts = Options{Workers: 1}
	g.backend = Memory()
	g.running = g.plan()
	x := g.newTurn(0)
	stages := stages[stage](g.running)
	stage := stages[len(stages)-1]
	for i := 0; b.Loop(); i++ {
		in.out.push(x, Delta[int]{i, 1})
		if i%1024 == 0 {
			if err := stage.step(x); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "deltas/s")
}

// benched runs g until send is through.
func benched(b *testing.B, g *Graph, send func(ctx context.Context) error) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- g.Run(ctx, Options{Backend: Memory(), MaxBatch: 4096}) }()
	if err := send(ctx); err != nil {
		b.Fatal(err)
	}
	if err := g.Drained(ctx); err != nil {
		b.Fatal(err)
	}
	cancel()
	if err := <-ran; err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWordCount is lines of ten words, of a vocabulary of 5000, through
// FlatMap and Process, with all state and every input kept.
func BenchmarkWordCount(b *testing.B) {
	const words, batch = 10, 256
	type line struct {
		n    int
		text string
	}
	codec := Codec[line]{
		Encode: func(dst []byte, v line) ([]byte, error) { return append(dst, v.text...), nil },
		Decode: func(b []byte) (line, error) { return line{text: string(b)}, nil },
	}
	g := New("bench")
	in := NewInput(g, "lines", func(l line) string { return fmt.Sprint(l.n) }, codec)
	split := FlatMap(in.Stream(), func(l line, yield func(string)) {
		for w := range strings.FieldsSeq(l.text) {
			yield(w)
		}
	})
	counts := Process(split, "count", func(w string) string { return w }, number,
		func(w string, n int, batch []Delta[string], emit func(Delta[string])) (int, bool, error) {
			for _, d := range batch {
				n += d.Diff
			}
			emit(Delta[string]{w, +1})
			return n, n > 0, nil
		})
	To(counts, "sink", new(nothing[string]))
	vocabulary := make([]string, 5000)
	for i := range vocabulary {
		vocabulary[i] = fmt.Sprint("word", i)
	}
	b.ResetTimer()
	benched(b, g, func(ctx context.Context) error {
		deltas := make([]Delta[line], 0, batch)
		for i := range b.N {
			var t strings.Builder
			for j := range words {
				t.WriteString(vocabulary[(i*31+j*977)%len(vocabulary)])
				t.WriteByte(' ')
			}
			deltas = append(deltas, Delta[line]{line{i, t.String()}, +1})
			if len(deltas) == batch || i == b.N-1 {
				if _, err := in.Send(ctx, Batch[line]{Deltas: deltas}); err != nil {
					return err
				}
				deltas = deltas[:0]
			}
		}
		return nil
	})
	b.ReportMetric(float64(b.N*words)/b.Elapsed().Seconds(), "words/s")
}

// BenchmarkAsync is one key through the operator, in batches, with work that costs
// nothing: what is measured is what the operator adds.
func BenchmarkAsync(b *testing.B) {
	const batch = 256
	g := New("bench")
	in := NewInput(g, "in", func(v string) string { return v }, text)
	done := Async(in.Stream(), AsyncConfig[string, string]{
		Name: "op", Key: func(v string) string { return v }, Workers: 2,
		Prepare: func(_ context.Context, v string) (string, func(context.Context) (string, error), error) {
			return v, func(context.Context) (string, error) { return v, nil }, nil
		},
		Failed: func(string, error) string { return "" },
		In:     text, Result: text,
	})
	To(done, "sink", new(nothing[Done[string, string]]))
	b.ReportAllocs()
	b.ResetTimer()
	benched(b, g, func(ctx context.Context) error {
		var d []Delta[string]
		for i := range b.N {
			d = append(d, Delta[string]{fmt.Sprint("key", i), +1})
			if len(d) == batch || i == b.N-1 {
				if _, err := in.Send(ctx, Batch[string]{Deltas: d}); err != nil {
					return err
				}
				d = d[:0]
			}
		}
		return nil
	})
}

// BenchmarkLatency is one change from Send until it is committed, with an
// asynchronous operator on the way and nothing else going on.
func BenchmarkLatency(b *testing.B) {
	g := New("bench")
	in := NewInput(g, "in", func(string) string { return "key" }, text)
	done := Async(in.Stream(), AsyncConfig[string, string]{
		Name: "op", Key: func(string) string { return "key" },
		Prepare: func(_ context.Context, v string) (string, func(context.Context) (string, error), error) {
			return v, func(context.Context) (string, error) { return v, nil }, nil
		},
		Failed: func(string, error) string { return "" },
		In:     text, Result: text,
	})
	To(done, "sink", new(nothing[Done[string, string]]))
	benched(b, g, func(ctx context.Context) error {
		for i := range b.N {
			ticket, err := in.Send(ctx, Batch[string]{Deltas: []Delta[string]{{fmt.Sprint(i), +1}}})
			if err != nil {
				return err
			}
			if err := g.Wait(ctx, ticket); err != nil {
				return err
			}
		}
		return nil
	})
}
