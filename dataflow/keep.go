package dataflow

import (
	"context"
	"fmt"
)

// keep stages what a source wants to remember of its own.
func (x *turn) keep(n *node, writes []Write) {
	for _, w := range writes {
		w.Key = x.g.keys.kept(n.name, string(w.Key))
		x.tx.write(w)
	}
}

// Kept returns what was last committed for key by Batch.Keep, or nil. It waits
// until Run has recovered its state.
func (f *Feed[T]) Kept(key []byte) ([]byte, error) {
	g := f.node.g
	if err := g.awaitStart(context.Background()); err != nil {
		return nil, fmt.Errorf("reading what %s keeps: %w", f.node, err)
	}
	b, err := g.backend.Get(g.keys.kept(f.node.name, string(key)))
	if err != nil {
		return nil, fmt.Errorf("reading what %s keeps under %q: %w", f.node, key, err)
	}
	return b, nil
}

// EachKept calls fn for every key with prefix that was committed by Batch.Keep, in
// ascending order, until fn fails, and returns that error. Key and value are
// valid until fn returns. It waits until Run has recovered its state.
func (f *Feed[T]) EachKept(prefix []byte, fn func(key, value []byte) error) error {
	g := f.node.g
	if err := g.awaitStart(context.Background()); err != nil {
		return fmt.Errorf("reading what %s keeps: %w", f.node, err)
	}
	own := len(g.keys.kept(f.node.name, ""))
	err := g.backend.Scan(g.keys.kept(f.node.name, string(prefix)), func(k, v []byte) error { return fn(k[own:], v) })
	if err != nil {
		return fmt.Errorf("reading what %s keeps: %w", f.node, err)
	}
	return nil
}

// Durable tells whether what is committed outlives Run: whether Options.Backend
// is set. It waits until Run has recovered its state.
func (f *Feed[T]) Durable(ctx context.Context) (bool, error) {
	g := f.node.g
	if err := g.awaitStart(ctx); err != nil {
		return false, err
	}
	return g.opts.Backend != nil, nil
}

// Static tells whether all that is sent becomes one epoch: whether Options.Static
// is set. It waits until Run has recovered its state.
func (f *Feed[T]) Static(ctx context.Context) (bool, error) { return staticGraph(ctx, f.node.g) }

// Static is like Feed.Static.
func (in *Input[T]) Static(ctx context.Context) (bool, error) { return staticGraph(ctx, in.node.g) }

func staticGraph(ctx context.Context, g *Graph) (bool, error) {
	if err := g.awaitStart(ctx); err != nil {
		return false, err
	}
	return g.opts.Static, nil
}

// Flush returns when every batch that was sent before is committed. Unlike
// Graph.Wait it does not wait for the asynchronous work that follows from them.
// With Options.Static nothing is committed before all inputs are closed.
func (f *Feed[T]) Flush(ctx context.Context) error {
	g, target := f.node.g, f.sent.Load()
	return g.await(ctx, func() <-chan struct{} {
		changed := g.Changed() // before looking, so that no epoch is missed
		if f.settled.Load() >= target {
			return nil
		}
		return changed
	})
}

// committed counts the batches of the epoch that has been written.
func (f *Feed[T]) committed(*turn) {
	f.settled.Add(f.stepped)
	f.stepped = 0
}
