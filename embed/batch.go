package embed

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	rag "ragserver"
	"ragserver/remote"
)

// piecesAtOnce is how many parts of one large call are under way together.
const piecesAtOnce = 4

// Batch joins calls of e that come at the same time and have one role into calls
// of at most max texts, and cuts larger ones.
//
// A call goes at once when no other of its role is under way. Otherwise it
// waits, and others with it, until there are max texts, or none is under way any
// more, or it has waited for wait. The end of one caller's context does not harm
// the others: a joined call ends early only when nobody waits for it. If it is
// refused for good, its callers are asked for one by one, so that a bad text
// costs its own caller only.
func Batch(max int, wait time.Duration, e Embedder) (Embedder, error) {
	if max < 1 || wait < 0 {
		return nil, fmt.Errorf("batches of %s: at most %d texts, waiting for %v, is not possible", e.Space().ID, max, wait)
	}
	return &batched{Embedder: e, max: max, wait: wait}, nil
}

type batched struct {
	Embedder
	max   int
	wait  time.Duration
	roles [2]queue
}

// A queue holds the calls of one role.
type queue struct {
	mu      sync.Mutex // guards the fields below
	running int        // calls under way
	next    *batch     // gathers calls; nil if there is none
}

// A batch is a call that gathers texts until it is launched.
type batch struct {
	texts  []string // guarded by the queue's mutex until it is launched
	counts []int    // texts of each member
	launch chan struct{}
	done   chan struct{} // closed when the results below are there

	members int // that still wait; guarded by the queue's mutex
	cancel  context.CancelFunc

	vectors [][]rag.Vector // of each member
	errs    []error        // of each member
}

func (b *batched) Embed(ctx context.Context, role Role, texts []string) ([]rag.Vector, error) {
	if len(texts) <= b.max {
		return b.embed(ctx, role, texts)
	}
	vectors := make([]rag.Vector, len(texts))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(piecesAtOnce)
	for from := 0; from < len(texts); from += b.max {
		part := texts[from:min(from+b.max, len(texts))]
		g.Go(func() error {
			got, err := b.embed(ctx, role, part)
			copy(vectors[from:], got)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return vectors, nil
}

// embed embeds at most b.max texts.
func (b *batched) embed(ctx context.Context, role Role, texts []string) ([]rag.Vector, error) {
	if err := ctx.Err(); err != nil || len(texts) == 0 {
		return nil, err
	}
	q := &b.roles[role&1]
	q.mu.Lock()
	if q.running == 0 {
		q.running++
		q.mu.Unlock()
		defer q.ended()
		return b.ask(ctx, role, texts)
	}
	if q.next != nil && len(q.next.texts)+len(texts) > b.max {
		q.send()
	}
	if q.next == nil {
		q.next = b.gather(ctx, q, role)
	}
	joined := q.next
	me := len(joined.counts)
	joined.texts = append(joined.texts, texts...)
	joined.counts = append(joined.counts, len(texts))
	joined.members++
	if len(joined.texts) == b.max {
		q.send()
	}
	q.mu.Unlock()
	return joined.wait(ctx, q, me)
}

// ask calls the embedder and checks that the answer can be taken apart.
func (b *batched) ask(ctx context.Context, role Role, texts []string) ([]rag.Vector, error) {
	vectors, err := b.Embedder.Embed(ctx, role, texts)
	if err != nil {
		return nil, err
	}
	if err := counted(b.Space(), texts, vectors); err != nil {
		return nil, err
	}
	return vectors, nil
}

// gather returns a batch that waits to be launched. The goroutine belongs to
// its members: it ends before the last of them returns.
func (b *batched) gather(ctx context.Context, q *queue, role Role) *batch {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	n := &batch{launch: make(chan struct{}), done: make(chan struct{}), cancel: cancel}
	go func() {
		defer cancel()
		defer close(n.done)
		timer := time.NewTimer(b.wait)
		defer timer.Stop()
		select {
		case <-n.launch:
		case <-ctx.Done():
		case <-timer.C:
		}
		q.mu.Lock()
		if q.next == n {
			q.send()
		}
		q.mu.Unlock()
		b.run(ctx, role, n)
		q.ended()
	}()
	return n
}

// run makes the call of n, which is launched.
func (b *batched) run(ctx context.Context, role Role, n *batch) {
	n.vectors, n.errs = make([][]rag.Vector, len(n.counts)), make([]error, len(n.counts))
	all, err := b.ask(ctx, role, n.texts)
	alone := err != nil && len(n.counts) > 1 && !remote.Temporary(err)
	from := 0
	for i, count := range n.counts {
		to := from + count
		switch {
		case err == nil:
			n.vectors[i] = all[from:to:to]
		case alone && ctx.Err() == nil:
			n.vectors[i], n.errs[i] = b.ask(ctx, role, n.texts[from:to])
		default:
			n.errs[i] = err
		}
		from = to
	}
}

// wait returns what the member me of n gets.
func (n *batch) wait(ctx context.Context, q *queue, me int) ([]rag.Vector, error) {
	select {
	case <-n.done:
		return n.vectors[me], n.errs[me]
	case <-ctx.Done():
	}
	q.mu.Lock()
	n.members--
	last := n.members == 0
	if last {
		n.cancel()
		if q.next == n { // nobody may join a cancelled call
			q.send()
		}
	}
	q.mu.Unlock()
	if last {
		<-n.done
	}
	return nil, ctx.Err()
}

// send launches the batch that gathers. The caller holds q.mu.
func (q *queue) send() {
	q.running++
	close(q.next.launch)
	q.next = nil
}

// ended notes the end of a call, and launches what waited for it.
func (q *queue) ended() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running--
	if q.running == 0 && q.next != nil {
		q.send()
	}
}
