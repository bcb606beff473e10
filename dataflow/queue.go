package dataflow

import (
	"context"
	"errors"
	"sync"
)

// A queue holds what was sent to an input until an epoch takes it.
type queue[E any] struct {
	mu     sync.Mutex // guards what follows
	list   []weighed[E]
	total  int           // weight of list
	space  chan struct{} // closed when list gets shorter; nil if nobody waits
	closed bool
}

type weighed[E any] struct {
	value  E
	weight int // deltas
}

var errClosed = errors.New("the input has been closed")

// send waits for Run to have recovered its state and for room, then puts in what
// wrap makes of the flight.
func send[E any](ctx context.Context, n *node, q *queue[E], f *flight, weight int, wrap func(*flight) E) (Ticket, error) {
	g := n.g
	if err := g.awaitStart(ctx); err != nil {
		return Ticket{}, err
	}
	for {
		space, err := q.put(weight, g.opts.queue(), func() E { return wrap(g.flights.start(f)) })
		if err != nil {
			return Ticket{}, err
		}
		if space == nil {
			err := g.alive() // what Run makes of it is for Wait to say
			g.notify()
			return Ticket{f}, err
		}
		select {
		case <-space:
		case <-g.ended:
			return Ticket{}, g.endedError()
		case <-ctx.Done():
			return Ticket{}, ctx.Err()
		}
	}
}

// put adds an element if there is room for it, or returns a channel that is
// closed when there may be. An element that is larger than the queue is let in
// when it is empty.
func (q *queue[E]) put(weight, limit int, wrap func() E) (space <-chan struct{}, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return nil, errClosed
	case q.total == 0 || q.total+weight <= limit:
		q.list = append(q.list, weighed[E]{wrap(), weight})
		q.total += weight
		return nil, nil
	case q.space == nil:
		q.space = make(chan struct{})
	}
	return q.space, nil
}

// take moves elements of about limit weight to dst, at least one if there is one.
func (q *queue[E]) take(dst []E, limit int) ([]E, int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, count := 0, 0
	for count < len(q.list) && (count == 0 || n+q.list[count].weight <= limit) {
		dst = append(dst, q.list[count].value)
		n += q.list[count].weight
		count++
	}
	clear(q.list[:count])
	q.list = q.list[count:]
	if len(q.list) == 0 {
		q.list = nil
	}
	q.total -= n
	if n > 0 && q.space != nil {
		close(q.space)
		q.space = nil
	}
	return dst, n
}

func (q *queue[E]) close(g *Graph) {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	g.notify()
}

func (q *queue[E]) exhausted() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed && len(q.list) == 0
}

func (q *queue[E]) weight() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.total
}

func (q *queue[E]) each(f func(E)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, e := range q.list {
		f(e.value)
	}
}
