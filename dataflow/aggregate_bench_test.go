package dataflow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

// benchAggregator is what an event costs that goes through Reduce, in Static
// mode: keys in random order, in batches of 4096, without a backend.
func benchAggregator[R any](b *testing.B, keys, workers int, a Aggregator[event, R]) {
	const batch = 4096
	events := make([]Delta[event], 1<<16)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range events {
		events[i] = Delta[event]{event{fmt.Sprint("key ", r.IntN(keys)), r.IntN(1000), Time(r.IntN(1000))}, +1}
	}
	g := New("bench")
	in := NewFeed[event](g, "events")
	To(GroupBy(in.Stream(), "", eventKey, a), "sink", new(nothing[Keyed[string, R]]))
	b.ReportAllocs()
	b.ResetTimer()
	ran := make(chan error, 1)
	go func() {
		ran <- g.Run(context.Background(), Options{Static: true, Workers: workers, MaxBatch: batch})
	}()
	for sent := 0; sent < b.N; sent += batch {
		at := sent % len(events)
		if _, err := in.Send(context.Background(), Batch[event]{Deltas: events[at : at+min(batch, b.N-sent)]}); err != nil {
			b.Fatal(err)
		}
	}
	in.Close()
	if err := <-ran; err != nil {
		b.Fatal(err)
	}
}

func BenchmarkAggregators(b *testing.B) {
	const keys = 10000
	for _, workers := range []int{1, 2} {
		run := func(name string, f func(*testing.B)) { b.Run(fmt.Sprintf("%s/workers=%d", name, workers), f) }
		run("count", func(b *testing.B) { benchAggregator(b, keys, workers, Count[event]()) })
		run("sum", func(b *testing.B) { benchAggregator(b, keys, workers, Sum(eventN)) })
		run("sumfloat", func(b *testing.B) { benchAggregator(b, keys, workers, Sum(eventFraction)) })
		run("avg", func(b *testing.B) { benchAggregator(b, keys, workers, Avg(eventN)) })
		run("min", func(b *testing.B) { benchAggregator(b, keys, workers, Min(eventN)) })
		run("minby", func(b *testing.B) { benchAggregator(b, keys, workers, MinBy(eventN)) })
		run("latest", func(b *testing.B) { benchAggregator(b, keys, workers, Latest[event]()) })
		run("distinct", func(b *testing.B) { benchAggregator(b, keys, workers, CountDistinct(eventN)) })
		run("approx", func(b *testing.B) { benchAggregator(b, keys, workers, CountDistinctApprox(12, eventN)) })
	}
}

// BenchmarkHotKey is an event among very many under one key.
func BenchmarkHotKey(b *testing.B) {
	b.Run("min", func(b *testing.B) {
		benchAggregator(b, 1, 1, Min(func(e event) int { return e.N*1000 + int(e.T) }))
	})
	b.Run("approx", func(b *testing.B) {
		benchAggregator(b, 1, 1, CountDistinctApprox(12, func(e event) int { return e.N*1000 + int(e.T) }))
	})
}

// BenchmarkStateOfCount is the memory that a key costs.
func BenchmarkStateOfCount(b *testing.B) {
	const keys = 100000
	names := make([]string, keys)
	for i := range names {
		names[i] = fmt.Sprint("key ", i)
	}
	for b.Loop() {
		g := New("bench")
		in := NewFeed[string](g, "events")
		To(GroupBy(in.Stream(), "", itself[string], Count[string]()), "sink", new(nothing[Keyed[string, int]]))
		s, err := startStepper(context.Background(), g, Options{Workers: 1, MaxBatch: keys})
		if err != nil {
			b.Fatal(err)
		}
		before := heapInUse()
		for i := 0; i < keys; i += 1000 {
			err = s.step(context.Background(), func() { _, err = in.Insert(context.Background(), names[i:i+1000]...) })
			if err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heapInUse()-before)/keys, "B/key")
		runtime.KeepAlive(g)
	}
}

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
