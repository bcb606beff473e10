package dataflow

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// A shared is the outcome for one digest: being computed by the item that made
// it, or over and on its way into the memo.
type shared[R any] struct {
	over  bool
	value R
	wait  []ticketed // who else wants it
}

// ticketed is a version of an item.
type ticketed struct {
	it  *item
	seq Epoch
}

// work computes items until stop. The error ends Run: it is not that of an item.
func (o *async[In, R]) work(ctx context.Context) error {
	for {
		it, seq, ok := o.next()
		if !ok {
			return nil
		}
		w := ticketed{it, seq}
		if err := guarded(func() error { return o.try(ctx, w) }); err != nil {
			return fmt.Errorf("%s: key %q: %w", o.node, it.key, err)
		}
	}
}

// try computes one version of an item once.
func (o *async[In, R]) try(ctx context.Context, w ticketed) error {
	in, ok, err := o.load(w)
	if err != nil || !ok {
		return err
	}
	try, cancel := o.limit(ctx, w)
	defer cancel()
	var digest string
	var compute func(context.Context) (R, error)
	err = o.isolated(func() (err error) {
		digest, compute, err = o.Prepare(try, in)
		return err
	})
	if err == nil && compute == nil {
		err = errors.New("Prepare returned no function")
	}
	if err != nil {
		return o.failed(ctx, w, in, o.late(try, err))
	}
	var s *shared[R]
	if digest != "" {
		if s = o.lead(w, digest); s == nil {
			return nil // another item does it
		}
		v, found, err := o.recall(digest)
		if err != nil {
			return err
		}
		if found {
			o.done(w, digest, s, v, true)
			return nil
		}
	}
	v, err := o.compute(try, compute)
	if err != nil {
		return o.broken(ctx, w, in, digest, s, o.late(try, err))
	}
	o.done(w, digest, s, v, false)
	return nil
}

// load reads the pending input. It returns false if the version is not pending
// any more.
func (o *async[In, R]) load(w ticketed) (in In, ok bool, err error) {
	g := o.node.g
	key := g.keys.pending(o.Name, w.it.key)
	b, err := g.backend.Get(key)
	if err != nil {
		return in, false, fmt.Errorf("reading %q: %w", key, err)
	}
	if b == nil {
		return in, false, nil
	}
	p, err := decodePending(b)
	if err != nil {
		return in, false, fmt.Errorf("reading %q: %w", key, err)
	}
	if p.seq != w.seq {
		return in, false, nil
	}
	if in, err = o.In.Decode(p.in); err != nil {
		return in, false, fmt.Errorf("decoding the pending input: %w", err)
	}
	return in, true, nil
}

// limit gives a try its context, which ends when the version is replaced.
func (o *async[In, R]) limit(ctx context.Context, w ticketed) (context.Context, context.CancelFunc) {
	var cancel context.CancelFunc
	if o.Timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, o.Timeout)
	} else {
		ctx, cancel = context.WithCancel(ctx)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if w.it.seq == w.seq {
		w.it.cancel = cancel
	} else {
		cancel()
	}
	return ctx, cancel
}

// isolated calls a function for one item, whose panic is the item's error.
func (o *async[In, R]) isolated(f func() error) error {
	err := guarded(f)
	var p *PanicError
	if errors.As(err, &p) {
		o.node.g.log.Error("panic", "in", o.node.String(), "value", p.Value, "stack", string(p.Stack))
	}
	return err
}

func (o *async[In, R]) compute(ctx context.Context, compute func(context.Context) (R, error)) (v R, err error) {
	o.mu.Lock()
	o.stats.Computed++
	o.mu.Unlock()
	err = o.isolated(func() (err error) {
		v, err = compute(ctx)
		return err
	})
	return v, err
}

// late says of an error that it came because time was up.
func (o *async[In, R]) late(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("no result within %v: %w", o.Timeout, errors.Join(context.DeadlineExceeded, err))
	}
	return err
}

// lead returns the outcome for digest, for w to provide it. If another item does
// so already it returns nil, having seen to it that w gets it too.
func (o *async[In, R]) lead(w ticketed, digest string) *shared[R] {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.shared[digest]
	switch {
	case s == nil:
		s = new(shared[R])
		o.shared[digest] = s
		return s
	case s.over:
		o.stats.MemoHits++
		o.deliver(w, outcome[R]{digest: digest, value: s.value})
	case w.it.seq == w.seq:
		w.it.interrupt()
		o.move(w.it, parked)
		s.wait = append(s.wait, w)
	}
	return nil
}

// recall looks for a result in the memo.
func (o *async[In, R]) recall(digest string) (v R, ok bool, err error) {
	g := o.node.g
	key := g.keys.memo(o.Name, memoName(o.Generation, digest))
	b, err := g.backend.Get(key)
	if err != nil {
		return v, false, fmt.Errorf("reading %q: %w", key, err)
	}
	if b == nil {
		return v, false, nil
	}
	if v, err = o.Result.Decode(b); err != nil {
		return v, false, fmt.Errorf("decoding %q: %w", key, err)
	}
	return v, true, nil
}

// done hands the result to the epoch, for w and all who wait for the digest.
func (o *async[In, R]) done(w ticketed, digest string, s *shared[R], v R, hit bool) {
	forget := o.Forget != nil && !hit && o.Forget(v)
	o.mu.Lock()
	defer o.mu.Unlock()
	if hit {
		o.stats.MemoHits++
	}
	o.stats.LastError = nil
	r := outcome[R]{digest: digest, value: v}
	if forget {
		r.digest = ""
	}
	o.deliver(w, r)
	if s == nil {
		return
	}
	for _, other := range s.wait {
		o.stats.MemoHits++
		o.deliver(other, r)
	}
	s.over, s.value, s.wait = true, v, nil
	if forget {
		delete(o.shared, digest)
	}
}

// deliver puts a result in line for an epoch. That of a version which is over is
// of use only for its digest.
func (o *async[In, R]) deliver(w ticketed, r outcome[R]) {
	r.key, r.seq = w.it.key, w.seq
	switch {
	case w.it.seq == w.seq && !r.provisional:
		o.move(w.it, running)
		w.it.cancel = nil
	case w.it.seq != w.seq && r.digest == "":
		return
	}
	o.results = append(o.results, r)
	o.node.g.notify()
}

// broken handles the error of a compute that others may wait for.
func (o *async[In, R]) broken(ctx context.Context, w ticketed, in In, digest string, s *shared[R], cause error) error {
	if s == nil {
		return o.failed(ctx, w, in, cause)
	}
	o.mu.Lock()
	others := s.wait
	delete(o.shared, digest)
	cancelled := w.it.seq != w.seq
	if cancelled {
		for _, other := range others {
			if other.it.seq == other.seq {
				o.move(other.it, queued)
				o.urgent.push(other.it)
			}
		}
		o.ready.Broadcast()
	}
	o.mu.Unlock()
	if cancelled {
		return nil
	}
	for _, other := range others {
		in, ok, err := o.load(other)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := o.failed(ctx, other, in, cause); err != nil {
			return err
		}
	}
	return o.failed(ctx, w, in, cause)
}

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
	if attempts == 1 && o.Provisional != nil {
		if v, ok := o.Provisional(in, cause); ok {
			o.mu.Lock()
			o.deliver(w, outcome[R]{value: v, provisional: true})
			o.mu.Unlock()
		}
	}
	o.later(w, o.pause(attempts, cause))
	return nil
}

func (o *async[In, R]) later(w ticketed, pause time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
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
