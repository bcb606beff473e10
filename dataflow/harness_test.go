package dataflow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// note is an input of the tests: a key and what it says.
type note struct{ Key, Text string }

func noteKey(n note) string { return n.Key }

func is(key, text string) Delta[note] { return Delta[note]{note{key, text}, +1} }
func gone(key string) Delta[note]     { return Delta[note]{note{Key: key}, -1} }

// epochs is a sink that remembers what it was given, one string an epoch.
type epochs[T any] struct {
	mu        sync.Mutex // guards what follows
	list      []string
	committed []Epoch
}

func (s *epochs[T]) Write(_ *Tx, _ Epoch, batch []Delta[T]) error {
	var parts []string
	for _, d := range batch {
		parts = append(parts, fmt.Sprintf("%+d%v", d.Diff, d.Value))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, strings.Join(parts, " "))
	return nil
}

func (s *epochs[T]) Committed(_ context.Context, e Epoch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.committed = append(s.committed, e)
	return nil
}

func (s *epochs[T]) want(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.list, want) {
		t.Errorf("epochs were\n%q, want\n%q", s.list, want)
	}
}

// slow is an asynchronous operator whose work the test directs: a text is
// computed to its capitals, after the pause and with the errors given for it.
type slow struct {
	AsyncConfig[note, string]

	mu       sync.Mutex // guards what follows
	pause    map[string]time.Duration
	errs     map[string][]error // of the next tries
	deaf     bool               // does not heed its context
	prepared []string
	computed []string
	cancels  []string
}

func newSlow() *slow {
	s := &slow{pause: map[string]time.Duration{}, errs: map[string][]error{}}
	s.AsyncConfig = AsyncConfig[note, string]{
		Name: "slow", Key: noteKey, Workers: 4,
		Prepare: func(_ context.Context, n note) (string, func(context.Context) (string, error), error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.prepared = append(s.prepared, n.Text)
			return n.Text, func(ctx context.Context) (string, error) { return s.compute(ctx, n.Text) }, nil
		},
		Failed:    func(_ note, err error) string { return "failed: " + err.Error() },
		Retryable: transient,
		Backoff:   Backoff{First: time.Second, Max: time.Second},
		In:        JSON[note](), Result: JSON[string](),
	}
	return s
}

func (s *slow) compute(ctx context.Context, text string) (string, error) {
	s.mu.Lock()
	s.computed = append(s.computed, text)
	pause, deaf := s.pause[text], s.deaf
	var err error
	if e := s.errs[text]; len(e) > 0 {
		err, s.errs[text] = e[0], e[1:]
	}
	s.mu.Unlock()
	if e := sleep(ctx, pause); e != nil {
		s.mu.Lock()
		s.cancels = append(s.cancels, text)
		s.mu.Unlock()
		if !deaf {
			return "", e
		}
	}
	return strings.ToUpper(text), err
}

func (s *slow) did(t *testing.T, want ...string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.computed, want) {
		t.Errorf("computed %q, want %q", s.computed, want)
	}
}

// A rig is a graph input -> slow -> sink, running in a bubble of its own time.
type rig struct {
	t    *testing.T
	g    *Graph
	in   *Input[note]
	sink *epochs[string]
	stop func() error // ends Run and returns its error
}

func start(t *testing.T, o Options, s *slow) *rig {
	t.Helper()
	r := &rig{t: t, g: New("test"), sink: new(epochs[string])}
	r.in = NewInput(r.g, "notes", noteKey, JSON[note]())
	done := Async(r.in.Stream(), s.AsyncConfig)
	To(Map(done, func(d Done[note, string]) string { return d.In.Key + "=" + d.Result }), "sink", r.sink)
	r.run(o)
	return r
}

func (r *rig) run(o Options) {
	if o.Backend == nil {
		o.Backend = Memory()
	}
	r.stop = background(r.t, r.g, o)
}

// background runs g; the function that it returns ends it.
func background(t *testing.T, g *Graph, o Options) func() error {
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- g.Run(ctx, o) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-ran
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return stop
}

// send sends one batch and lets everything settle that takes no time.
func (r *rig) send(deltas ...Delta[note]) Ticket {
	r.t.Helper()
	ticket, err := r.in.Send(r.t.Context(), Batch[note]{Deltas: deltas})
	if err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
	return ticket
}

func (r *rig) drain() {
	r.t.Helper()
	if err := r.g.Drained(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// bubble runs a test in time of its own.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}
