package fileio

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"ragserver/dataflow"
)

// word is the row of most tests.
type word struct {
	Word string `json:"word" csv:"word"`
}

// tally is a sink that adds up what it gets.
type tally[T comparable] struct {
	mu     sync.Mutex // guards what follows
	counts map[T]int
	deltas int // of all epochs
	epochs int
	worst  int // the lowest count that was ever committed
}

func newTally[T comparable]() *tally[T] { return &tally[T]{counts: make(map[T]int)} }

func (s *tally[T]) Write(_ *dataflow.Tx, _ dataflow.Epoch, batch []dataflow.Delta[T]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deltas += len(batch)
	s.epochs++
	for _, d := range batch {
		s.counts[d.Value] += d.Diff
	}
	for v, n := range s.counts {
		s.worst = min(s.worst, n)
		if n == 0 {
			delete(s.counts, v)
		}
	}
	return nil
}

func (s *tally[T]) Committed(context.Context, dataflow.Epoch) error { return nil }

func (s *tally[T]) now() (counts map[T]int, deltas, epochs int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts), s.deltas, s.epochs
}

var errKilled = errors.New("killed")

// killed is a Backend that dies at a commit, before or after it is written.
type killed struct {
	dataflow.Backend
	mu    sync.Mutex // guards what follows
	left  int        // commits; below 0: it never dies
	after bool
	dead  bool
}

func (b *killed) Commit(writes []dataflow.Write, sync bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dead || b.left == 0 && !b.after {
		b.dead = true
		return errKilled
	}
	if err := b.Backend.Commit(writes, sync); err != nil {
		return err
	}
	if b.left == 0 {
		b.dead = true
		return errKilled
	}
	b.left--
	return nil
}

// running is a graph that reads files into a tally.
type running[T comparable] struct {
	reader *Reader[T]
	sink   *tally[T]
	cancel context.CancelFunc
	group  *errgroup.Group
}

type opener[T any] func(*dataflow.Feed[T], Config) (*Reader[T], error)

// start runs a graph. Sinks are those beside the tally.
func start[T comparable](t *testing.T, open opener[T], c Config, o dataflow.Options, sinks ...dataflow.Sink[T]) *running[T] {
	t.Helper()
	g := dataflow.New("test")
	feed := dataflow.NewFeed[T](g, "in")
	reader, err := open(feed, c)
	if err != nil {
		t.Fatal(err)
	}
	r := &running[T]{reader: reader, sink: newTally[T]()}
	dataflow.To(feed.Stream(), "tally", dataflow.Sink[T](r.sink))
	for i, s := range sinks {
		dataflow.To(feed.Stream(), fmt.Sprint("sink", i), s)
	}
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(t.Context())
	r.group, ctx = errgroup.WithContext(ctx)
	o.Static = c.Static
	r.group.Go(func() error { return g.Run(ctx, o) })
	r.group.Go(func() error { return reader.Run(ctx) })
	t.Cleanup(func() { r.cancel() })
	return r
}

// end waits for a static run.
func (r *running[T]) end() error { return r.group.Wait() }

// stop ends a streaming run.
func (r *running[T]) stop(t *testing.T) {
	t.Helper()
	r.cancel()
	if err := r.group.Wait(); err != nil && !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
}

// await waits until the tally, on top of base, is want. It returns early if the
// graph has died.
func (r *running[T]) await(t *testing.T, base, want map[T]int) (alive bool) {
	t.Helper()
	dead := make(chan error, 1)
	go func() { dead <- r.group.Wait() }()
	for start := time.Now(); ; time.Sleep(2 * time.Millisecond) {
		counts, _, _ := r.sink.now()
		if maps.Equal(total(base, counts), want) {
			return true
		}
		select {
		case err := <-dead:
			if !errors.Is(err, errKilled) {
				t.Fatalf("the run ended: %v", err)
			}
			return false
		default:
		}
		if time.Since(start) > 20*time.Second {
			t.Fatalf("the rows are %s", difference(total(base, counts), want))
		}
	}
}

func total[T comparable](a, b map[T]int) map[T]int {
	sum := maps.Clone(a)
	if sum == nil {
		sum = make(map[T]int)
	}
	for v, n := range b {
		if sum[v] += n; sum[v] == 0 {
			delete(sum, v)
		}
	}
	return sum
}

// difference says how got is not want.
func difference[T comparable](got, want map[T]int) string {
	var list []string
	for v, n := range want {
		if got[v] != n {
			list = append(list, fmt.Sprintf("%v x %d, want %d", v, got[v], n))
		}
	}
	for v, n := range got {
		if want[v] == 0 {
			list = append(list, fmt.Sprintf("%v x %d, want none", v, n))
		}
	}
	slices.Sort(list)
	return fmt.Sprintf("%d values differ: %.2000v", len(list), list)
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	full := filepath.Join(dir, name)
	must(t, os.MkdirAll(filepath.Dir(full), 0o755))
	must(t, os.WriteFile(full, []byte(text), 0o644))
}

func appendTo(t *testing.T, dir, name, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	must(t, err)
	_, err = f.WriteString(text)
	must(t, errors.Join(err, f.Close()))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// counted returns how often each value is there.
func counted[T comparable](values ...T) map[T]int {
	m := make(map[T]int)
	for _, v := range values {
		m[v]++
	}
	return m
}

// tick lets other goroutines go on.
func tick() error {
	time.Sleep(time.Millisecond)
	return nil
}
