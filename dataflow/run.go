package dataflow

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// Options say how a graph runs.
type Options struct {
	// Backend keeps the state, so that a later Run goes on where this one
	// ended; nil: nothing is kept.
	Backend Backend

	// Prefix comes before every key of the engine. What sinks stage has the
	// keys that they choose; those must not begin with Prefix.
	Prefix []byte

	// Static makes one epoch of everything that the inputs send until all of
	// them are closed. The result is the same as that of a stream, without
	// the steps in between. (What asynchronous operators compute comes in
	// later epochs.)
	Static bool

	// Workers share the keys of operators with state; 0 means
	// runtime.GOMAXPROCS(0). What comes out does not depend on their number.
	Workers int

	// MaxBatch is about how many deltas of an input one epoch takes; 0 means
	// 1024. Of asynchronous results it takes half as many.
	MaxBatch int

	// MaxKeys is about how many keys an operator keeps in memory if there is
	// a Backend to read the others from; 0 means 1 << 20.
	MaxKeys int

	Logger   *slog.Logger // nil: none
	OnCommit func(Epoch)  // called after each commit, by the scheduler

	// Transient tells which errors of Backend.Commit will pass, such as a
	// full disk: the commit is tried again until it succeeds, nothing else
	// enters meanwhile, and Status tells why. Other errors end Run.
	Transient func(error) bool

	// For tests: workers run side by side whatever there is to do; the graph
	// runs as it is defined.
	eager, literal bool
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

func (o Options) workers() int {
	if o.Workers <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Workers
}

func (o Options) maxKeys() int {
	if o.MaxKeys <= 0 {
		return 1 << 20
	}
	return o.MaxKeys
}

// Run recovers the state and then runs until ctx is done or all inputs are closed
// and nothing is pending, which returns nil, or something fails for good. All goroutines that it started have ended when it
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
	for _, w := range stages[worker](g.running) {
		for range w.workers() {
			workers.Go(func() error { return w.work(inner) })
		}
	}
	close(g.started)
	workers.Go(func() error {
		err := g.schedule(inner)
		for _, w := range stages[worker](g.running) {
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
	if g.begun {
		return fmt.Errorf("dataflow %s: Run was called twice", g.name)
	}
	g.begun = true
	if err := g.Validate(); err != nil {
		g.err = err
		close(g.ended)
		return err
	}
	g.opts, g.backend, g.log = o, o.Backend, o.Logger
	if g.backend == nil {
		g.backend = Memory()
	}
	g.keys = keyspace{prefix: append([]byte(nil), o.Prefix...)}
	if g.log == nil {
		g.log = slog.New(slog.DiscardHandler)
	}
	g.log = g.log.With("graph", g.name)
	g.running = g.plan()
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
	changes, err := g.revise()
	if err != nil {
		return fmt.Errorf("reading what the state is of: %w", err)
	}
	if err := changes.check(); err != nil {
		return err
	}
	if err := changes.forget(); err != nil {
		return fmt.Errorf("removing state: %w", err)
	}
	x := g.newTurn(0)
	for _, o := range g.running.ops {
		r, ok := o.stage.(recoverer)
		if !ok {
			continue
		}
		x.at = o.node
		if err := x.guard(func() error { return r.recover(ctx, x) }); err != nil {
			return fmt.Errorf("recovering: %w", err)
		}
	}
	if x.output {
		g.mu.Lock()
		g.epoch = x.epoch
		g.mu.Unlock()
		x = g.newTurn(0)
	}
	return changes.rebuild(ctx, x)
}

// schedule closes one epoch after another, as soon as something waits.
func (g *Graph) schedule(ctx context.Context) error {
	if g.opts.Static {
		if err := g.batch(ctx); err != nil || ctx.Err() != nil {
			return err
		}
	}
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
		if g.exhausted() && g.flights.drained() == nil {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-g.wake:
		case <-alarm.C:
		}
	}
}

// batch makes one epoch of all that the inputs get until they are closed.
func (g *Graph) batch(ctx context.Context) error {
	x := g.newTurn(0)
	for {
		end := g.exhausted() // before looking, so that nothing is missed
		switch n := g.take(); {
		case n > 0:
			if err := g.absorb(x); err != nil {
				return err
			}
		case end:
			if err := g.step(x); err != nil {
				return err
			}
			return g.commit(ctx, x)
		default:
			select {
			case <-ctx.Done():
				return nil
			case <-g.wake:
			}
		}
	}
}

// Together calls send and makes what it sends to the graph's inputs part of one
// epoch: one batch for each input, which have nothing waiting. It returns the
// error of send. Send must not wait for what it sends.
func (g *Graph) Together(send func() error) error {
	g.gate.Lock()
	defer g.gate.Unlock()
	defer g.notify()
	return send()
}

// exhausted tells whether all inputs are closed and empty.
func (g *Graph) exhausted() bool {
	for _, in := range stages[closer](g.running) {
		if !in.exhausted() {
			return false
		}
	}
	return true
}

func (g *Graph) due() (next time.Time) {
	now := time.Now()
	for _, t := range stages[timer](g.running) {
		if at := t.due(now); !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}
