// Package ingesttest tells whether a source keeps the promises of its contract.
package ingesttest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	rag "ragserver"
	"ragserver/ingest"
)

// A Collection is what a source under test reads. Its methods end the test when
// they fail.
type Collection interface {
	// Source returns a new source for the collection, as after a restart.
	Source(t *testing.T) ingest.Source
	Put(t *testing.T, key, data string) // keys are like "a.txt" and "sub/b.txt"
	Delete(t *testing.T, key string)
	// Break lets listings fail until Mend.
	Break(t *testing.T)
	Mend(t *testing.T)
}

// Run checks a source with collections that begin empty.
func Run(t *testing.T, begin func(t *testing.T) Collection) {
	for _, c := range []struct {
		name string
		f    func(t *testing.T, c Collection)
	}{
		{"FirstRunEmitsAll", firstRunEmitsAll},
		{"EmptyCollectionIsSynced", emptyIsSynced},
		{"RestartEmitsOnlyDifferences", restartEmitsDifferences},
		{"ChangesAreSeen", changesAreSeen},
		{"BrokenListingDeletesNothing", brokenDeletesNothing},
		{"BrokenFromTheStartWaits", brokenFromTheStart},
		{"EmitErrorEndsRun", emitErrorEndsRun},
		{"EndedContextEndsRun", endedContextEndsRun},
		{"OpenOfDeletedIsGone", openOfDeletedIsGone},
		{"OpenNeedsNoRun", openNeedsNoRun},
		{"AnyGoroutineMayAsk", anyGoroutineMayAsk},
		{"RandomHistoryEqualsCollection", randomHistory},
	} {
		t.Run(c.name, func(t *testing.T) { c.f(t, begin(t)) })
	}
}

func firstRunEmitsAll(t *testing.T, c Collection) {
	c.Put(t, "a.txt", "one")
	c.Put(t, "sub/b.txt", "two")
	c.Put(t, "sub/deeper/c.txt", "")
	r := Receive(t, c.Source(t), nil)
	r.AwaitSynced(1)
	r.AwaitKeys("a.txt", "sub/b.txt", "sub/deeper/c.txt")
	for key, data := range map[string]string{"a.txt": "one", "sub/b.txt": "two", "sub/deeper/c.txt": ""} {
		o := r.Objects()[key]
		if got, err := Read(r.source, o); err != nil || got != data {
			t.Errorf("%s opens to %q, %v; want %q", key, got, err, data)
		}
		if o.Size != int64(len(data)) && o.Size != -1 || o.Version == "" || o.Path == "" || o.Problem != "" {
			t.Errorf("%s is listed as %+v", key, o)
		}
	}
	if s := r.source.Status(); s.Objects != 3 || s.LastListing.IsZero() || s.Error != "" {
		t.Errorf("status %+v, want three objects and no error", s)
	}
}

func emptyIsSynced(t *testing.T, c Collection) {
	r := Receive(t, c.Source(t), nil)
	r.AwaitSynced(1)
	r.AwaitKeys()
}

func restartEmitsDifferences(t *testing.T, c Collection) {
	for _, key := range []string{"same.txt", "edited.txt", "deleted.txt", "sub/same.txt", "sub/deleted.txt"} {
		c.Put(t, key, "before")
	}
	r := Receive(t, c.Source(t), nil)
	r.AwaitSynced(1)
	known := r.Stop()
	c.Put(t, "edited.txt", "after!")
	c.Put(t, "new.txt", "new")
	c.Delete(t, "deleted.txt")
	c.Delete(t, "sub/deleted.txt")
	r = Receive(t, c.Source(t), known)
	r.AwaitSynced(1)
	if got, want := r.Clear(), []string{"+edited.txt", "+new.txt", "-deleted.txt", "-sub/deleted.txt"}; !slices.Equal(got, want) {
		t.Errorf("a restart emits %q, want %q", got, want)
	}
	r.AwaitKeys("edited.txt", "new.txt", "same.txt", "sub/same.txt")
}

func changesAreSeen(t *testing.T, c Collection) {
	c.Put(t, "kept.txt", "kept")
	r := Receive(t, c.Source(t), nil)
	r.AwaitSynced(1)
	c.Put(t, "new/a.txt", "1")
	r.AwaitData("new/a.txt", "1")
	first := r.Objects()["new/a.txt"].Version
	c.Put(t, "new/a.txt", "2")
	r.AwaitVersion("new/a.txt", first)
	r.AwaitData("new/a.txt", "2")
	c.Delete(t, "new/a.txt")
	r.AwaitKeys("kept.txt")
	c.Put(t, "new/a.txt", "3")
	r.AwaitKeys("kept.txt", "new/a.txt")
	r.AwaitData("new/a.txt", "3")
}

