package remote

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// A Backoff says how often and how patiently a call is tried.
type Backoff struct {
	Tries int           // in all; 0 means 5
	First time.Duration // wait after the first try; 0 means 500 ms. It doubles each time,
	Max   time.Duration // up to this; 0 means 30 s
}

// Wait returns how long to wait after the given number of failed tries, the
// last of which ended with err. A provider that says when to come back is
// obeyed, even beyond Max; otherwise up to half is taken off at random, so that
// clients which failed together do not come back together.
func (b Backoff) Wait(tries int, err error) time.Duration {
	wait := b.first()
	for range tries - 1 {
		if wait = min(2*wait, b.max()); wait == b.max() {
			break
		}
	}
	wait -= time.Duration(rand.Int64N(int64(wait)/2 + 1))
	return max(wait, after(err))
}

func (b Backoff) tries() int {
	if b.Tries <= 0 {
		return 5
	}
	return b.Tries
}

func (b Backoff) first() time.Duration {
	if b.First <= 0 {
		return min(500*time.Millisecond, b.max())
	}
	return min(b.First, b.max())
}

func (b Backoff) max() time.Duration {
	if b.Max <= 0 {
		return 30 * time.Second
	}
	return b.Max
}

// Retry calls fn until it succeeds, fails for good, or has been tried often
// enough, and returns its last error. When ctx ends while it waits, the error
// is both that end and the failure before. A wait that would outlast ctx is
// not begun.
func Retry(ctx context.Context, b Backoff, fn func(ctx context.Context) error) error {
	for tries := 1; ; tries++ {
		err := fn(ctx)
		if err == nil || !Temporary(err) || tries >= b.tries() {
			return err
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%w: %w", ctx.Err(), err)
		}
		wait := b.Wait(tries, err)
		if end, ok := ctx.Deadline(); ok && time.Until(end) < wait {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return fmt.Errorf("%w: waiting to try again after %w", ctx.Err(), err)
		}
	}
}
