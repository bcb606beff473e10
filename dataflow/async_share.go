package dataflow

import "context"

// A shared is the outcome for one digest: being computed by the item that made
// it, or over and on its way into the memo.
type shared[R any] struct {
	over  bool
	value R
	wait  []ticketed // who else wants it
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
