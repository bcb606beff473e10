package dataflow_test

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

// A demo runs the small programs of the examples.
type demo struct {
	graph  *dataflow.Graph
	epochs int
	inputs []demoInput
}

type demoInput struct {
	send  func(ctx context.Context, epoch int) (dataflow.Ticket, error)
	close func()
}

func newDemo() *demo { return &demo{graph: dataflow.New("example")} }

// values is an input with these values, all in epoch 1.
func values[T any](d *demo, list ...T) dataflow.Stream[T] {
	var epoch []dataflow.Delta[T]
	for _, v := range list {
		epoch = append(epoch, add(v))
	}
	return history(d, epoch)
}

// history is an input that changes.
func history[T any](d *demo, epochs ...[]dataflow.Delta[T]) dataflow.Stream[T] {
	feed := dataflow.NewFeed[T](d.graph, fmt.Sprintf("input %d", len(d.inputs)+1))
	d.epochs = max(d.epochs, len(epochs))
	d.inputs = append(d.inputs, demoInput{
		send: func(ctx context.Context, epoch int) (dataflow.Ticket, error) {
			if epoch >= len(epochs) {
				return dataflow.Ticket{}, nil
			}
			return feed.Send(ctx, dataflow.Batch[T]{Deltas: epochs[epoch]})
		},
		close: feed.Close,
	})
	return feed.Stream()
}

func add[T any](v T) dataflow.Delta[T]    { return dataflow.Delta[T]{Value: v, Diff: +1} }
func remove[T any](v T) dataflow.Delta[T] { return dataflow.Delta[T]{Value: v, Diff: -1} }

// show runs the program and prints how its result changes, sorted within each epoch.
func show[T any](d *demo, result dataflow.Stream[T]) {
	epoch := 0
	dataflow.Subscribe(result, "show", func(_ dataflow.Epoch, batch []dataflow.Delta[T]) error {
		var lines []string
		for _, c := range batch {
			lines = append(lines, fmt.Sprintf("%+v %+d", c.Value, c.Diff))
		}
		slices.Sort(lines)
		for _, line := range lines {
			fmt.Printf("epoch %d: %s\n", epoch, line)
		}
		return nil
	})
	running, ctx := errgroup.WithContext(context.Background())
	running.Go(func() error { return d.graph.Run(ctx, dataflow.Options{}) })
	running.Go(func() error {
		for _, in := range d.inputs {
			defer in.close()
		}
		for i := range d.epochs {
			epoch = i + 1
			if err := d.epoch(ctx, i); err != nil {
				return err
			}
		}
		return nil
	})
	if err := running.Wait(); err != nil {
		fmt.Println(err)
	}
}

// epoch sends what all inputs have in an epoch, and waits until it is through.
func (d *demo) epoch(ctx context.Context, n int) error {
	var tickets []dataflow.Ticket
	err := d.graph.Together(func() error {
		for _, in := range d.inputs {
			sent, err := in.send(ctx, n)
			if err != nil {
				return err
			}
			tickets = append(tickets, sent)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, sent := range tickets {
		if err := d.graph.Wait(ctx, sent); err != nil {
			return err
		}
	}
	return nil
}
