package hnsw

import (
	"context"
	"sync"
	"time"
)

// A progress is how far the leg was when something was done.
type progress struct {
	linked int64 // nodes, ever
	at     time.Time
	asked  int64 // questions kept, ever
}

// tendEvery is how often the background looks without being told, and restAfter
// how long after the last change it does what is not urgent.
const (
	tendEvery = time.Second
	restAfter = 30 * time.Second
)

// tend runs the background: it links what waits, takes out what is dead, and sees
// to it that everything can be reached and that the width is right.
func (l *Leg) tend() {
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	for {
		select {
		case <-l.ending.Done():
			return
		case <-l.wake:
		case <-tick.C:
		}
		if err := l.tendOnce(l.ending); err != nil && l.ending.Err() == nil {
			l.config.Logger.Error("vector graph", "error", err)
		}
	}
}

// tendOnce does what is to be done now.
func (l *Leg) tendOnce(ctx context.Context) error {
	pass := l.began.Add(1)
	defer func() { l.ended.Store(pass) }()
	if err := l.sweep(ctx); err != nil {
		return err
	}
	if err := l.linkAll(ctx); err != nil {
		return err
	}
	if err := l.checkDue(ctx); err != nil {
		return err
	}
	if err := l.tuneDue(ctx); err != nil {
		return err
	}
	return l.find(ctx, l.tuning.Load())
}

// graphed says whether the leg is large enough for a graph, or has one.
func (l *Leg) graphed() bool {
	return l.entry.Load() != 0 || l.state.Load().table.Len() > l.config.ExactBelow
}

// Vectors that come in bulk are linked by half of the builders until the bulk is
// over: to link one costs several times what all else costs that a change needs,
// and a comparison with those that wait is cheap for as long as there are few.
const (
	bulk      = 1000                   // that wait
	bulkPause = 300 * time.Millisecond // after which a bulk is over
	bulkCost  = time.Millisecond       // of comparing with all that wait, at most
)

// loading says whether vectors are coming in bulk, and may wait.
func (l *Leg) loading() bool {
	n := l.waiting.Load()
	cost := time.Duration(float64(n) * scanCost(l.state.Load().table.Dim()))
	return n > bulk && cost < bulkCost && l.hurried.Load() == 0 && time.Since(time.Unix(0, l.added.Load())) < bulkPause
}

// rests says whether the builder of this number, from 0, has nothing to do now.
func (l *Leg) rests(number int) bool { return number >= l.config.Builders/2 && l.loading() }

// linkAll links what waits. Several goroutines do it, if many do.
func (l *Leg) linkAll(ctx context.Context) error {
	if l.waiting.Load() == 0 || !l.graphed() {
		return nil
	}
	var wg sync.WaitGroup
	errs := make([]error, l.config.Builders)
	for i := range errs {
		if i > 0 && l.waiting.Load() < bulk || l.rests(i) {
			break
		}
		wg.Go(func() { errs[i] = l.linkSome(ctx, i) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// linkSome links until nothing waits, or the builder of this number is not to.
func (l *Leg) linkSome(ctx context.Context, number int) error {
	b := l.newBuilder()
	var buf [16]slot
	for {
		if l.rests(number) {
			return nil
		}
		batch := l.queue.pop(buf[:])
		if len(batch) == 0 {
			return nil
		}
		l.fresh.push(batch)
		for i, s := range batch {
			if err := l.linkOne(ctx, b, s); err != nil {
				l.queue.push(batch[i:]) // for the next time
				return err
			}
		}
	}
}

func (l *Leg) linkOne(ctx context.Context, b *builder, s slot) error {
	l.graph.RLock()
	defer l.graph.RUnlock()
	if err := b.link(ctx, s); err != nil {
		return err
	}
	l.waiting.Add(-1)
	l.linkedAll.Add(1)
	return nil
}

// Wait returns when all that was applied is linked, checked and tuned, as far as
// the leg links at all: for measurements and tests.
func (l *Leg) Wait(ctx context.Context) error {
	l.hurried.Add(1)
	defer l.hurried.Add(-1)
	for pass := l.began.Load() + 1; ; {
		if l.ended.Load() >= pass && (l.waiting.Load() == 0 || !l.graphed()) {
			return nil
		}
		l.nudge()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-l.ending.Done():
			return nil
		case <-time.After(5 * time.Millisecond):
		}
	}
}
