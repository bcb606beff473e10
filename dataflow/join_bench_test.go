package dataflow

import (
	"context"
	"runtime"
	"testing"
)

// The data of the benchmark: orders, each of one product, and products, each of
// one category.
type (
	benchOrder struct {
		ID      int64
		Product int32
		Amount  int64
	}
	benchProduct struct {
		ID       int32
		Category int32
		Factor   int64
	}
	benchSold struct {
		Category int32
		Amount   int64
	}
)

func benchOrderOf(i, products int) benchOrder {
	return benchOrder{ID: int64(i), Product: int32(i * 7919 % products), Amount: int64(i % 1000)}
}

// benchSales is orders join products, summed by category.
func benchSales(g *Graph) (orders *Feed[benchOrder], products *Feed[benchProduct], out *nothing[Keyed[int32, int64]]) {
	orders, products = NewFeed[benchOrder](g, "orders"), NewFeed[benchProduct](g, "products")
	sold := Join(
		KeyBy(orders.Stream(), func(o benchOrder) int32 { return o.Product }),
		KeyBy(products.Stream(), func(p benchProduct) int32 { return p.ID }), "join",
		func(_ int32, o benchOrder, p benchProduct) benchSold {
			return benchSold{p.Category, o.Amount * p.Factor}
		})
	amounts := Map(sold, func(s benchSold) Keyed[int32, int64] { return Keyed[int32, int64]{s.Category, s.Amount} })
	out = new(nothing[Keyed[int32, int64]])
	To(Reduce(amounts, "sum", Sum(func(v int64) int64 { return v })), "out", out)
	return orders, products, out
}

// benchBatches are the orders as a source would send them.
func benchBatches(n, products, size int) (list [][]Delta[benchOrder]) {
	for i := 0; i < n; i += size {
		batch := make([]Delta[benchOrder], 0, size)
		for j := i; j < min(i+size, n); j++ {
			batch = append(batch, Delta[benchOrder]{benchOrderOf(j, products), +1})
		}
		list = append(list, batch)
	}
	return list
}

func benchProducts(n int) []Delta[benchProduct] {
	list := make([]Delta[benchProduct], n)
	for i := range list {
		list[i] = Delta[benchProduct]{benchProduct{int32(i), int32(i % 50), int64(i % 7)}, +1}
	}
	return list
}

// BenchmarkJoin is a million orders and ten thousand products in a batch.
func BenchmarkJoin(b *testing.B) {
	const n, kinds = 1_000_000, 10_000
	b.ReportAllocs()
	var state uint64
	for range b.N {
		b.StopTimer()
		g := New("bench")
		orders, products, _ := benchSales(g)
		batches, catalog := benchBatches(n, kinds, 4096), benchProducts(kinds)
		ctx := context.Background()
		ran := make(chan error, 1)
		before := benchHeap()
		b.StartTimer()
		go func() { ran <- g.Run(ctx, Options{Static: true, MaxBatch: 1 << 14}) }()
		if _, err := products.Send(ctx, Batch[benchProduct]{Deltas: catalog}); err != nil {
			b.Fatal(err)
		}
		for _, batch := range batches {
			if _, err := orders.Send(ctx, Batch[benchOrder]{Deltas: batch}); err != nil {
				b.Fatal(err)
			}
		}
		products.Close()
		orders.Close()
		if err := <-ran; err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		state = benchHeap() - before
		runtime.KeepAlive(g)
		runtime.KeepAlive(batches)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/order")
	b.ReportMetric(float64(state)/n, "state-B/order")
}

// BenchmarkJoinChanges is epochs of 10,000 changes of orders, with a million there.
func BenchmarkJoinChanges(b *testing.B) {
	b.Run("memory", func(b *testing.B) { benchChanges(b, nil) })
	b.Run("durable", func(b *testing.B) { benchChanges(b, Memory()) })
}

func benchChanges(b *testing.B, backend Backend) {
	const n, kinds, changes = 1_000_000, 10_000, 10_000
	g := New("bench")
	orders, products, _ := benchSales(g)
	s, err := startStepper(b.Context(), g, Options{MaxBatch: 1 << 30, Backend: backend})
	if err != nil {
		b.Fatal(err)
	}
	send := func(batch []Delta[benchOrder]) {
		if _, err := orders.Send(b.Context(), Batch[benchOrder]{Deltas: batch}); err != nil {
			b.Fatal(err)
		}
	}
	err = s.step(b.Context(), func() {
		if _, err := products.Send(b.Context(), Batch[benchProduct]{Deltas: benchProducts(kinds)}); err != nil {
			b.Fatal(err)
		}
		send(benchBatches(n, kinds, n)[0])
	})
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		batch := make([]Delta[benchOrder], 0, changes)
		for j := range changes / 2 {
			at := (i*changes/2 + j*193) % n
			o := benchOrderOf(at, kinds)
			batch = append(batch, Delta[benchOrder]{o, -1})
			o.Amount++
			batch = append(batch, Delta[benchOrder]{o, +1})
		}
		if err := s.step(b.Context(), func() { send(batch) }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*changes), "ns/change")
}

func benchHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
