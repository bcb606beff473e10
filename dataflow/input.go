package dataflow

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"
)

// An Input is a collection by key that sources write. The engine keeps it, so a
// source says only what a key is now, or that it is gone; the stream carries the
// retraction of what it was.
type Input[T any] struct {
	node  *node
	key   func(T) string
	codec Codec[T]
	out   *port[T]

	mu      sync.Mutex // guards what follows
	queue   []sent[T]
	waiting int           // deltas in queue
	space   chan struct{} // closed when queue gets shorter; nil if nobody waits

	taken []sent[T] // by the running epoch
}

// A Batch is what a source found in one look.
type Batch[T any] struct {
	// Deltas say, in order, what a key is now (Diff above 0) or that it is
	// gone (below 0; only what the key is made of need be set). An upsert
	// of what is there already, by its encoded bytes, changes nothing.
	Deltas []Delta[T]

	// Offset, if not nil, is committed in one write with the deltas, under
	// the input and Partition.
	Partition string
	Offset    []byte

	// Seen is when the changes were noticed; zero means now.
	Seen time.Time
}

// A Ticket stands for one batch that was sent; see Graph.Wait. The zero Ticket
// is that of an empty batch.
type Ticket struct{ f *flight }

// sent is a batch in the queue.
type sent[T any] struct {
	records   []record[T]
	partition string
	offset    []byte
	causes    []*flight
}

// A record is what a key becomes: nothing, if bytes is nil.
type record[T any] struct {
	key   string
	value T
	bytes []byte
}

// NewInput adds an input. Key returns what names a value within it.
func NewInput[T any](g *Graph, name string, key func(T) string, c Codec[T]) *Input[T] {
	n := g.addNamed("input", name)
	if key == nil || !c.complete() {
		g.problem(n, "needs a key and both functions of its codec")
	}
	in := &Input[T]{node: n, key: key, codec: c}
	in.out = &port[T]{node: n, scan: in.scan}
	n.stage = in
	return in
}

// Stream returns the collection as a stream.
func (in *Input[T]) Stream() Stream[T] { return Stream[T]{in.out} }

// Send hands a batch over and returns before it is committed; see Graph.Wait.
// The whole batch is part of one epoch. Send blocks until Run has recovered its
// state, and while much that was sent before waits. Any goroutine may call it;
// batches that one goroutine sends keep their order. The deltas may be reused
// when it returns.
func (in *Input[T]) Send(ctx context.Context, b Batch[T]) (Ticket, error) {
	var records []record[T]
	err := guarded(func() (err error) {
		records, err = in.encode(b.Deltas)
		return err
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("sending to %s: %w", in.node, err)
	}
	if err := in.node.g.awaitStart(ctx); err != nil {
		return Ticket{}, fmt.Errorf("sending to %s: %w", in.node, err)
	}
	if len(records) == 0 && b.Offset == nil {
		return Ticket{}, nil
	}
	s := sent[T]{records: records, partition: b.Partition, offset: bytes.Clone(b.Offset)}
	if b.Seen.IsZero() {
		b.Seen = time.Now()
	}
	f := &flight{seen: b.Seen, partition: b.Partition, size: len(records)}
	if err := in.enqueue(ctx, s, f); err != nil {
		return Ticket{}, fmt.Errorf("sending to %s: %w", in.node, err)
	}
	in.node.g.notify()
	return Ticket{f}, nil
}

func (in *Input[T]) encode(deltas []Delta[T]) ([]record[T], error) {
	records := make([]record[T], 0, len(deltas))
	for _, d := range deltas {
		if d.Diff == 0 {
			continue
		}
		r := record[T]{key: in.key(d.Value)}
		if d.Diff > 0 {
			b, err := in.codec.Encode(nil, d.Value)
			if err != nil {
				return nil, fmt.Errorf("encoding key %q: %w", r.key, err)
			}
			r.value, r.bytes = d.Value, b
			if b == nil {
				r.bytes = []byte{}
			}
		}
		records = append(records, r)
	}
	return records, nil
}

// enqueue waits for room. A batch larger than the queue is let in when it is
// empty.
func (in *Input[T]) enqueue(ctx context.Context, s sent[T], f *flight) error {
	g := in.node.g
	for {
		in.mu.Lock()
		if in.waiting == 0 || in.waiting+len(s.records) <= g.opts.queue() {
			s.causes = []*flight{g.flights.start(f)}
			in.queue = append(in.queue, s)
			in.waiting += s.weight()
			in.mu.Unlock()
			return g.alive()
		}
		if in.space == nil {
			in.space = make(chan struct{})
		}
		space := in.space
		in.mu.Unlock()
		select {
		case <-space:
		case <-g.ended:
			return g.endedError()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// weight makes a batch of an offset alone count.
func (s sent[T]) weight() int { return max(1, len(s.records)) }

// Each calls fn for every value of the collection as of about the last commit,
// by ascending key, until fn fails, and returns that error. It waits until Run
// has recovered its state.
func (in *Input[T]) Each(fn func(T) error) error {
	g := in.node.g
	if err := g.awaitStart(context.Background()); err != nil {
		return fmt.Errorf("reading %s: %w", in.node, err)
	}
	return in.each(fn)
}

func (in *Input[T]) each(fn func(T) error) error {
	g := in.node.g
	return g.backend.Scan(g.keys.input(in.node.name, ""), func(k, b []byte) error {
		v, err := in.codec.Decode(b)
		if err != nil {
			return fmt.Errorf("reading %s: decoding %q: %w", in.node, k, err)
		}
		return fn(v)
	})
}

func (in *Input[T]) scan(x *turn, emit func(*turn, Delta[T])) error {
	return in.each(func(v T) error {
		emit(x, Delta[T]{v, +1})
		return nil
	})
}

// Offset returns what was last committed for partition, or nil. It waits until
// Run has recovered its state.
func (in *Input[T]) Offset(partition string) ([]byte, error) {
	g := in.node.g
	if err := g.awaitStart(context.Background()); err != nil {
		return nil, fmt.Errorf("reading the offset of %s: %w", in.node, err)
	}
	b, err := g.backend.Get(g.keys.offset(in.node.name, partition))
	if err != nil {
		return nil, fmt.Errorf("reading the offset of %s, partition %q: %w", in.node, partition, err)
	}
	return b, nil
}
