package dataflow

import (
	"container/heap"
	"context"
	"strings"
	"time"
)

// An item is a key that is pending. Seq tells its versions apart: it is the
// epoch that brought the version, and 0 when the item is over.
type item struct {
	key      string
	seq      Epoch
	state    uint8
	attempts int
	last     error
	cancel   context.CancelFunc // of the worker that has it
	due      time.Time          // of the next try
	at       int                // in async.waiting
	causes   []*flight          // one reference each; written by the scheduler
}

// The states of an item.
const (
	queued   = iota // waits for a worker
	running         // a worker has it, or its result is on its way
	parked          // waits for another key with the same digest
	retrying        // waits for another try
)

// What counts as alone is a batch of few deltas, as it was sent. Of changes in
// bulk those of keys that have an output go first too, but only a few, so that a
// change that comes alone does not wait for more than these.
const (
	smallBatch = 16
	maxUrgent  = 1024 // items in front that came alone
	maxLive    = 128  // items in front that came in bulk
)

func (o *async[In, R]) goesFirst(g *Graph, c change) bool {
	if g.flights.size(c.causes) <= smallBatch {
		return o.urgent.len() < maxUrgent
	}
	return c.live && o.urgent.len() < maxLive
}

func (o *async[In, R]) move(it *item, state uint8) {
	if it.state == retrying && it.at >= 0 {
		heap.Remove(&o.waiting, it.at)
	}
	o.counts[it.state]--
	it.state = state
	o.counts[state]++
}

// enqueue makes version seq of it wait for a worker, whatever it was before.
func (o *async[In, R]) enqueue(it *item, seq Epoch, bulk bool) {
	inLine := it.state == queued && it.seq != 0
	it.interrupt()
	it.seq, it.attempts, it.last = seq, 0, nil
	o.move(it, queued)
	switch {
	case !bulk:
		o.urgent.push(it)
	case !inLine:
		o.bulk.push(it)
	}
}

func (it *item) interrupt() {
	if it.cancel != nil {
		it.cancel()
		it.cancel = nil
	}
}

// end forgets an item.
func (o *async[In, R]) end(it *item) {
	it.interrupt()
	o.move(it, queued)
	o.counts[queued]--
	it.seq = 0
	delete(o.items, it.key)
}

// bulkShare is how often a worker takes an item that came in bulk although
// others are urgent: every n-th time, so that bulk goes on.
const bulkShare = 8

// next returns an item to work on and its version; ok is false after stop.
func (o *async[In, R]) next() (it *item, seq Epoch, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if o.stopped {
			return nil, 0, false
		}
		if len(o.results) < 2*o.node.g.opts.results() {
			if it := o.pop(); it != nil {
				o.move(it, running)
				return it, it.seq, true
			}
		}
		o.ready.Wait()
	}
}

// pop returns the item whose turn it is. The queues may hold items that are not
// waiting any more, or twice.
func (o *async[In, R]) pop() *item {
	o.turns++
	first, second := &o.urgent, &o.bulk
	if o.turns%bulkShare == 0 {
		first, second = second, first
	}
	for _, q := range []*fifo{first, second} {
		for it := q.pop(); it != nil; it = q.pop() {
			if it.state == queued && it.seq != 0 {
				return it
			}
		}
	}
	return nil
}

// due queues the items whose time for another try has come.
func (o *async[In, R]) due(now time.Time) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.waiting) > 0 && !o.waiting[0].due.After(now) {
		o.hurry(o.waiting[0])
	}
	if len(o.waiting) == 0 {
		return time.Time{}
	}
	return o.waiting[0].due
}

func (o *async[In, R]) hurry(it *item) {
	o.move(it, queued)
	o.bulk.push(it)
	o.ready.Signal()
}

// retry serves Graph.Retry.
func (o *async[In, R]) retry(key string) {
	o.mu.Lock()
	it := o.items[key]
	switch {
	case it == nil:
		o.asked = append(o.asked, key)
	case it.state == retrying || it.state == queued:
		o.move(it, queued)
		o.urgent.push(it)
		o.ready.Signal()
	}
	o.mu.Unlock()
	o.node.g.notify()
}

// oldest serves Graph.Oldest.
func (o *async[In, R]) oldest(prefix string) (t time.Time, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for k, it := range o.items {
		if !strings.HasPrefix(k, prefix) {
			continue
		}
		if seen, _ := o.node.g.flights.origin(it.causes); !seen.IsZero() && (!ok || seen.Before(t)) {
			t, ok = seen, true
		}
	}
	return t, ok
}

// A fifo is a queue of items.
type fifo struct {
	items []*item
	head  int
}

func (q *fifo) len() int { return len(q.items) - q.head }

func (q *fifo) push(it *item) { q.items = append(q.items, it) }

func (q *fifo) pop() *item {
	if q.head == len(q.items) {
		return nil
	}
	it := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	if 2*q.head >= len(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	return it
}

// A dueHeap has the item that is due first in front.
type dueHeap []*item

func (h dueHeap) Len() int           { return len(h) }
func (h dueHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].at, h[j].at = i, j
}
func (h *dueHeap) Push(v any) {
	it := v.(*item)
	it.at = len(*h)
	*h = append(*h, it)
}
func (h *dueHeap) Pop() any {
	old := *h
	it := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	it.at = -1
	return it
}
