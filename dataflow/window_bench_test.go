package dataflow

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

type reading struct {
	Sensor string
	At     Time
	Value  int
}

// outOfOrder returns n readings of 1000 sensors over an hour, each up to 30 seconds
// later in the list than its time says.
func outOfOrder(n int) []Delta[reading] {
	r := rand.New(rand.NewPCG(1, 1))
	names := make([]string, 1000)
	for i := range names {
		names[i] = fmt.Sprint("sensor", i)
	}
	list := make([]Delta[reading], n)
	for i := range list {
		at := time.Duration(i) * time.Hour / time.Duration(n)
		list[i] = Delta[reading]{reading{names[r.IntN(len(names))], Time(at - time.Duration(r.Int64N(int64(30*time.Second)))), i % 100}, +1}
	}
	return list
}

// BenchmarkWindows counts readings by sensor and minute: 60,000 windows. Streaming
// has epochs of 1000 readings; "cutoff" forgets windows two minutes after their end.
func BenchmarkWindows(b *testing.B) {
	const n = 1_000_000
	all := outOfOrder(n)
	for _, test := range []struct {
		name     string
		static   bool
		behavior *Behavior
	}{
		{"static", true, nil},
		{"streaming", false, nil},
		{"streaming with cutoff", false, &Behavior{Cutoff: Some(2 * time.Minute), KeepResults: true, Watermark: Watermark{Recent: 256}}},
	} {
		for _, workers := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/workers=%d", test.name, workers), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					g := New("bench")
					in := NewFeed[reading](g, "readings")
					keyed := KeyBy(in.Stream(), func(r reading) string { return r.Sensor })
					at := func(r reading) Time { return r.At }
					counts := Stream[Keyed[Windowed[string], int]]{}
					if test.behavior == nil {
						counts = Reduce(WindowBy(keyed, "", at, Tumbling(time.Minute, 0)), "count", Count[reading]())
					} else {
						counts = WindowReduce(keyed, "count", at, Tumbling(time.Minute, 0), *test.behavior, Count[reading]()).Results
					}
					sink := new(nothing[Keyed[Windowed[string], int]])
					To(counts, "sink", sink)
					ran := make(chan error, 1)
					go func() {
						ran <- g.Run(context.Background(), Options{Static: test.static, Workers: workers, MaxBatch: 1000})
					}()
					for i := 0; i < n; i += 1000 {
						if _, err := in.Send(context.Background(), Batch[reading]{Deltas: all[i : i+1000]}); err != nil {
							b.Fatal(err)
						}
					}
					in.Close()
					if err := <-ran; err != nil {
						b.Fatal(err)
					}
					if sink.n < 60_000 {
						b.Fatalf("%d differences", sink.n)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/event")
			})
		}
	}
}
