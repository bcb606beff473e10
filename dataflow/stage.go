package dataflow

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// The things that an operator with state can be, beside a stage.
type (
	// A stage does its part of an epoch: it turns what the operators before
	// it have pushed into what it pushes.
	stage interface{ step(*turn) error }

	// A taker has something that waits outside of the epoch. Take moves it
	// in, about deltas or results of it, and returns how much.
	taker interface{ take(deltas, results int) int }

	// A committer is told that the epoch has been written.
	committer interface{ committed(*turn) }

	// A publisher makes the epoch visible outside, after all committers.
	publisher interface {
		published(context.Context, *turn) error
	}

	// A recoverer reads its state at start, operators before it first.
	recoverer interface {
		recover(context.Context, *turn) error
	}

	// A worker runs functions beside the scheduler. Work returns after stop,
	// or with what must end Run.
	worker interface {
		workers() int
		work(context.Context) error
		stop()
	}

	// A timer has something due later. Due moves what is due now into its
	// queue and returns when the next is; zero if nothing is.
	timer interface{ due(now time.Time) time.Time }
)

// stages returns the operators that are also a T, in order.
func stages[T any](g *Graph) []T {
	var list []T
	for _, n := range g.nodes {
		if t, ok := n.stage.(T); ok {
			list = append(list, t)
		}
	}
	return list
}

// A PanicError is a panic of a function that the graph was given.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// guarded calls f and makes an error of its panic.
func guarded(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}
