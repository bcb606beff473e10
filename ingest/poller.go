package ingest

import (
	"cmp"
	"context"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	rag "ragserver"
)

// A Lister finds the objects of a collection for a Poller.
type Lister interface {
	// List calls l.Found with every object whose key is one of scopes or
	// lies below one ("a/b" lies below "a"); no scopes means all objects.
	// If it returns nil these scopes are covered: what was known there and
	// was not found is gone. After an error what was found counts and
	// nothing is gone. It is called from one goroutine.
	List(ctx context.Context, l *Look, scopes []string) error
}

// PollerConfig says how often a Poller lists.
type PollerConfig struct {
	Name   string // of the source, used in URIs
	Lister Lister
	// Interval between complete listings, give or take a tenth. A listing
	// that takes long is followed by a pause of at least four times as long.
	Interval time.Duration
	// MinRetry and MaxRetry bound the pause after a failed listing, which
	// doubles each time. Zero means 100 ms and Interval.
	MinRetry, MaxRetry time.Duration
}

// A Poller makes a source of a Lister: it lists, compares with what is known,
// and emits what differs. Between complete listings it looks at what it is
// pointed to by Hint.
type Poller struct {
	name   string
	lister Lister
	config PollerConfig
	agenda *agenda

	// Used by Run's goroutine only.
	known   known
	looks   uint64
	objects int
	trouble error // of a part that could not be listed

	mu       sync.Mutex // guards what follows
	interval time.Duration
	watching bool
	status   Status
}

// NewPoller returns a Poller that has done nothing yet.
func NewPoller(c PollerConfig) *Poller {
	c.MinRetry = cmp.Or(c.MinRetry, 100*time.Millisecond)
	c.MaxRetry = max(c.MinRetry, cmp.Or(c.MaxRetry, c.Interval))
	return &Poller{
		name: c.Name, lister: c.Lister, config: c, interval: c.Interval,
		agenda: newAgenda(), status: Status{State: Starting},
	}
}

// Hint has the objects at and below scope looked at soon; "" means a complete
// listing. Any goroutine may call it at any time.
func (p *Poller) Hint(scope string) { p.agenda.add(scope, time.Time{}) }

// HintAt is Hint for a later time.
func (p *Poller) HintAt(scope string, at time.Time) { p.agenda.add(scope, at) }

// SetMode says whether the system tells of changes, how often to list all the
// same, and in note why, for people. It may be called at any time.
func (p *Poller) SetMode(watching bool, interval time.Duration, note string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.watching, p.interval, p.status.Note = watching, interval, note
}

// Status implements Source.
func (p *Poller) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Run implements Source.
func (p *Poller) Run(ctx context.Context, before iter.Seq[rag.Object], emit Emit) error {
	defer p.setState(Stopped)
	for o := range before {
		_, key := o.URI.Split()
		k := p.known.put(key)
		if !k.object {
			p.objects++
		}
		k.object, k.version = true, o.Version
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	var full, retry time.Duration // until the next complete listing; after a failure
	listAt := time.Now()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
		case <-p.agenda.wake:
		}
		now := time.Now()
		scopes, all := p.due(now, listAt, retry > 0)
		if all || len(scopes) > 0 {
			failed, err := p.look(ctx, emit, scopes)
			switch {
			case err != nil:
				return err
			case ctx.Err() != nil:
				return ctx.Err()
			case failed:
				retry = min(max(2*retry, p.config.MinRetry), p.config.MaxRetry)
				listAt = time.Now().Add(jitter(retry))
			case all:
				p.mu.Lock()
				full = max(p.interval, 4*time.Since(now))
				p.mu.Unlock()
				listAt, retry = time.Now().Add(jitter(full)), 0
			}
		}
		timer.Reset(time.Until(p.wakeAt(listAt, retry > 0)))
	}
}

// due returns what is to be looked at now. After a failure everything waits for
// the next complete listing.
func (p *Poller) due(now, listAt time.Time, failing bool) (scopes []string, all bool) {
	if failing && now.Before(listAt) {
		return nil, false
	}
	scopes = p.agenda.take(now)
	if !now.Before(listAt) || slices.Contains(scopes, "") {
		return nil, true
	}
	return outermost(scopes), false
}

func (p *Poller) wakeAt(listAt time.Time, failing bool) time.Time {
	if at, ok := p.agenda.next(); ok && !failing && at.Before(listAt) {
		return at
	}
	return listAt
}

// look lists scopes, or all, and emits what differs. The error is emit's.
func (p *Poller) look(ctx context.Context, emit Emit, scopes []string) (failed bool, err error) {
	p.looks++
	l := &Look{poller: p, ctx: ctx, emit: emit, seen: time.Now(), number: p.looks}
	all := len(scopes) == 0
	listErr := p.lister.List(ctx, l, scopes)
	if l.emitErr != nil {
		return false, l.emitErr
	}
	if listErr == nil {
		if all {
			scopes = []string{""}
		}
		err = l.finish(scopes)
	}
	p.record(l, all, listErr) // before the receiver may ask
	if ctx.Err() == nil && err == nil {
		err = l.flush(all && listErr == nil)
	}
	return listErr != nil, err
}

// record tells in the status how a look went.
func (p *Poller) record(l *Look, all bool, listErr error) {
	if all || l.trouble != nil {
		p.trouble = l.trouble
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case listErr != nil && l.ctx.Err() == nil:
		p.status.State, p.status.Error = Failing, listErr.Error()
		return
	case listErr != nil:
		return
	case all:
		p.status.LastListing = l.seen
	}
	p.status.Objects = p.objects
	p.status.State, p.status.Error = Polling, ""
	if p.watching {
		p.status.State = Watching
	}
	if p.trouble != nil {
		p.status.Error = p.trouble.Error()
	}
}

func (p *Poller) setState(s State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status.State = s
}

// jitter returns d give or take a tenth, so that many sources do not list at
// the same time.
func jitter(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}
