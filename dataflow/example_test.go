package dataflow_test

import (
	"context"
	"fmt"
	"strings"

	"ragserver/dataflow"
)

type line struct {
	ID   int
	Text string
}

type count struct {
	Word string
	N    int
}

// printer is a sink that prints what changes.
type printer struct{}

func (printer) Write(_ *dataflow.Tx, e dataflow.Epoch, batch []dataflow.Delta[count]) error {
	for _, d := range batch {
		fmt.Printf("epoch %d: %+d %s %d\n", e, d.Diff, d.Value.Word, d.Value.N)
	}
	return nil
}

func (printer) Committed(context.Context, dataflow.Epoch) error { return nil }

// Words are counted, and counted again only where a line changed.
func Example() {
	g := dataflow.New("words")
	lines := dataflow.NewInput(g, "lines", func(l line) string { return fmt.Sprint(l.ID) }, dataflow.JSON[line]())
	words := dataflow.FlatMap(lines.Stream(), func(l line, yield func(string)) {
		for w := range strings.FieldsSeq(l.Text) {
			yield(w)
		}
	})
	counts := dataflow.Process(words, "count", func(w string) string { return w }, dataflow.JSON[int](),
		func(w string, n int, batch []dataflow.Delta[string], emit func(dataflow.Delta[count])) (int, bool, error) {
			was := n
			for _, d := range batch {
				n += d.Diff
			}
			if n == was {
				return n, n > 0, nil
			}
			if was > 0 {
				emit(dataflow.Delta[count]{Value: count{w, was}, Diff: -1})
			}
			if n > 0 {
				emit(dataflow.Delta[count]{Value: count{w, n}, Diff: +1})
			}
			return n, n > 0, nil
		})
	dataflow.To(counts, "print", printer{})

	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error)
	go func() { ran <- g.Run(ctx, dataflow.Options{Backend: dataflow.Memory()}) }()
	for _, l := range []line{{1, "to be or not to be"}, {1, "to be or not"}} {
		ticket, err := lines.Send(ctx, dataflow.Batch[line]{Deltas: []dataflow.Delta[line]{{Value: l, Diff: +1}}})
		if err == nil {
			err = g.Wait(ctx, ticket)
		}
		if err != nil {
			fmt.Println(err)
		}
	}
	cancel()
	if err := <-ran; err != nil {
		fmt.Println(err)
	}
	// Output:
	// epoch 1: +1 to 2
	// epoch 1: +1 be 2
	// epoch 1: +1 or 1
	// epoch 1: +1 not 1
	// epoch 2: -1 to 2
	// epoch 2: +1 to 1
	// epoch 2: -1 be 2
	// epoch 2: +1 be 1
}
