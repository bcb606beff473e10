package dataflow

import (
	"bytes"
	"context"
	"fmt"
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

	queue queue[sent[T]]
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

	// Keep is what the source itself wants to remember, committed in one
	// write with the deltas. The keys are those of the input alone; see
	// Feed.Kept. The input owns the slices.
	Keep []Write

	// Seen is when the changes were noticed; zero means now.
	Seen time.Time
}

func (b Batch[T]) origin(size int) *flight {
	f := &flight{seen: b.Seen, partition: b.Partition, size: size}
	if f.seen.IsZero() {
		f.seen = time.Now()
	}
	return f
}

// A Ticket stands for one batch that was sent; see Graph.Wait. The zero Ticket
// is that of an empty batch.
type Ticket struct{ f *flight }

// sent is a batch in the queue.
type sent[T any] struct {
	records   []record[T]
	partition string
	offset    []byte
	keep      []Write
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
	n.object = in
	n.build = func(b *builder, n *node, _ []any) any {
		in.out = &port[T]{scan: in.scan}
		b.run(n, in)
		return in.out
	}
	return in
}

// Stream returns the collection as a stream.
func (in *Input[T]) Stream() Stream[T] { return Stream[T]{in.node} }

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
	if len(records) == 0 && b.Offset == nil && len(b.Keep) == 0 {
		return Ticket{}, nil
	}
	t, err := send(ctx, in.node, &in.queue, b.origin(len(records)), max(1, len(records)), func(f *flight) sent[T] {
		return sent[T]{records: records, partition: b.Partition, offset: bytes.Clone(b.Offset), keep: b.Keep, causes: []*flight{f}}
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("sending to %s: %w", in.node, err)
	}
	return t, nil
}

// Close says that nothing more will be sent. A graph whose inputs are all closed
// ends when nothing is pending.
func (in *Input[T]) Close() { in.queue.close(in.node.g) }

func (in *Input[T]) exhausted() bool { return in.queue.exhausted() }
func (in *Input[T]) queued() int     { return in.queue.weight() }

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
func (in *Input[T]) Offset(partition string) ([]byte, error) { return offsetOf(in.node, partition) }

func offsetOf(n *node, partition string) ([]byte, error) {
	g := n.g
	if err := g.awaitStart(context.Background()); err != nil {
		return nil, fmt.Errorf("reading the offset of %s: %w", n, err)
	}
	b, err := g.backend.Get(g.keys.offset(n.name, partition))
	if err != nil {
		return nil, fmt.Errorf("reading the offset of %s, partition %q: %w", n, partition, err)
	}
	return b, nil
}
