package dataflow

import "fmt"

// step takes in what changed, then outputs what was computed. In this order a
// result for a version that this epoch replaces is not output.
func (o *async[In, R]) step(x *turn) error {
	o.changes = o.changes[:0]
	o.in.drain(x, func(d Delta[In]) {
		x.at = o.node
		o.groups.add(x, o.Key(d.Value), d)
	})
	for i := range o.groups.list {
		g := &o.groups.list[i]
		x.at, x.cause = o.node, g.causes.unique()
		if err := o.accept(x, g.key, g.batch); err != nil {
			return fmt.Errorf("key %q: %w", g.key, err)
		}
	}
	o.groups.reset()
	for _, r := range o.settled {
		if err := o.settle(x, r); err != nil {
			return fmt.Errorf("key %q: %w", r.key, err)
		}
	}
	for _, k := range o.redo {
		if err := o.again(x, k); err != nil {
			return fmt.Errorf("key %q: %w", k, err)
		}
	}
	for _, k := range o.gone {
		if err := o.vanish(x, k); err != nil {
			return fmt.Errorf("key %q: %w", k, err)
		}
	}
	o.gone = nil
	return o.memos.collect(x)
}

// accept makes the newest version of a key pending, or retracts it.
func (o *async[In, R]) accept(x *turn, key string, batch []Delta[In]) error {
	p, live, err := o.records(x, key)
	if err != nil {
		return err
	}
	n := 0
	switch {
	case p != nil:
		n = p.n
	case live != nil:
		n = live.n
	}
	var newest *In
	for i, d := range batch {
		n += d.Diff
		if d.Diff > 0 {
			newest = &batch[i].Value
		}
	}
	switch {
	case n <= 0:
		if n < 0 {
			x.g.log.Warn("more retractions than values", "in", o.node.String(), "key", key)
		}
		return o.remove(x, key, p, live)
	case newest != nil:
		return o.pend(x, change{key: key, causes: x.cause, live: live != nil}, n, *newest)
	case p != nil:
		p.n = n
		x.tx.put(x.g.keys.pending(o.Name, key), p.encode())
	case live != nil:
		live.n = n
		x.tx.put(x.g.keys.live(o.Name, key), live.encode())
	}
	return nil
}

// pend commits in as the version to compute.
func (o *async[In, R]) pend(x *turn, c change, n int, in In) error {
	b, err := o.In.Encode(nil, in)
	if err != nil {
		return fmt.Errorf("encoding the input: %w", err)
	}
	c.seq = x.epoch
	p := pendingRecord{seq: x.epoch, n: n, in: b}
	p.seen, p.partition = x.g.flights.origin(join(o.held(c.key), c.causes))
	x.tx.put(x.g.keys.pending(o.Name, c.key), p.encode())
	o.changes = append(o.changes, c)
	return nil
}

func (o *async[In, R]) remove(x *turn, key string, p *pendingRecord, live *liveRecord) error {
	if p != nil {
		x.tx.delete(x.g.keys.pending(o.Name, key))
		o.changes = append(o.changes, change{key: key})
	}
	if live == nil {
		return nil
	}
	if p != nil {
		x.cause = join(x.cause, o.held(key))
	}
	x.tx.delete(x.g.keys.live(o.Name, key))
	return o.retract(x, live)
}

// retract outputs the end of a live output, from what was stored of it.
func (o *async[In, R]) retract(x *turn, live *liveRecord) error {
	old, err := o.decode(x, live)
	if err != nil {
		return err
	}
	o.out.push(x, Delta[Done[In, R]]{old, -1})
	x.at = o.node
	if live.memo == "" {
		return nil
	}
	return o.memos.release(x, live.memo)
}

// settle outputs a result, if it is for the version that is pending. Other
// results are kept only for their digests.
func (o *async[In, R]) settle(x *turn, r outcome[R]) error {
	x.at, x.cause = o.node, o.held(r.key)
	p, live, err := o.records(x, r.key)
	if err != nil {
		return err
	}
	current := p != nil && p.seq == r.seq
	switch {
	case !current && r.digest == "":
		return nil
	case !current:
		return o.memos.keep(x, memoName(o.Generation, r.digest), o.encoder(r.value))
	case r.provisional && live != nil && live.seq == r.seq:
		return nil // has been output before a restart
	}
	in, err := o.In.Decode(p.in)
	if err != nil {
		return fmt.Errorf("decoding the pending input: %w", err)
	}
	now := liveRecord{seq: r.seq, n: p.n, in: p.in}
	if r.digest != "" {
		now.memo = memoName(o.Generation, r.digest)
		err = o.memos.acquire(x, now.memo, o.encoder(r.value))
	} else {
		now.result, err = o.encoder(r.value)()
	}
	if err != nil {
		return err
	}
	if live != nil {
		if err := o.retract(x, live); err != nil {
			return err
		}
	}
	x.tx.put(x.g.keys.live(o.Name, r.key), now.encode())
	if !r.provisional {
		x.tx.delete(x.g.keys.pending(o.Name, r.key))
		o.changes = append(o.changes, change{key: r.key})
	}
	o.out.push(x, Delta[Done[In, R]]{Done[In, R]{in, r.value}, +1})
	return nil
}

func (o *async[In, R]) encoder(v R) func() ([]byte, error) {
	return func() ([]byte, error) {
		b, err := o.Result.Encode(nil, v)
		if err != nil {
			return nil, fmt.Errorf("encoding the result: %w", err)
		}
		return b, nil
	}
}

// again makes the input of a live output pending. A key that is pending already
// has been hurried up by retry.
func (o *async[In, R]) again(x *turn, key string) error {
	p, live, err := o.records(x, key)
	if err != nil || p != nil || live == nil {
		return err
	}
	in, err := o.In.Decode(live.in)
	if err != nil {
		return fmt.Errorf("decoding the stored input: %w", err)
	}
	f := x.g.flights.start(&flight{background: true, size: 1})
	x.finished = append(x.finished, f)
	return o.pend(x, change{key: key, causes: []*flight{f}, live: true}, live.n, in)
}

// vanish removes a key whose input is not there any more.
func (o *async[In, R]) vanish(x *turn, key string) error {
	x.cause = nil
	p, live, err := o.records(x, key)
	if err != nil || p != nil {
		return err // it has come back
	}
	return o.remove(x, key, nil, live)
}

// held returns the flights of a pending key.
func (o *async[In, R]) held(key string) []*flight {
	o.mu.Lock()
	defer o.mu.Unlock()
	if it := o.items[key]; it != nil {
		return it.causes
	}
	return nil
}

// committed lets workers have what the epoch made pending, and stops the work
// that it replaced.
func (o *async[In, R]) committed(x *turn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.changes {
		it := o.items[c.key]
		if c.seq == 0 {
			x.finished = append(x.finished, it.causes...)
			o.end(it)
			continue
		}
		if it == nil {
			it = &item{key: c.key}
			o.items[c.key] = it
			o.counts[it.state]++
		}
		it.causes = x.g.flights.extend(it.causes, c.causes)
		o.enqueue(it, c.seq, !o.goesFirst(x.g, c))
	}
	for _, r := range o.settled {
		if !r.provisional {
			o.stats.Done++
		}
		if s := o.shared[r.digest]; r.digest != "" && s != nil && s.over {
			delete(o.shared, r.digest)
		}
	}
	clear(o.settled)
	o.settled = o.settled[:0]
	if len(o.changes) > 0 {
		o.ready.Broadcast()
	}
}
