package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	rag "ragserver"
	"ragserver/dataflow"
	"ragserver/ingest"
	"ragserver/remote"
)

// A feed carries the changes of one source into the graph.
type feed struct {
	Source

	mu     sync.Mutex // guards what follows
	synced bool
	first  []dataflow.Ticket // of the batches of the first listing
}

func (f *feed) run(ctx context.Context, p *Pipeline) error {
	if r, ok := f.Source.Source.(ingest.Resumer); ok {
		offset, err := p.objects.Offset(f.Name)
		if err != nil {
			return ignoreEnd(ctx, fmt.Errorf("source %s: %w", f.Name, err))
		}
		r.Resume(offset)
	}
	known, err := p.known.take(p.objects, f.Name)
	if err != nil {
		return ignoreEnd(ctx, fmt.Errorf("source %s: %w", f.Name, err))
	}
	err = f.Source.Run(ctx, each(known), func(ctx context.Context, b ingest.Batch) error { return f.emit(ctx, p, b) })
	return ignoreEnd(ctx, fmt.Errorf("source %s ended: %w", f.Name, err))
}

func each(objects []rag.Object) func(yield func(rag.Object) bool) {
	return func(yield func(rag.Object) bool) {
		for _, o := range objects {
			if !yield(o) {
				return
			}
		}
	}
}

func (f *feed) emit(ctx context.Context, p *Pipeline, b ingest.Batch) error {
	batch := dataflow.Batch[listed]{Partition: f.Name, Offset: b.Offset, Seen: b.Seen}
	seen := b.Seen
	if seen.IsZero() {
		seen = time.Now()
	}
	for _, c := range b.Changes {
		batch.Deltas = append(batch.Deltas, dataflow.Delta[listed]{Value: listed{c.Object, seen}, Diff: c.Diff})
	}
	ticket, err := p.objects.Send(ctx, batch)
	if err != nil {
		return err
	}
	f.mu.Lock()
	if !f.synced {
		f.synced, f.first = b.Synced, append(f.first, ticket)
	}
	f.mu.Unlock()
	if b.Synced {
		p.changed.notify()
	}
	return nil
}

func (f *feed) firstListing() ([]dataflow.Ticket, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first, f.synced
}

// objects are the committed objects by source, read once for all sources.
type objects struct {
	mu       sync.Mutex // guards the rest
	read     bool
	err      error
	bySource map[string][]rag.Object
}

// take returns the objects of a source, once, when the graph has recovered.
func (o *objects) take(in *dataflow.Input[listed], source string) ([]rag.Object, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.read {
		o.read, o.bySource = true, make(map[string][]rag.Object)
		o.err = in.Each(func(l listed) error {
			name, _ := l.Object.URI.Split()
			o.bySource[name] = append(o.bySource[name], l.Object)
			return nil
		})
	}
	list := o.bySource[source]
	delete(o.bySource, source)
	return list, o.err
}

// others takes the objects of all sources but some.
func (o *objects) others(in *dataflow.Input[listed], but map[string]bool) ([]rag.Object, error) {
	if _, err := o.take(in, ""); err != nil { // reads them
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []rag.Object
	for name, objects := range o.bySource {
		if !but[name] {
			list = append(list, objects...)
			delete(o.bySource, name)
		}
	}
	return list, nil
}

// dropUnknownSources takes out the documents of sources that are not configured
// any more.
func (p *Pipeline) dropUnknownSources(ctx context.Context) error {
	configured := make(map[string]bool)
	for _, f := range p.feeds {
		configured[f.Name] = true
	}
	left, err := p.known.others(p.objects, configured)
	if err == nil && len(left) > 0 {
		p.c.Logger.Info("removing documents of sources that are not configured any more", "documents", len(left))
		var batch dataflow.Batch[listed]
		for _, o := range left {
			batch.Deltas = append(batch.Deltas, dataflow.Delta[listed]{Value: listed{Object: o}, Diff: -1})
		}
		_, err = p.objects.Send(ctx, batch)
	}
	return ignoreEnd(ctx, err)
}

// ignoreEnd drops an error that only says that the service is to end, or that
// the graph has ended: why, the graph itself tells.
func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, dataflow.ErrEnded) {
		return nil
	}
	return err
}

// becomeReady notes when every source has been listed once and what was found
// is searchable.
func (p *Pipeline) becomeReady(ctx context.Context) error {
	for _, f := range p.feeds {
		for {
			changed := p.changed.wait()
			tickets, synced := f.firstListing()
			if synced {
				for _, t := range tickets {
					if err := p.settled(ctx, t); err != nil {
						return ignoreEnd(ctx, err)
					}
				}
				break
			}
			select {
			case <-ctx.Done():
				return nil
			case <-changed:
			}
		}
	}
	p.ready.Store(true)
	p.changed.notify()
	return nil
}

// settled waits for a ticket, or until all that is left waits for a model that
// does not answer: by words, everything is searchable then.
func (p *Pipeline) settled(ctx context.Context, ticket dataflow.Ticket) error {
	for {
		wait, cancel := context.WithTimeout(ctx, time.Second)
		err := p.graph.Wait(wait, ticket)
		cancel()
		if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		busy := func(op dataflow.OpStatus) bool { return op.Queued+op.Running > 0 }
		if !slices.ContainsFunc(p.graph.Status().Ops, busy) {
			return nil
		}
	}
}

// embedAgain tells whether embedding may succeed later: nearly always, since
// models go away, run out of quota and are configured wrongly.
func embedAgain(err error) bool {
	var r *remote.Error
	return !errors.As(err, &r) || r.Temporary || r.Status == 401 || r.Status == 403 || r.Status == 404
}

// A broadcast tells any number of waiters that something has changed.
type broadcast struct {
	mu sync.Mutex // guards ch
	ch chan struct{}
}

func newBroadcast() *broadcast { return &broadcast{ch: make(chan struct{})} }

// wait returns a channel that is closed at the next change.
func (b *broadcast) wait() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ch
}

func (b *broadcast) notify() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.ch)
	b.ch = make(chan struct{})
}
