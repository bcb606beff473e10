package dataflow

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options say how a graph runs.
type Options struct {
	Backend Backend

	// Prefix comes before every key of the engine. What sinks stage has the
	// keys that they choose; those must not begin with Prefix.
	Prefix []byte

	// MaxBatch is about how many deltas of an input one epoch takes; 0 means
	// 1024. Of asynchronous results it takes half as many.
	MaxBatch int

	Logger   *slog.Logger // nil: none
	OnCommit func(Epoch)  // called after each commit, by the scheduler

	// Transient tells which errors of Backend.Commit will pass, such as a
	// full disk: the commit is tried again until it succeeds, nothing else
	// enters meanwhile, and Status tells why. Other errors end Run.
	Transient func(error) bool
}

func (o Options) batch() int {
	if o.MaxBatch <= 0 {
		return 1024
	}
	return o.MaxBatch
}

// queue is how many deltas an input holds before Send blocks.
func (o Options) queue() int { return 4 * o.batch() }

// results is how many finished results an operator holds before workers wait.
func (o Options) results() int { return max(1, o.batch()/2) }

var errNoBackend = errors.New("Options.Backend is nil")

// Run recovers the state and then runs until ctx is done, which returns nil, or
// something fails for good. All goroutines that it started have ended when it
// returns. It is called once.
func (g *Graph) Run(ctx context.Context, o Options) (err error) {
	if err := g.begin(o); err != nil {
		return err
	}
	defer func() {
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			err = nil
		}
		if err != nil {
			err = fmt.Errorf("dataflow %s: %w", g.name, err)
		}
		g.finish(err)
	}()
	if err := g.recover(ctx); err != nil {
		return err
	}
	workers, inner := errgroup.WithContext(ctx)
	for _, w := range stages[worker](g) {
		for range w.workers() {
			workers.Go(func() error { return w.work(inner) })
		}
	}
	close(g.started)
	workers.Go(func() error {
		err := g.schedule(inner)
		for _, w := range stages[worker](g) {
			w.stop()
		}
		return err
	})
	return workers.Wait()
}

// begin claims the graph for this call of Run.
func (g *Graph) begin(o Options) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running {
		return fmt.Errorf("dataflow %s: Run was called twice", g.name)
	}
	g.running = true
	err := g.Validate()
	if err == nil && o.Backend == nil {
		err = fmt.Errorf("dataflow %s: %w", g.name, errNoBackend)
	}
	if err != nil {
		g.err = err
		close(g.ended)
		return err
	}
	g.opts, g.backend, g.log = o, o.Backend, o.Logger
	g.keys = keyspace{prefix: append([]byte(nil), o.Prefix...)}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	g.log = g.log.With("graph", g.name)
	return nil
}

func (g *Graph) finish(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.err = err
	close(g.ended)
}

// alive returns an error if Run has ended.
func (g *Graph) alive() error {
	select {
	case <-g.ended:
		return g.endedError()
	default:
		return nil
	}
}

func (g *Graph) recover(ctx context.Context) error {
	b, err := g.backend.Get(g.keys.epoch())
	if err != nil {
		return fmt.Errorf("reading the last epoch: %w", err)
	}
	if b != nil {
		e, n := binary.Uvarint(b)
		if n <= 0 || n != len(b) {
			return fmt.Errorf("reading the last epoch: %q is not a number", b)
		}
		g.mu.Lock() // Status may be asked already
		g.epoch = Epoch(e)
		g.mu.Unlock()
	}
	x := &turn{g: g, epoch: g.epoch + 1, tx: newTx(g.backend, 0)}
	for _, n := range g.nodes {
		r, ok := n.stage.(recoverer)
		if !ok {
			continue
		}
		x.at = n
		if err := x.guard(func() error { return r.recover(ctx, x) }); err != nil {
			return fmt.Errorf("recovering: %w", err)
		}
	}
	if x.output {
		g.mu.Lock()
		g.epoch = x.epoch
		g.mu.Unlock()
	}
	return nil
}

// schedule closes one epoch after another, as soon as something waits.
func (g *Graph) schedule(ctx context.Context) error {
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		if ctx.Err() != nil {
			return nil
		}
		took, err := g.turn(ctx)
		if err != nil {
			return err
		}
		if next := g.due(); !next.IsZero() {
			alarm.Reset(time.Until(next))
		}
		if took {
			continue
		}
		select {
		case <-ctx.Done():
		case <-g.wake:
		case <-alarm.C:
		}
	}
}

func (g *Graph) due() (next time.Time) {
	now := time.Now()
	for _, t := range stages[timer](g) {
		if at := t.due(now); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}
