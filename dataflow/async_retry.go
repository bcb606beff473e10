package dataflow

import (
	"container/heap"
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// failed decides what follows from the error of a try: another one, or a result
// that says so. Ctx is that of Run: when it is done, the error says nothing.
func (o *async[In, R]) failed(ctx context.Context, w ticketed, in In, cause error) error {
	o.mu.Lock()
	current := w.it.seq == w.seq
	if current {
		w.it.attempts++
		w.it.last = cause
		w.it.cancel = nil
		o.stats.LastError = cause
	}
	attempts := w.it.attempts
	o.mu.Unlock()
	if !current || ctx.Err() != nil {
		return nil
	}
	if o.Retryable == nil || !o.Retryable(cause) || o.MaxTries > 0 && attempts >= o.MaxTries {
		r := outcome[R]{value: o.Failed(in, cause)}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.deliver(w, r)
		return nil
	}
	var v R
	provisional := false
	if attempts == 1 && o.Provisional != nil {
		v, provisional = o.Provisional(in, cause)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.later(w, o.pause(attempts, cause))
	if provisional {
		o.deliver(w, outcome[R]{value: v, provisional: true}) // who sees it sees why
	}
	return nil
}

// later has another try after a pause.
func (o *async[In, R]) later(w ticketed, pause time.Duration) {
	if w.it.seq != w.seq {
		return
	}
	o.move(w.it, retrying)
	w.it.due = time.Now().Add(pause)
	heap.Push(&o.waiting, w.it)
	o.node.g.notify()
}

// pause returns the time until the next try, after attempts of them.
func (o *async[In, R]) pause(attempts int, cause error) time.Duration {
	var after interface{ RetryAfter() time.Duration }
	if errors.As(cause, &after) {
		if d := after.RetryAfter(); d > 0 {
			return d
		}
	}
	d := o.Backoff.First
	for i := 1; i < attempts && d < o.Backoff.Max; i++ {
		d *= 2
	}
	d = min(d, o.Backoff.Max)
	return d/2 + rand.N(d+1)
}
