package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"ragserver/dataflow"
	"ragserver/dataflow/durable"
	"ragserver/store/pebblestore"
)

// How the cost of an epoch is measured: epochs of so many changes.
const (
	changesPerEpoch = 100
	epochs          = 1000
)

// state measures what an epoch costs when the state is small and when it is
// large: a count by key, of 10^4 to 10^7 keys in memory, and up to 10^6 of which
// a tenth is in memory and all are in the store.
func (b *bench) state(e engine) error {
	for keys := 10_000; keys <= 10_000_000; keys *= 10 {
		if float64(keys) > 10_000_000*b.scale && keys > 10_000 {
			break
		}
		if err := b.epochCost(e, keys, dataflow.Options{}, "in memory"); err != nil {
			return err
		}
	}
	for keys := 10_000; keys <= 1_000_000; keys *= 10 {
		if float64(keys) > 1_000_000*b.scale && keys > 10_000 {
			break
		}
		if err := b.stored(e, keys); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) stored(e engine, keys int) (err error) {
	dir := filepath.Join(b.work, "store")
	s, err := pebblestore.Open(pebblestore.Config{Dir: dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close(), os.RemoveAll(dir)) }()
	return b.epochCost(e, keys, dataflow.Options{Backend: durable.On(s), MaxKeys: keys / 10}, "in a store, a tenth of it cached")
}

func (b *bench) epochCost(e engine, keys int, o dataflow.Options, where string) error {
	runtime.GC()
	g := dataflow.New("state")
	in := dataflow.NewFeed[int](g, "in")
	counts := dataflow.Reduce(dataflow.KeyBy(in.Stream(), func(k int) int { return k }), "count", dataflow.Count[int]())
	dataflow.Subscribe(counts, "out", func(dataflow.Epoch, []dataflow.Delta[dataflow.Keyed[int, int]]) error { return nil })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ran := make(chan error, 1)
	go func() { ran <- g.Run(ctx, o) }()
	const chunk = 10_000
	for from := 0; from < keys; from += chunk {
		list := make([]int, chunk)
		for i := range list {
			list[i] = from + i
		}
		if _, err := in.Insert(ctx, list...); err != nil {
			return err
		}
	}
	if err := g.Drained(ctx); err != nil {
		return err
	}
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	took := make([]time.Duration, epochs)
	for i := range took {
		list := make([]int, changesPerEpoch)
		for j := range list {
			list[j] = rand.IntN(keys)
		}
		from := time.Now()
		t, err := in.Insert(ctx, list...)
		if err == nil {
			err = g.Wait(ctx, t)
		}
		if err != nil {
			return err
		}
		took[i] = time.Since(from)
	}
	cancel()
	slices.Sort(took)
	what := fmt.Sprintf("epoch of %d changes, %.0e keys %s", changesPerEpoch, float64(keys), where)
	b.note(e, what, "us", float64(median(took).Nanoseconds())/1000)
	b.note(e, what+", heap a key", "bytes", float64(memory.HeapAlloc)/float64(keys))
	return <-ran
}
