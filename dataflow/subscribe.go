package dataflow

import (
	"context"
	"sync"
)

// Subscribe calls f once for every epoch that changes s, in order, when the epoch
// is committed, with what has changed: every value once, and none that came and
// went. The batch is valid until f returns. An error ends Run.
func Subscribe[T any](s Stream[T], name string, f func(e Epoch, batch []Delta[T]) error) {
	if s.n != nil && f == nil {
		s.n.g.problem(s.n, "has the subscriber %q without a function", name)
		return
	}
	To(s, name, &subscription[T]{f: f, identity: identityOf(CBOR[T]())})
}

type subscription[T any] struct {
	f        func(Epoch, []Delta[T]) error
	identity identity[T]
	batch    []Delta[T]
}

func (s *subscription[T]) Write(_ *Tx, _ Epoch, batch []Delta[T]) error {
	s.batch = s.identity.consolidate(append(s.batch[:0], batch...))
	return nil
}

func (s *subscription[T]) Committed(_ context.Context, e Epoch) error {
	if len(s.batch) == 0 {
		return nil
	}
	return s.f(e, s.batch)
}

// A Collection is what a stream amounts to, in memory.
type Collection[T any] struct {
	mu    sync.Mutex // guards bag
	bag   bag[T]
	epoch Epoch
}

// Collect keeps the collection of s in memory, for tests and small results. It
// begins empty with every Run: it is of use with a graph whose state is not kept,
// or in a batch.
func Collect[T any](s Stream[T], name string) *Collection[T] {
	codec := CBOR[T]()
	c := &Collection[T]{bag: bag[T]{kind: &bagKind[T]{identity: identityOf(codec), codec: codec}}}
	Subscribe(s, name, func(e Epoch, batch []Delta[T]) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, d := range batch {
			c.bag.add(d.Value, d.Diff)
		}
		c.epoch = e
		return nil
	})
	return c
}

// Deltas returns the values with the number of times that they are there, in no
// order.
func (c *Collection[T]) Deltas() []Delta[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]Delta[T], 0, len(c.bag.list))
	for v, n := range c.bag.all() {
		list = append(list, Delta[T]{v, n})
	}
	return list
}

// Values returns every value as often as it is there, in no order.
func (c *Collection[T]) Values() []T {
	var list []T
	for _, d := range c.Deltas() {
		for range d.Diff {
			list = append(list, d.Value)
		}
	}
	return list
}

// Epoch returns the last epoch that changed the collection.
func (c *Collection[T]) Epoch() Epoch {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}
