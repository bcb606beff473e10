package dataflow

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// A turn is one epoch while it is computed and committed.
type turn struct {
	g     *Graph
	epoch Epoch
	tx    *Tx

	at       *node     // whose function is being called
	cause    []*flight // what the delta that is pushed is part of
	finished []*flight // references given up when the epoch is done
	output   bool      // a sink had changes, or recovery has used up the epoch
}

// guard calls f and says in which operator its error or panic arose.
func (x *turn) guard(f func() error) error {
	err := guarded(f)
	if err == nil {
		return nil
	}
	var p *PanicError
	if errors.As(err, &p) {
		x.g.log.Error("panic", "in", x.at.String(), "value", p.Value, "stack", string(p.Stack))
	}
	return fmt.Errorf("%s: %w", x.at, err)
}

// turn runs one epoch of what waits. It returns false if nothing does.
func (g *Graph) turn(ctx context.Context) (took bool, err error) {
	n := 0
	for _, t := range stages[taker](g) {
		n += t.take(g.opts.batch(), g.opts.results())
	}
	if n == 0 {
		return false, nil
	}
	// A result makes 4 writes: the output, its memo and references, and the
	// end of what was pending.
	x := &turn{g: g, epoch: g.epoch + 1, tx: newTx(g.backend, 4*n+1)}
	for _, n := range g.nodes {
		s, ok := n.stage.(stage)
		if !ok {
			continue
		}
		x.at, x.cause = n, nil
		if err := x.guard(func() error { return s.step(x) }); err != nil {
			return true, fmt.Errorf("epoch %d: %w", x.epoch, err)
		}
	}
	return true, g.commit(ctx, x)
}

// commit makes the epoch durable, then visible, then lets go of those who wait
// for it. An epoch that changed nothing has no number and is not written.
func (g *Graph) commit(ctx context.Context, x *turn) error {
	written := x.output || len(x.tx.writes) > 0
	if written {
		x.tx.put(g.keys.epoch(), binary.AppendUvarint(nil, uint64(x.epoch)))
		if err := g.write(ctx, x.epoch, x.tx.writes, x.output); err != nil {
			return err
		}
	}
	for _, c := range stages[committer](g) {
		c.committed(x)
	}
	if written {
		if err := g.publish(ctx, x); err != nil {
			return err
		}
	}
	g.flights.release(x.finished)
	g.announce()
	return nil
}

// announce wakes those who wait for Changed. They also want to know of an epoch
// that changed nothing, since Status has fewer deltas pending.
func (g *Graph) announce() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.changed)
	g.changed = make(chan struct{})
}

func (g *Graph) publish(ctx context.Context, x *turn) error {
	for _, p := range stages[publisher](g) {
		if err := x.guard(func() error { return p.published(ctx, x) }); err != nil {
			return err
		}
	}
	g.mu.Lock()
	g.epoch = x.epoch
	g.mu.Unlock()
	if g.opts.OnCommit != nil {
		g.opts.OnCommit(x.epoch)
	}
	return nil
}

// Pauses between tries of a commit that fails for the time being.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 5 * time.Second
)

// write commits the writes of epoch e, however often it takes. They are synced if
// a sink had changes: what only the engine knows, the sources would send again.
func (g *Graph) write(ctx context.Context, e Epoch, writes []Write, sync bool) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := g.backend.Commit(writes, sync)
		if err == nil {
			g.stall(nil)
			return nil
		}
		if g.opts.Transient == nil || !g.opts.Transient(err) {
			return fmt.Errorf("committing epoch %d: %w", e, err)
		}
		g.log.Warn("commit will be tried again", "epoch", e, "error", err, "in", pause)
		g.stall(err)
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func (g *Graph) stall(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stalled = err
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