func brokenDeletesNothing(t *testing.T, c Collection) {
	c.Put(t, "a.txt", "1")
	c.Put(t, "sub/b.txt", "2")
	r := Receive(t, c.Source(t), nil)
	r.AwaitSynced(1)
	known := r.Stop()
	c.Break(t)
	r = Receive(t, c.Source(t), known)
	awaitFailing(t, r.source)
	if got := r.Clear(); len(got) > 0 {
		t.Errorf("a broken listing emits %q", got)
	}
	c.Mend(t)
	r.AwaitSynced(1)
	r.AwaitKeys("a.txt", "sub/b.txt")
	if got := r.Clear(); len(got) > 0 {
		t.Errorf("the listing after a broken one emits %q", got)
	}
	if s := r.source.Status(); s.State == ingest.Failing || s.Error != "" {
		t.Errorf("status after mending %+v", s)
	}
}

func brokenFromTheStart(t *testing.T, c Collection) {
	c.Put(t, "a.txt", "1")
	c.Break(t)
	r := Receive(t, c.Source(t), nil)
	awaitFailing(t, r.source)
	if r.Synced() > 0 {
		t.Error("a broken collection is called synced")
	}
	c.Mend(t)
	r.AwaitSynced(1)
	r.AwaitKeys("a.txt")
}

func emitErrorEndsRun(t *testing.T, c Collection) {
	c.Put(t, "a.txt", "1")
	r := Receive(t, c.Source(t), nil)
	r.AwaitSynced(1)
	broken := errors.New("receiver is broken")
	r.Fail(broken)
	c.Put(t, "b.txt", "2")
	if err := r.Ended(); !errors.Is(err, broken) {
		t.Errorf("Run ended with %v, want %v", err, broken)
	}
	if s := r.source.Status(); s.State != ingest.Stopped {
		t.Errorf("state %q after Run, want %q", s.State, ingest.Stopped)
	}
}

func endedContextEndsRun(t *testing.T, c Collection) {
	c.Put(t, "a.txt", "1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	emit := func(context.Context, ingest.Batch) error { return nil }
	if err := c.Source(t).Run(ctx, None(), emit); !errors.Is(err, context.Canceled) {
		t.Errorf("Run with an ended context returns %v", err)
	}
	r := Receive(t, c.Source(t), nil)
	r.AwaitSynced(1)
	r.Stop()
}

func openOfDeletedIsGone(t *testing.T, c Collection) {
	c.Put(t, "sub/a.txt", "1")
	r := Receive(t, c.Source(t), nil)
	r.AwaitKeys("sub/a.txt")
	o := r.Objects()["sub/a.txt"]
	c.Delete(t, "sub/a.txt")
	if data, err := Read(r.source, o); !errors.Is(err, ingest.ErrGone) {
		t.Errorf("Open of a deleted object: %q, %v; want %v", data, err, ingest.ErrGone)
	}
	r.AwaitKeys()
}

func openNeedsNoRun(t *testing.T, c Collection) {
	c.Put(t, "a.txt", "1")
	r := Receive(t, c.Source(t), nil)
	r.AwaitKeys("a.txt")
	o := r.Stop()["a.txt"]
	for when, s := range map[string]ingest.Source{"before": c.Source(t), "after": r.source} {
		if data, err := Read(s, o); err != nil || data != "1" {
			t.Errorf("Open %s Run: %q, %v", when, data, err)
		}
	}
}

func anyGoroutineMayAsk(t *testing.T, c Collection) {
	c.Put(t, "a.txt", "1")
	r := Receive(t, c.Source(t), nil)
	r.AwaitKeys("a.txt")
	o := r.Objects()["a.txt"]
	var g sync.WaitGroup
	for range 4 {
		g.Go(func() {
			for range 50 {
				if data, err := Read(r.source, o); err != nil || data != "1" {
					t.Errorf("Open: %q, %v", data, err)
				}
				if r.source.Status().State == ingest.Failing {
					t.Error("the source fails")
				}
			}
		})
	}
	for i := range 10 {
		c.Put(t, fmt.Sprintf("b%d.txt", i), "2")
	}
	g.Wait()
	r.Await("eleven objects", func(o map[string]rag.Object) bool { return len(o) == 11 })
}

// randomHistory changes the collection at random, with restarts in between.
func randomHistory(t *testing.T, c Collection) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	model := map[string]string{}
	var known map[string]rag.Object
	for range 3 {
		edit(t, c, rnd, model)
		r := Receive(t, c.Source(t), known)
		edit(t, c, rnd, model)
		r.AwaitSynced(1)
		edit(t, c, rnd, model)
		r.AwaitKeys(slices.Collect(maps.Keys(model))...)
		for key, data := range model {
			r.AwaitData(key, data)
		}
		known = r.Stop()
	}
}

func edit(t *testing.T, c Collection, rnd *rand.Rand, model map[string]string) {
	for range 15 {
		key := strings.Repeat("sub/", rnd.IntN(3)) + fmt.Sprintf("%d.txt", rnd.IntN(8))
		if _, ok := model[key]; ok && rnd.IntN(3) == 0 {
			c.Delete(t, key)
			delete(model, key)
			continue
		}
		model[key] = fmt.Sprint("data ", rnd.IntN(10))
		c.Put(t, key, model[key])
	}
}
