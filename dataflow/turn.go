package dataflow

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A turn is one epoch while it is computed and committed, as one worker sees it.
// The scheduler is worker 0.
type turn struct {
	*round
	worker int
	at     *node     // whose function is being called
	cause  []*flight // what the delta that is pushed is part of
	writes []Write   // of keyed state, which no other worker writes
}

// A round is what the workers of one epoch share.
type round struct {
	g        *Graph
	epoch    Epoch
	tx       *Tx
	turns    []*turn   // of the workers
	finished []*flight // references given up when the epoch is done
	output   bool      // a sink had changes, or recovery has used up the epoch
}

// newTurn begins an epoch of about writes writes.
func (g *Graph) newTurn(writes int) *turn {
	r := &round{g: g, epoch: g.epoch + 1, tx: newTx(g.backend, writes)}
	for i := range max(1, g.opts.workers()) {
		r.turns = append(r.turns, &turn{round: r, worker: i})
	}
	return r.turns[0]
}

// tracked tells whether anyone wants to know what deltas are part of.
func (x *turn) tracked() bool { return x.g.running != nil && x.g.running.tracks }

// enough is how many deltas are worth waking other workers for.
const enough = 256

func (o Options) enough() int {
	if o.eager {
		return 1
	}
	return enough
}

// each calls f once for every worker, at the same time if there are enough
// deltas for that.
func (x *turn) each(deltas int, f func(*turn) error) error {
	if len(x.turns) == 1 {
		return f(x)
	}
	errs := make([]error, len(x.turns))
	var wg sync.WaitGroup
	for i, w := range x.turns {
		w.at = x.at
		if w != x && deltas >= x.g.opts.enough() {
			wg.Go(func() { errs[i] = w.guard(func() error { return f(w) }) })
		}
	}
	errs[x.worker] = x.guard(func() error { return f(x) })
	for i, w := range x.turns {
		if w != x && deltas < x.g.opts.enough() {
			errs[i] = w.guard(func() error { return f(w) })
		}
	}
	wg.Wait()
	return errors.Join(errs...)
}

// share returns which of a number of deltas are for worker x, when all of them are
// handed to each.
func share(x *turn, deltas int) (from, to int) {
	switch w := len(x.turns); {
	case deltas >= x.g.opts.enough():
		return x.worker * deltas / w, (x.worker + 1) * deltas / w
	case x.worker == 0:
		return 0, deltas
	}
	return 0, 0
}

// guard calls f and says in which operator its error or panic arose.
func (x *turn) guard(f func() error) error {
	err := guarded(f)
	if err == nil {
		return nil
	}
	var named *opError
	if errors.As(err, &named) {
		return err
	}
	var p *PanicError
	if errors.As(err, &p) {
		x.g.log.Error("panic", "in", x.at.String(), "value", p.Value, "stack", string(p.Stack))
	}
	return &opError{x.at, err}
}

// An opError is an error of an operator.
type opError struct {
	at    *node
	cause error
}

func (e *opError) Error() string { return fmt.Sprintf("%s: %v", e.at, e.cause) }
func (e *opError) Unwrap() error { return e.cause }

// turn runs one epoch of what waits. It returns false if nothing does.
func (g *Graph) turn(ctx context.Context) (took bool, err error) {
	n := g.take()
	if n == 0 {
		return false, nil
	}
	// A result makes 4 writes: the output, its memo and references, and the
	// end of what was pending. Most of a large batch are no results.
	x := g.newTurn(min(4*n+1, 4*g.opts.results()))
	if err := g.step(x); err != nil {
		return true, err
	}
	return true, g.commit(ctx, x)
}

func (g *Graph) take() (n int) {
	g.gate.Lock()
	defer g.gate.Unlock()
	for _, t := range stages[taker](g.running) {
		n += t.take(g.opts.batch(), g.opts.results())
	}
	return n
}

func (g *Graph) step(x *turn) error {
	for _, o := range g.running.ops {
		s, ok := o.stage.(stage)
		if !ok {
			continue
		}
		x.at, x.cause = o.node, nil
		if err := x.guard(func() error { return s.step(x) }); err != nil {
			return fmt.Errorf("epoch %d: %w", x.epoch, err)
		}
	}
	return nil
}

// absorb takes what waits into an epoch that stays open.
func (g *Graph) absorb(x *turn) error {
	for _, o := range g.running.ops {
		x.at, x.cause = o.node, nil
		var err error
		switch s := o.stage.(type) {
		case closer:
			err = x.guard(func() error { return o.stage.(stage).step(x) })
		case absorber:
			err = x.guard(func() error { return s.absorb(x) })
		}
		if err != nil {
			return fmt.Errorf("epoch %d: %w", x.epoch, err)
		}
	}
	return nil
}

// commit makes the epoch durable, then visible, then lets go of those who wait
// for it. An epoch that changed nothing has no number and is not written.
func (g *Graph) commit(ctx context.Context, x *turn) error {
	for _, w := range x.turns {
		x.tx.writes = append(x.tx.writes, w.writes...)
	}
	written := x.output || len(x.tx.writes) > 0
	if written {
		x.tx.put(g.keys.epoch(), binary.AppendUvarint(nil, uint64(x.epoch)))
		x.tx.writes = append(x.tx.writes, g.unsigned...)
		g.unsigned = nil
		if err := g.write(ctx, x.epoch, x.tx.writes, x.output); err != nil {
			return err
		}
	}
	for _, c := range stages[committer](g.running) {
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
	for _, p := range stages[publisher](g.running) {
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
