package dataflow

import (
	"context"
	"fmt"
)

// A Sink receives the changes of a stream, epoch by epoch. The engine calls it
// from one goroutine.
type Sink[T any] interface {
	// Write stages what the changes leave in the store; it becomes part of
	// the epoch's atomic write. The batch has the deltas in the order in
	// which they came, consolidated if the stream is, and is valid until
	// Write returns. An error ends Run, with nothing of the epoch written.
	Write(tx *Tx, e Epoch, batch []Delta[T]) error

	// Committed is called after the write, once for each epoch that had
	// changes for this sink, in order. It is not called again for an epoch
	// that was written when the process died before: what it derives must
	// be compared with the store at start. An error ends Run.
	Committed(ctx context.Context, e Epoch) error
}

// A Recoverer is a Sink that has to know what was committed of what it staged, to
// undo what it did outside for an epoch that was not.
type Recoverer interface {
	// Recover is called once, before the first epoch. Get returns what is
	// committed under a key of Tx.Put, or nil; get itself is nil if the
	// graph has no Backend, so that nothing outlives it. An error ends Run.
	Recover(get func(key []byte) ([]byte, error)) error
}

// To connects s to a sink.
func To[T any](s Stream[T], name string, sink Sink[T]) {
	if s.n == nil {
		return
	}
	g := s.n.g
	n := g.addNamed("sink", name, s.n)
	n.sink, n.object = true, sink
	if sink == nil {
		g.problem(n, "is nil")
	}
	n.build = func(b *builder, n *node, in []any) any {
		t := &sinkStage[T]{node: n, sink: sink, in: newInbox[T](b)}
		b.run(n, t)
		in[0].(*port[T]).read(t.in.add)
		return nil
	}
}

type sinkStage[T any] struct {
	node    *node
	sink    Sink[T]
	in      inbox[T]
	batch   []Delta[T]
	written bool // in the running epoch
}

func (t *sinkStage[T]) recover(_ context.Context, x *turn) error {
	r, ok := t.sink.(Recoverer)
	if !ok {
		return nil
	}
	if x.g.opts.Backend == nil {
		return r.Recover(nil)
	}
	return r.Recover(x.g.backend.Get)
}

func (t *sinkStage[T]) step(x *turn) error {
	t.in.drain(x, func(d Delta[T]) { t.batch = append(t.batch, d) })
	t.written = len(t.batch) > 0
	if !t.written {
		return nil
	}
	x.at, x.output = t.node, true
	err := t.sink.Write(x.tx, x.epoch, t.batch)
	clear(t.batch)
	t.batch = t.batch[:0]
	return err
}

func (t *sinkStage[T]) published(ctx context.Context, x *turn) error {
	if !t.written {
		return nil
	}
	x.at = t.node
	if err := t.sink.Committed(ctx, x.epoch); err != nil {
		return fmt.Errorf("after epoch %d: %w", x.epoch, err)
	}
	return nil
}
