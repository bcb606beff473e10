package dataflow

import (
	"context"
	"errors"
	"fmt"
)

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
		err = errors.New("no function from Prepare")
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
