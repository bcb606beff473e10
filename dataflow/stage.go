package dataflow

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// The things that a running operator can be. All are called by the scheduler.
type (
	// A stage does its part of an epoch: it turns what the operators before
	// it have pushed into what it pushes. It is called once, when all of the
	// epoch's input is there.
	stage interface{ step(*turn) error }

	// An absorber can take in a part of an epoch's input before the rest is
	// there. What it pushes then is part of the epoch's output.
	absorber interface{ absorb(*turn) error }

	// A taker has something that waits outside of the epoch. Take moves it
	// in, about deltas or results of it, and returns how much.
	taker interface{ take(deltas, results int) int }

	// A closer is a taker that gets no more after it has been closed.
	closer interface{ exhausted() bool }

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
