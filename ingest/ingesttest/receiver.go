package ingesttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/ingest"
)

// patience is how long a Receiver waits for what must come. It only bounds a
// failing test.
const patience = 20 * time.Second

// A Receiver runs a source and keeps what it emits.
type Receiver struct {
	t      testing.TB
	source ingest.Source
	cancel context.CancelFunc
	ended  chan error // has Run's error when it has returned

	mu      sync.Mutex // guards what follows
	objects map[string]rag.Object
	emitted []rag.Change // since the last Clear
	synced  int
	fail    error         // for the next emit
	changed chan struct{} // closed at the next batch
}

// Receive runs source until the test ends or Stop. Known is what was committed
// before; nil means nothing.
func Receive(t testing.TB, source ingest.Source, known map[string]rag.Object) *Receiver {
	ctx, cancel := context.WithCancel(context.Background())
	r := &Receiver{t: t, source: source, cancel: cancel, ended: make(chan error, 1),
		objects: maps.Clone(known), changed: make(chan struct{})}
	if r.objects == nil {
		r.objects = make(map[string]rag.Object)
	}
	go func() { r.ended <- source.Run(ctx, maps.Values(maps.Clone(r.objects)), r.emit) }()
	t.Cleanup(func() { cancel(); r.ended <- <-r.ended })
	return r
}

func (r *Receiver) emit(_ context.Context, b ingest.Batch) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return r.fail
	}
	for _, c := range b.Changes {
		_, key := c.Object.URI.Split()
		if c.Diff > 0 {
			r.objects[key] = c.Object
		} else {
			delete(r.objects, key)
		}
		r.emitted = append(r.emitted, c)
	}
	if b.Synced {
		r.synced++
	}
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

// Await returns when ok does, which is asked after every batch.
func (r *Receiver) Await(what string, ok func(objects map[string]rag.Object) bool) {
	r.t.Helper()
	late := time.After(patience)
	for {
		r.mu.Lock()
		done, changed, keys := ok(r.objects), r.changed, slices.Sorted(maps.Keys(r.objects))
		r.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case err := <-r.ended:
			r.ended <- err
			r.t.Fatalf("Run ended while waiting for %s: %v", what, err)
		case <-late:
			r.t.Fatalf("no %s; there are %q; status %+v", what, keys, r.source.Status())
		}
	}
}

// AwaitSynced returns after the n-th complete listing.
func (r *Receiver) AwaitSynced(n int) {
	r.t.Helper()
	r.Await(fmt.Sprint("complete listing ", n), func(map[string]rag.Object) bool { return r.synced >= n })
}

// AwaitKeys returns when exactly these objects are there.
func (r *Receiver) AwaitKeys(keys ...string) {
	r.t.Helper()
	keys = slices.Sorted(slices.Values(keys))
	r.Await(fmt.Sprintf("objects %q", keys), func(o map[string]rag.Object) bool {
		return slices.Equal(slices.Sorted(maps.Keys(o)), keys)
	})
}

// AwaitData returns when key has been reported and opens to data.
func (r *Receiver) AwaitData(key, data string) {
	r.t.Helper()
	r.Await(fmt.Sprintf("%q with data %.60q", key, data), func(objects map[string]rag.Object) bool {
		o, ok := objects[key]
		if !ok {
			return false
		}
		got, err := Read(r.source, o)
		return err == nil && got == data
	})
}

// AwaitVersion returns when key has another version than the given one, and
// returns the object.
func (r *Receiver) AwaitVersion(key, other string) (o rag.Object) {
	r.t.Helper()
	r.Await(fmt.Sprintf("%q with another version than %q", key, other), func(objects map[string]rag.Object) bool {
		o = objects[key]
		return o.Version != other && o.URI != ""
	})
	return o
}

// Synced returns how many complete listings there were.
func (r *Receiver) Synced() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.synced
}

// Objects returns what is there now, by key.
func (r *Receiver) Objects() map[string]rag.Object {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.objects)
}

// Clear forgets what was emitted and returns it as "+key" and "-key".
func (r *Receiver) Clear() (changes []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.emitted {
		_, key := c.Object.URI.Split()
		changes = append(changes, map[bool]string{true: "+", false: "-"}[c.Diff > 0]+key)
	}
	r.emitted = nil
	slices.Sort(changes)
	return changes
}

// Fail lets every emit from now on return err.
func (r *Receiver) Fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

// Ended waits for Run to return and returns its error.
func (r *Receiver) Ended() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		r.ended <- err
		return err
	case <-time.After(patience):
		r.t.Fatal("Run does not return")
		return nil
	}
}

// Stop ends Run and returns what was received, for the next run.
func (r *Receiver) Stop() map[string]rag.Object {
	r.t.Helper()
	r.cancel()
	if err := r.Ended(); !errors.Is(err, context.Canceled) {
		r.t.Errorf("Run ended with %v, want %v", err, context.Canceled)
	}
	return r.Objects()
}

// Read returns what Open reads.
func Read(s ingest.Source, o rag.Object) (string, error) {
	f, err := s.Open(context.Background(), o)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return string(data), err
}

// None is the empty collection that a first run knows.
func None() iter.Seq[rag.Object] { return func(func(rag.Object) bool) {} }

// awaitFailing returns when the source says that it fails, and why.
func awaitFailing(t testing.TB, s ingest.Source) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		st := s.Status()
		if st.State == ingest.Failing && st.Error != "" {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the source does not say that it fails: %+v", st)
		}
	}
}

// Status returns the status of the source.
func (r *Receiver) Status() ingest.Status { return r.source.Status() }
