package dataflow_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

type line struct {
	ID   int
	Text string
}

func lineName(l line) string { return fmt.Sprint(l.ID) }

func words(l line, yield func(string)) {
	for w := range strings.FieldsSeq(l.Text) {
		yield(w)
	}
}

func itself[T any](v T) T { return v }

func printCounts(e dataflow.Epoch, batch []dataflow.Delta[dataflow.Keyed[string, int]]) error {
	slices.SortFunc(batch, func(a, b dataflow.Delta[dataflow.Keyed[string, int]]) int {
		return cmp.Or(cmp.Compare(a.Value.Key, b.Value.Key), cmp.Compare(a.Diff, b.Diff))
	})
	for _, d := range batch {
		fmt.Printf("epoch %d: %+d %s %d\n", e, d.Diff, d.Value.Key, d.Value.Value)
	}
	return nil
}

// Words are counted, and counted again only where a line changed.
func Example() {
	g := dataflow.New("words")
	lines := dataflow.NewInput(g, "lines", lineName, dataflow.CBOR[line]())
	byWord := dataflow.KeyBy(dataflow.FlatMap(lines.Stream(), words), itself)
	counts := dataflow.Reduce(byWord, "count", dataflow.Count[string]())
	dataflow.Subscribe(counts, "print", printCounts)

	running, ctx := errgroup.WithContext(context.Background())
	running.Go(func() error { return g.Run(ctx, dataflow.Options{}) })
	running.Go(func() error {
		defer lines.Close()
		for _, l := range []line{{1, "to be or not to be"}, {1, "to be or not"}} {
			sent, err := lines.Send(ctx, dataflow.Batch[line]{Deltas: []dataflow.Delta[line]{{Value: l, Diff: +1}}})
			if err == nil {
				err = g.Wait(ctx, sent)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err := running.Wait(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// epoch 1: +1 be 2
	// epoch 1: +1 not 1
	// epoch 1: +1 or 1
	// epoch 1: +1 to 2
	// epoch 2: -1 be 2
	// epoch 2: +1 be 1
	// epoch 2: -1 to 2
	// epoch 2: +1 to 1
}

// A batch is a stream that ends: all that is sent is one epoch.
func Example_batch() {
	g := dataflow.New("words")
	lines := dataflow.NewFeed[line](g, "lines")
	byWord := dataflow.KeyBy(dataflow.FlatMap(lines.Stream(), words), itself)
	counts := dataflow.Collect(dataflow.Reduce(byWord, "count", dataflow.Count[string]()), "counts")

	running, ctx := errgroup.WithContext(context.Background())
	running.Go(func() error { return g.Run(ctx, dataflow.Options{Static: true}) })
	running.Go(func() error {
		defer lines.Close()
		_, err := lines.Insert(ctx, line{1, "to be or not to be"}, line{2, "that is the question"})
		return err
	})
	if err := running.Wait(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(len(counts.Values()), "words in epoch", counts.Epoch())
	// Output: 8 words in epoch 1
}

// The graph as it is defined, and as it runs: what is equal is done once, what
// nothing reads is left out, and operators without state are one loop.
func ExampleGraph_Explain() {
	g := dataflow.New("words")
	lines := dataflow.NewFeed[line](g, "lines").Stream()
	counts := dataflow.Reduce(dataflow.KeyBy(dataflow.FlatMap(lines, words), itself), "", dataflow.Count[string]())
	again := dataflow.Reduce(dataflow.KeyBy(dataflow.FlatMap(lines, words), itself), "", dataflow.Count[string]())
	dataflow.Negate(again) // which nothing reads
	dataflow.Subscribe(dataflow.Concat(counts, again), "twice", printCounts)
	fmt.Print(g.Explain())
	// Output:
	// dataflow words
	// defined:
	//   feed "lines"
	//   flatmap#2 <- feed "lines"
	//   keyby#3 <- flatmap#2
	//   reduce#4 <- keyby#3
	//   flatmap#5 <- feed "lines"
	//   keyby#6 <- flatmap#5
	//   reduce#7 <- keyby#6
	//   negate#8 <- reduce#7
	//   concat#9 <- reduce#4, reduce#7
	//   sink "twice" <- concat#9
	// runs:
	//   feed "lines"
	//   flatmap#2 | keyby#3 <- feed "lines"
	//   reduce#4 <- keyby#3
	//   concat#9 <- reduce#4, reduce#4
	//   sink "twice" <- concat#9
}
