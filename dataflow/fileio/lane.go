package fileio

import (
	"context"

	"ragserver/dataflow"
)

// A lane does tasks side by side and hands over what they make in the order in
// which they were added.
type lane[T any] struct {
	tasks chan *task[T] // to the parsers
	order chan *task[T] // to the sender
	added uint64
}

type task[T any] struct {
	do   func() (outcome[T], error)
	done chan struct{} // closed when made and err are set
	made outcome[T]
	err  error
}

// An outcome is a batch for the feed.
type outcome[T any] struct {
	rows[T]
	keep   []dataflow.Write
	parsed int64  // bytes
	after  func() // called when the batch was handed over; may be nil
}

func newLane[T any](parsers int) *lane[T] {
	return &lane[T]{tasks: make(chan *task[T], 2*parsers), order: make(chan *task[T], 2*parsers)}
}

// add adds a task. It blocks while there are many.
func (l *lane[T]) add(ctx context.Context, do func() (outcome[T], error)) error {
	t := &task[T]{do: do, done: make(chan struct{})}
	select {
	case l.order <- t:
	case <-ctx.Done():
		return ctx.Err()
	}
	l.added++
	l.tasks <- t // has room for all that order holds, but the one being sent
	return nil
}

// drain returns when all tasks that were added have been handed over.
func (l *lane[T]) drain(ctx context.Context) error {
	over := make(chan struct{})
	err := l.add(ctx, func() (outcome[T], error) { return outcome[T]{after: func() { close(over) }}, nil })
	if err != nil {
		return err
	}
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close says that no more tasks are added.
func (l *lane[T]) close() {
	close(l.tasks)
	close(l.order)
}

// parse does tasks until there are no more.
func (l *lane[T]) parse() error {
	for t := range l.tasks {
		t.made, t.err = t.do()
		close(t.done)
	}
	return nil
}

// send calls f for what every task has made.
func (l *lane[T]) send(ctx context.Context, f func(context.Context, outcome[T]) error) error {
	for t := range l.order {
		select {
		case <-t.done:
		case <-ctx.Done():
			return ctx.Err()
		}
		if t.err != nil {
			return t.err
		}
		if err := f(ctx, t.made); err != nil {
			return err
		}
		if t.made.after != nil {
			t.made.after()
		}
		t.made = outcome[T]{}
	}
	return nil
}
