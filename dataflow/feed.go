package dataflow

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"sync/atomic"
)

// A Feed is an input that takes differences as they are: events that only come,
// or changes that say themselves what they replace. The engine keeps none of
// them; an Input keeps its collection.
type Feed[T any] struct {
	node *node
	out  *port[T]

	queue queue[fed[T]]
	taken []fed[T] // by the running epoch

	stepped       int64 // batches in the running epoch
	sent, settled atomic.Int64
}

// fed is a batch in the queue.
type fed[T any] struct {
	deltas    []Delta[T]
	partition string
	offset    []byte
	keep      []Write
	causes    []*flight
}

// NewFeed adds a Feed.
func NewFeed[T any](g *Graph, name string) *Feed[T] {
	n := g.addNamed("feed", name)
	f := &Feed[T]{node: n}
	n.object = f
	n.build = func(b *builder, n *node, _ []any) any {
		f.out = new(port[T])
		b.run(n, f)
		return f.out
	}
	return f
}

// Stream returns the differences as a stream.
func (f *Feed[T]) Stream() Stream[T] { return Stream[T]{f.node} }

// Send hands a batch over and returns before it is committed; see Graph.Wait. The
// whole batch is part of one epoch. Send blocks until Run has recovered its
// state, and while much that was sent before waits. Any goroutine may call it;
// batches that one goroutine sends keep their order. The feed owns the deltas.
func (f *Feed[T]) Send(ctx context.Context, b Batch[T]) (Ticket, error) {
	if len(b.Deltas) == 0 && b.Offset == nil && len(b.Keep) == 0 {
		return Ticket{}, nil
	}
	t, err := send(ctx, f.node, &f.queue, b.origin(len(b.Deltas)), max(1, len(b.Deltas)), func(fl *flight) fed[T] {
		f.sent.Add(1)
		return fed[T]{b.Deltas, b.Partition, bytes.Clone(b.Offset), b.Keep, []*flight{fl}}
	})
	if err != nil {
		return Ticket{}, fmt.Errorf("sending to %s: %w", f.node, err)
	}
	return t, nil
}

// Insert sends values that are new.
func (f *Feed[T]) Insert(ctx context.Context, values ...T) (Ticket, error) {
	deltas := make([]Delta[T], len(values))
	for i, v := range values {
		deltas[i] = Delta[T]{v, +1}
	}
	return f.Send(ctx, Batch[T]{Deltas: deltas})
}

// perBatch is how many values of a channel or an iterator one batch takes.
const perBatch = 1024

// Consume inserts every value of ch, until ch is closed or ctx is done, which is
// the error. What is ready at a time is one batch.
func (f *Feed[T]) Consume(ctx context.Context, ch <-chan T) error {
	for {
		var batch []T
		select {
		case <-ctx.Done():
			return ctx.Err()
		case v, ok := <-ch:
			if !ok {
				return nil
			}
			batch = append(batch, v)
		}
		for more := true; more && len(batch) < perBatch; {
			select {
			case v, ok := <-ch:
				if more = ok; ok {
					batch = append(batch, v)
				}
			default:
				more = false
			}
		}
		if _, err := f.Insert(ctx, batch...); err != nil {
			return err
		}
	}
}

// InsertAll inserts every value that seq yields.
func (f *Feed[T]) InsertAll(ctx context.Context, seq iter.Seq[T]) error {
	var batch []T
	flush := func() error {
		_, err := f.Insert(ctx, batch...)
		batch = nil
		return err
	}
	for v := range seq {
		if batch = append(batch, v); len(batch) == perBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// Close says that nothing more will be sent. A graph whose inputs are all closed
// ends when nothing is pending.
func (f *Feed[T]) Close() { f.queue.close(f.node.g) }

// Offset returns what was last committed for partition, or nil. It waits until
// Run has recovered its state.
func (f *Feed[T]) Offset(partition string) ([]byte, error) { return offsetOf(f.node, partition) }

func (f *Feed[T]) exhausted() bool { return f.queue.exhausted() }
func (f *Feed[T]) queued() int     { return f.queue.weight() }

func (f *Feed[T]) take(limit, _ int) (n int) {
	f.taken, n = f.queue.take(f.taken[:0], limit)
	return n
}

// step pushes what was taken, the workers side by side: each the next part of the
// whole, so that an exchange, which goes from worker to worker, keeps the order.
func (f *Feed[T]) step(x *turn) error {
	n := 0
	for _, b := range f.taken {
		n += len(b.deltas)
		if b.offset != nil {
			x.tx.put(x.g.keys.offset(f.node.name, b.partition), b.offset)
		}
		x.keep(f.node, b.keep)
		x.finished = append(x.finished, b.causes...)
	}
	err := x.each(n, func(w *turn) error {
		from, to := share(w, n)
		for _, b := range f.taken {
			w.cause = b.causes
			size := len(b.deltas)
			for _, d := range b.deltas[min(max(from, 0), size):min(max(to, 0), size)] {
				if d.Diff != 0 {
					f.out.push(w, d)
				}
			}
			from, to = from-size, to-size
		}
		return nil
	})
	f.stepped += int64(len(f.taken))
	clear(f.taken)
	f.taken = f.taken[:0]
	return err
}

func (f *Feed[T]) recover(_ context.Context, x *turn) error { return knowPartitions(x, f.node) }
