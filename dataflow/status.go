package dataflow

import (
	"context"
	"time"
)

// Status is what a graph is doing.
type Status struct {
	Epoch Epoch // the last that is committed and visible

	// Pending counts the deltas that wait in inputs and the keys that wait
	// in asynchronous operators. It is 0 only if everything that was sent is
	// committed and visible.
	Pending int

	// CompleteUntil says that every change noticed before then is visible;
	// zero until Run has recovered its state.
	CompleteUntil time.Time

	Ops []OpStatus // asynchronous operators, in the order of the graph
	// Late counts what operators have dropped because it came too late, by
	// their names, since Run began.
	Late map[string]uint64

	Stalled error // why the running commit is tried again; nil if it is not
}

// OpStatus is what an asynchronous operator is doing. The counts of what was
// done begin at 0 with Run.
type OpStatus struct {
	Name     string
	Queued   int // keys that wait for a worker, or for another key with the same digest
	Running  int // keys that a worker has, or whose result is not yet committed
	Retrying int // keys that wait for another try

	Done      uint64 // results committed
	Computed  uint64 // calls of compute
	MemoHits  uint64 // results found by digest
	LastError error  // of the latest try that failed; nil after one that did not
}

// Status returns what the graph is doing. Any goroutine may call it, often.
func (g *Graph) Status() Status {
	g.mu.Lock()
	s := Status{Epoch: g.epoch, Stalled: g.stalled}
	g.mu.Unlock()
	running := g.planned()
	if g.recovered() {
		s.CompleteUntil = time.Now()
	}
	if t, ok := g.flights.oldest(); ok && t.Before(s.CompleteUntil) {
		s.CompleteUntil = t
	}
	for _, q := range stages[interface{ queued() int }](running) {
		s.Pending += q.queued()
	}
	for _, o := range stages[operator](running) {
		op := o.status()
		s.Pending += op.Queued + op.Running + op.Retrying
		s.Ops = append(s.Ops, op)
	}
	s.Late = lateCounts(running)
	if s.Pending == 0 && g.flights.drained() != nil {
		s.Pending = 1 // on its way from one operator to another
	}
	return s
}

// An operator is asynchronous.
type operator interface {
	status() OpStatus
	each(fn func(key string, attempts int, last error))
	retry(key string)
}

func (g *Graph) operator(op string) operator {
	if n := g.names[op]; n != nil {
		o, _ := n.object.(operator)
		return o
	}
	return nil
}

// planned returns the plan, or nil before Run.
func (g *Graph) planned() *plan {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.running
}

// Oldest returns when the oldest change that is not yet visible was noticed,
// among those sent with this partition. A name that no batch has as its
// partition is a prefix of keys instead - of inputs and asynchronous operators -
// which costs a look at every key that waits.
func (g *Graph) Oldest(partition string) (time.Time, bool) {
	t, ok, known := g.flights.oldestOf(partition)
	if known {
		return t, ok
	}
	for _, s := range stages[interface {
		oldest(prefix string) (time.Time, bool)
	}](g.planned()) {
		if at, found := s.oldest(partition); found && (!ok || at.Before(t)) {
			t, ok = at, true
		}
	}
	return t, ok
}

// Pending calls fn for every key that waits in the asynchronous operator op,
// with the number of tries that failed and the error of the last, in no order.
func (g *Graph) Pending(op string, fn func(key string, attempts int, last error)) {
	if o := g.operator(op); o != nil {
		o.each(fn)
	}
}

// Retry has key of the asynchronous operator op computed again: at once, if it
// waits for another try; also if it has a result, which stays until the new one
// comes. A result that is in the memo for the same digest is found there. It
// does nothing if there is no such operator or key.
func (g *Graph) Retry(op, key string) {
	if o := g.operator(op); o != nil {
		o.retry(key)
	}
}

// Changed returns a channel that is closed after the next epoch, also one that
// had nothing to commit.
func (g *Graph) Changed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.changed
}

// Wait returns when everything that follows from the batch of t is committed and
// has been shown to the sinks. Work that a newer version replaced counts as done
// when that of the newer version is.
func (g *Graph) Wait(ctx context.Context, t Ticket) error {
	if t.f == nil {
		return nil
	}
	return g.await(ctx, func() <-chan struct{} { return g.flights.wait(t.f) })
}

// Drained returns when everything that was sent is committed and nothing is
// pending.
func (g *Graph) Drained(ctx context.Context) error {
	if err := g.awaitStart(ctx); err != nil {
		return err
	}
	return g.await(ctx, g.flights.drained)
}

// await returns when next does not give a channel to wait for any more.
func (g *Graph) await(ctx context.Context, next func() <-chan struct{}) error {
	for {
		c := next()
		if c == nil {
			return nil
		}
		select {
		case <-c:
		case <-g.ended:
			if next() == nil {
				return nil
			}
			return g.endedError()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
