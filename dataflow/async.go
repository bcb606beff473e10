package dataflow

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// Done is an input of an asynchronous operator with its result.
type Done[In, R any] struct {
	In     In
	Result R
}

// A Backoff says how long to wait before another try: First, then twice as long
// each time up to Max, each by up to half more or less at random. An error with
// a method RetryAfter() time.Duration that returns more than 0 overrides it.
type Backoff struct{ First, Max time.Duration }

// AsyncConfig configures an asynchronous operator. Its functions may be called
// from several goroutines at once, except Key.
type AsyncConfig[In, R any] struct {
	Name string

	// Key names an input. There is at most one live input for a key; the
	// newest is the one that counts.
	Key func(In) string

	// Prepare does the cheap part of the work - open, read, hash - and
	// returns a digest of everything that the result depends on, and the
	// function that computes it. If the result for the digest is known,
	// compute is not called; if another key is computing it, its outcome
	// serves both. With digest "" the result is not kept for others.
	//
	// Both must return soon when ctx is done: the version has been
	// replaced, the try has taken too long, or Run ends. A panic is the
	// error of this input.
	Prepare func(ctx context.Context, in In) (digest string, compute func(context.Context) (R, error), err error)

	// Failed makes a result of an error that is for good: a failure is
	// data. It is kept with its key, and not found by digest.
	Failed func(in In, err error) R

	// Retryable tells whether another try may succeed; nil: never. A try
	// that took too long is a context.DeadlineExceeded, a panic a
	// *PanicError.
	Retryable func(error) bool

	// Provisional, if set, gives a result to use after the first try failed
	// with a retryable error, until the final one comes.
	Provisional func(in In, err error) (R, bool)

	// Forget, if set, tells which results must not be found by digest
	// again.
	Forget func(R) bool

	Workers  int           // 0 means 1
	Timeout  time.Duration // of each try; 0 means none
	MaxTries int           // 0 means no limit
	Backoff  Backoff       // zeros mean 1 second and 1 minute

	// Generation names what results derive from beside the input: a model,
	// a parser's version, options. When it is not the one of the last run,
	// every input is computed again, and the old results stay until the new
	// ones come.
	Generation string

	// In must keep of an input what Prepare needs: pending inputs are read
	// back before they are computed. Result may drop what a retraction does
	// not need: the value of a retraction is what Decode makes of the
	// encoded one, and so is a result that is found by digest.
	In     Codec[In]
	Result Codec[R]
}

// Async computes a result for every input, outside of the epochs. A key has at
// most one live output:
//
//   - When its input is replaced, the old output stays until the new result is
//     there. Then both differences are in one epoch.
//   - When its input is deleted, its output is retracted at once, as it was
//     stored. Nothing is computed for a retraction.
//   - Work for a version that is replaced or deleted is cancelled; if it ends all
//     the same, its result is not output.
//
// Inputs that wait are committed with the epoch that brought them, and taken up
// again after a restart. Changes that come alone go before those that come in
// bulk. An input that waits for another try holds no worker.
//
// After a change of Generation the inputs are read from the nearest Input or
// Async upstream, through the linear operators in between; where there is a
// Process in between, from what In kept of them.
func Async[In, R any](s Stream[In], c AsyncConfig[In, R]) Stream[Done[In, R]] {
	if s.n == nil {
		return Stream[Done[In, R]]{}
	}
	g := s.n.g
	n := g.addNamed("async", c.Name, s.n)
	if c.Key == nil || c.Prepare == nil || c.Failed == nil || !c.In.complete() || !c.Result.complete() {
		g.problem(n, "needs Key, Prepare, Failed and both functions of both codecs")
	}
	c.Workers = max(c.Workers, 1)
	c.Backoff.First = cmp.Or(c.Backoff.First, time.Second)
	c.Backoff.Max = max(cmp.Or(c.Backoff.Max, time.Minute), c.Backoff.First)
	o := &async[In, R]{
		AsyncConfig: c,
		node:        n,
		memos:       memos{op: c.Name},
		items:       make(map[string]*item),
		shared:      make(map[string]*shared[R]),
	}
	o.ready.L = &o.mu
	n.object = o
	n.build = func(b *builder, n *node, in []any) any {
		from := in[0].(*port[In])
		o.in, o.upstream = newInbox[In](b), from.scan
		o.out = &port[Done[In, R]]{scan: o.scan}
		b.run(n, o)
		from.read(o.in.add)
		return o.out
	}
	return Stream[Done[In, R]]{n}
}

// async is the operator. What it knows of a key is in the backend: the live
// output, and the pending input. In memory is an item for each key that is
// pending, and no values but those of the running epoch.
type async[In, R any] struct {
	AsyncConfig[In, R]
	node     *node
	out      *port[Done[In, R]]
	upstream func(*turn, func(*turn, Delta[In])) error

	// Of the scheduler.
	in      inbox[In]
	groups  groups[string, In]
	settled []outcome[R] // results of the running epoch
	redo    []string     // keys to compute again in it
	gone    []string     // live keys that have no input any more, found at start
	changes []change     // to items, once the epoch is committed
	memos   memos

	mu      sync.Mutex // guards what follows
	ready   sync.Cond  // there is work, or room for results, or stopped
	stopped bool
	items   map[string]*item
	urgent  fifo
	bulk    fifo
	turns   int     // of workers, to give bulk its share
	waiting dueHeap // items between tries
	counts  [4]int  // of items by state
	results []outcome[R]
	asked   []string // keys of Retry
	shared  map[string]*shared[R]
	stats   OpStatus
}

// An outcome is a result on its way into an epoch.
type outcome[R any] struct {
	key         string
	seq         Epoch
	digest      string // "" for a result that is kept with its key only
	value       R
	provisional bool
}

// A change is what an epoch does to the item of a key: a new version, with seq
// set, or its end.
type change struct {
	key    string
	seq    Epoch
	causes []*flight // of the new version, beside those of the one it replaces
	live   bool      // the key has an output
}

// take moves results and wishes into the epoch.
func (o *async[In, R]) take(_, limit int) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(limit, len(o.results))
	o.settled = append(o.settled[:0], o.results[:n]...)
	rest := copy(o.results, o.results[n:])
	clear(o.results[rest:])
	o.results = o.results[:rest]
	o.redo, o.asked = o.asked, nil
	if n > 0 {
		o.ready.Broadcast()
	}
	return n + len(o.redo) + len(o.gone)
}

// status counts items. An item whose result is on its way counts as running.
func (o *async[In, R]) status() OpStatus {
	o.mu.Lock()
	defer o.mu.Unlock()
	s := o.stats
	s.Name = o.Name
	s.Queued = o.counts[queued] + o.counts[parked]
	s.Running = o.counts[running]
	s.Retrying = o.counts[retrying]
	return s
}

func (o *async[In, R]) each(fn func(key string, attempts int, last error)) {
	o.mu.Lock()
	list := make([]item, 0, len(o.items))
	for _, it := range o.items {
		list = append(list, item{key: it.key, attempts: it.attempts, last: it.last})
	}
	o.mu.Unlock()
	for _, it := range list {
		fn(it.key, it.attempts, it.last)
	}
}

func (o *async[In, R]) workers() int { return o.Workers }

func (o *async[In, R]) stop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.stopped = true
	o.ready.Broadcast()
}
