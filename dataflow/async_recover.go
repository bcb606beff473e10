package dataflow

import (
	"context"
	"encoding/binary"
	"fmt"
)

// recover takes up what was pending, and makes everything pending if the
// generation is another one or the operator is new.
func (o *async[In, R]) recover(ctx context.Context, x *turn) error {
	at := x.g.keys.generation(o.Name)
	was, err := x.g.backend.Get(at)
	if err != nil {
		return fmt.Errorf("reading %q: %w", at, err)
	}
	if was == nil || string(was) != o.Generation {
		if was != nil {
			x.g.log.Info("computing every input again", "in", o.node.String(), "was", string(was), "is", o.Generation)
		}
		if err := o.rederive(ctx, x); err != nil {
			return err
		}
	}
	if err := o.memos.recover(x); err != nil {
		return err
	}
	return o.resume(x)
}

// resume queues what is pending in the store.
func (o *async[In, R]) resume(x *turn) error {
	type origin struct {
		seen      int64
		partition string
	}
	known := make(map[origin]*flight)
	prefix := x.g.keys.pending(o.Name, "")
	err := x.g.backend.Scan(prefix, func(k, b []byte) error {
		p, err := decodePending(b)
		if err != nil {
			return fmt.Errorf("reading %q: %w", k, err)
		}
		from := origin{p.seen.UnixNano(), p.partition}
		f := known[from]
		if f == nil {
			f = x.g.flights.start(&flight{seen: p.seen, partition: p.partition, background: p.seen.IsZero(), size: smallBatch + 1})
			known[from] = f
		}
		it := &item{key: string(k[len(prefix):])}
		it.causes = x.g.flights.extend(nil, []*flight{f})
		o.mu.Lock() // the state may be looked at already
		defer o.mu.Unlock()
		o.items[it.key] = it
		o.counts[it.state]++
		o.enqueue(it, p.seq, true)
		return nil
	})
	for _, f := range known {
		x.g.flights.release([]*flight{f})
	}
	return err
}

// perCommit bounds what rederive writes at once.
const perCommit = 1024

// rederive makes every input pending. It writes the generation last: a crash on
// the way has it begin again.
func (o *async[In, R]) rederive(ctx context.Context, x *turn) error {
	r := &rederiving[In, R]{op: o, x: x, tx: newTx(x.g.backend, perCommit), times: make(map[string]int)}
	r.full = func() error { return r.flush(ctx) }
	var err error
	if o.upstream != nil {
		err = o.upstream(x, r.add)
	} else {
		err = o.scanLive(x, r.addLive)
	}
	if err == nil {
		err = r.err
	}
	if err != nil {
		return fmt.Errorf("reading the inputs of %s again: %w", o.node, err)
	}
	if o.upstream != nil {
		if err := r.findGone(); err != nil {
			return err
		}
	}
	r.tx.put(x.g.keys.generation(o.Name), []byte(o.Generation))
	x.output = true
	return r.flush(ctx)
}

// rederiving is one pass of rederive.
type rederiving[In, R any] struct {
	op    *async[In, R]
	x     *turn
	tx    *Tx
	times map[string]int // how often a key is in the input
	full  func() error   // called when perCommit writes are staged
	err   error
}

func (r *rederiving[In, R]) add(x *turn, d Delta[In]) {
	if r.err != nil {
		return
	}
	x.at = r.op.node
	key := r.op.Key(d.Value)
	r.times[key] += d.Diff
	if d.Diff <= 0 {
		return
	}
	in, err := r.op.In.Encode(nil, d.Value)
	if err != nil {
		r.err = fmt.Errorf("encoding key %q: %w", key, err)
		return
	}
	r.err = r.put(key, in)
}

func (r *rederiving[In, R]) addLive(key string, live *liveRecord) error {
	b, err := r.x.g.backend.Get(r.x.g.keys.pending(r.op.Name, key))
	if err != nil || b != nil {
		return err
	}
	r.times[key] = live.n
	return r.put(key, append([]byte(nil), live.in...))
}

// put makes in pending for key. What was pending keeps its origin: it is not
// visible yet.
func (r *rederiving[In, R]) put(key string, in []byte) error {
	p := &pendingRecord{seq: r.x.epoch, n: max(1, r.times[key]), in: in}
	at := r.x.g.keys.pending(r.op.Name, key)
	b, err := r.tx.Get(at)
	if err != nil {
		return err
	}
	if b != nil {
		old, err := decodePending(b)
		if err != nil {
			return fmt.Errorf("reading %q: %w", at, err)
		}
		p.seen, p.partition = old.seen, old.partition
	}
	r.tx.put(at, p.encode())
	if len(r.tx.writes) < perCommit {
		return nil
	}
	return r.full()
}

// flush commits what is staged. It uses up the number of the epoch, which is that
// of the versions.
func (r *rederiving[In, R]) flush(ctx context.Context) error {
	g := r.x.g
	r.tx.put(g.keys.epoch(), binary.AppendUvarint(nil, uint64(r.x.epoch)))
	if err := g.write(ctx, r.x.epoch, r.tx.writes, true); err != nil {
		return err
	}
	r.tx = newTx(g.backend, perCommit)
	return nil
}

// findGone notes the live keys that have no input any more, as happens when a
// function upstream is not the same: the first epoch retracts them. What waits
// of them is dropped.
func (r *rederiving[In, R]) findGone() error {
	prefix := r.x.g.keys.pending(r.op.Name, "")
	err := r.x.g.backend.Scan(prefix, func(k, _ []byte) error {
		if r.times[string(k[len(prefix):])] <= 0 {
			r.tx.Delete(k)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.op.scanLive(r.x, func(key string, _ *liveRecord) error {
		if r.times[key] <= 0 {
			r.op.gone = append(r.op.gone, key)
		}
		return nil
	})
}
