package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	rag "ragserver"
	"ragserver/ingest"
	"ragserver/ingest/ingesttest"
)

// A list is a Lister that counts.
type list struct {
	keys  []string
	asked []string
	err   error
	look  func(l *ingest.Look)
	mu    sync.Mutex // guards the rest and the batches, for tests that change what time alone separates
}

func (s *list) List(_ context.Context, l *ingest.Look, scopes []string) error {
	s.mu.Lock()
	s.asked = append(s.asked, fmt.Sprint(scopes))
	look, keys, err := s.look, s.keys, s.err
	s.mu.Unlock()
	if look != nil {
		look(l)
	}
	for _, key := range keys {
		if err := l.Found(rag.Object{URI: rag.NewURI("s", key), Version: "1"}); err != nil {
			return fmt.Errorf("wrapped: %w", err)
		}
	}
	return err
}

// run runs a Poller of s, in a bubble of synctest, until the test ends.
func run(t *testing.T, s *list, known ...string) (p *ingest.Poller, batches *[]ingest.Batch) {
	p = ingest.NewPoller(ingest.PollerConfig{Name: "s", Lister: s, Interval: time.Minute, MaxRetry: 10 * time.Second})
	p.SetMode(false, time.Minute, "")
	batches = new([]ingest.Batch)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		err := p.Run(ctx, objects(known), func(_ context.Context, b ingest.Batch) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			*batches = append(*batches, b)
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); synctest.Wait() })
	synctest.Wait()
	return p, batches
}

func objects(keys []string) func(func(rag.Object) bool) {
	return func(yield func(rag.Object) bool) {
		for _, key := range keys {
			if !yield(rag.Object{URI: rag.NewURI("s", key), Version: "1"}) {
				return
			}
		}
	}
}

// changes renders what batches say.
func changes(batches []ingest.Batch) (out []string) {
	for _, b := range batches {
		for _, c := range b.Changes {
			_, key := c.Object.URI.Split()
			out = append(out, fmt.Sprintf("%+d%s", c.Diff, key))
		}
	}
	slices.Sort(out)
	return out
}

func TestPollerListsAtIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &list{keys: []string{"a"}}
		p, batches := run(t, s)
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(s.asked); n < 54 || n > 67 {
			t.Errorf("%d listings in an hour, want about 60", n)
		}
		if len(*batches) != len(s.asked) || !(*batches)[7].Synced {
			t.Errorf("%d batches of %d listings", len(*batches), len(s.asked))
		}
		if st := p.Status(); st.State != ingest.Polling || st.Objects != 1 {
			t.Errorf("status %+v", st)
		}
	})
}

func TestPollerBacksOffAndDeletesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &list{err: errors.New("bucket is away")}
		p, batches := run(t, s, "a", "b")
		time.Sleep(time.Minute)
		synctest.Wait()
		s.mu.Lock()
		// 0.1 + 0.2 + ... + 6.4 = 12.7 s, then every 10 s.
		if n := len(s.asked); n < 10 || n > 14 {
			t.Errorf("%d listings in a failing minute, want about 12", n)
		}
		if st := p.Status(); st.State != ingest.Failing || st.Error != "bucket is away" || len(*batches) > 0 {
			t.Errorf("status %+v, batches %v", st, *batches)
		}
		s.err = nil
		s.mu.Unlock()
		time.Sleep(11 * time.Second)
		synctest.Wait()
		if got := changes(*batches); !slices.Equal(got, []string{"-1a", "-1b"}) || p.Status().State != ingest.Polling {
			t.Errorf("after mending: %q, %+v", got, p.Status())
		}
	})
}

func TestPollerHintsAreScoped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(list)
		p, batches := run(t, s, "d/a", "d/b/c", "d-b", "e")
		*batches = nil
		if got := s.asked; !slices.Equal(got, []string{"[]"}) {
			t.Fatalf("asked %q at start", got)
		}
		s.keys = []string{"d/a", "d/b/c", "d-b", "e"}
		p.Hint("")
		synctest.Wait()
		*batches = nil

		s.keys = nil // nothing is found any more, but only d was looked at
		p.Hint("d/b")
		p.HintAt("d", time.Now().Add(-time.Second))
		synctest.Wait()
		if got := changes(*batches); !slices.Equal(got, []string{"-1d/a", "-1d/b/c"}) {
			t.Errorf("a look at d emits %q", got)
		}
		start := time.Now()
		p.HintAt("e", start.Add(5*time.Second))
		p.HintAt("e", start.Add(3*time.Second))
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if got := changes(*batches); !slices.Contains(got, "-1e") {
			t.Errorf("three seconds later: %q", got)
		}
		if st := p.Status(); st.Objects != 1 {
			t.Errorf("%d objects, want 1", st.Objects)
		}
	})
}

func TestPollerKeepsWhatCouldNotBeListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &list{keys: []string{"a"}, look: func(l *ingest.Look) { l.Failed("d", errors.New("d: permission denied")) }}
		p, batches := run(t, s, "a", "b", "d/x", "d/y/z")
		if got := changes(*batches); !slices.Equal(got, []string{"-1b"}) || !(*batches)[len(*batches)-1].Synced {
			t.Errorf("emitted %q", got)
		}
		if st := p.Status(); st.State != ingest.Polling || st.Error != "d: permission denied" || st.Objects != 3 {
			t.Errorf("status %+v", st)
		}
		s.look = nil
		p.Hint("")
		synctest.Wait()
		if st := p.Status(); st.Error != "" || st.Objects != 1 {
			t.Errorf("status %+v", st)
		}
	})
}

func TestPollerEmitsInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(list)
		for i := range 1300 {
			s.keys = append(s.keys, fmt.Sprint(i))
		}
		_, batches := run(t, s)
		var sizes []string
		for _, b := range *batches {
			sizes = append(sizes, fmt.Sprint(len(b.Changes), b.Synced))
		}
		if want := []string{"512 false", "512 false", "276 true"}; !slices.Equal(sizes, want) {
			t.Errorf("batches %q, want %q", sizes, want)
		}
	})
}

func TestPollerEndsWithEmitError(t *testing.T) {
	broken := errors.New("broken")
	p := ingest.NewPoller(ingest.PollerConfig{Name: "s", Lister: &list{keys: make([]string, 600)}, Interval: time.Minute})
	err := p.Run(t.Context(), ingesttest.None(), func(context.Context, ingest.Batch) error { return broken })
	if err != broken {
		t.Errorf("Run: %v, want %v", err, broken)
	}
}
