package embed_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	rag "ragserver"
	"ragserver/embed"
)

// A memory is a KV.
type memory struct {
	mu     sync.Mutex // guards values
	values map[string][]byte
	broken error
}

func (m *memory) Get(key []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[string(key)], m.broken
}

func (m *memory) Put(entries []embed.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.values == nil {
		m.values = map[string][]byte{}
	}
	for _, e := range entries {
		m.values[string(e.Key)] = e.Value
	}
	return m.broken
}

func TestCacheAsksOnceForEachText(t *testing.T) {
	f, kv := newFake(t), &memory{}
	ask := func(texts ...string) []rag.Vector {
		t.Helper()
		v, err := embed.Cache(kv, f).Embed(t.Context(), embed.Passage, texts) // as after a restart
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	first := ask("a", "b", "a", "w91 w160") // the last has no vector
	second := ask("w91 w160", "b", "c", "a", "c")
	if want := [][]string{{"a", "b", "w91 w160"}, {"c"}}; !slices.EqualFunc(f.calls, want, slices.Equal) {
		t.Errorf("got the calls %q, want %q", f.calls, want)
	}
	direct, err := f.Embedder.Embed(t.Context(), embed.Passage, []string{"a", "b", "c"})
	if err != nil {
		t.Fatal(err)
	}
	a, b, c := direct[0], direct[1], direct[2]
	if !slices.EqualFunc(first, []rag.Vector{a, b, a, nil}, slices.Equal) || !slices.EqualFunc(second, []rag.Vector{nil, b, c, a, c}, slices.Equal) {
		t.Errorf("got other vectors than the model's: %v, %v", first, second)
	}
	if first[3] != nil || second[0] != nil {
		t.Error("got an empty vector for a text without one, want nil")
	}
}

func TestCacheKeepsSpacesApart(t *testing.T) {
	kv := &memory{}
	f := newFake(t)
	for _, id := range []string{"one", "two"} {
		f.space = &embed.Space{ID: id, Dimensions: 256}
		if _, err := embed.Cache(kv, f).Embed(t.Context(), embed.Passage, []string{"a"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.calls) != 2 {
		t.Errorf("got %d calls, want one for each space", len(f.calls))
	}
	if got := kv.values[string(embed.Key("one", "a"))]; len(got) != 4*256 {
		t.Errorf("under Key: got %d bytes, want those of 256 dimensions", len(got))
	}
}

func TestCacheTakesAVectorOfWrongLengthForNone(t *testing.T) {
	f, kv := newFake(t), &memory{}
	key := embed.Key(f.Space().ID, "a")
	for _, value := range [][]byte{make([]byte, 8), make([]byte, 1023), make([]byte, 2048)} {
		if err := kv.Put([]embed.Entry{{Key: key, Value: value}}); err != nil {
			t.Fatal(err)
		}
		v, err := embed.Cache(kv, f).Embed(t.Context(), embed.Passage, []string{"a"})
		if err != nil || len(v[0]) != 256 || len(kv.values[string(key)]) != 1024 {
			t.Errorf("over %d bytes: got %d dimensions, error %v, and stored %d bytes", len(value), len(v[0]), err, len(kv.values[string(key)]))
		}
	}
}

func TestQueriesAreNotCached(t *testing.T) {
	f, kv := newFake(t), &memory{}
	for range 2 {
		if _, err := embed.Cache(kv, f).Embed(t.Context(), embed.Query, []string{"a"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.calls) != 2 || len(kv.values) != 0 {
		t.Errorf("got %d calls and %d values, want 2 and none", len(f.calls), len(kv.values))
	}
}

func TestCacheErrors(t *testing.T) {
	f := newFake(t)
	down := errors.New("disk is on fire")
	if _, err := embed.Cache(&memory{broken: down}, f).Embed(t.Context(), embed.Passage, []string{"a"}); !errors.Is(err, down) || !strings.Contains(err.Error(), f.Space().ID) {
		t.Errorf("got %v, want %v and the model", err, down)
	}
	f.spoil = func(_ []string, v []rag.Vector) ([]rag.Vector, error) { return v[:1], nil }
	if _, err := embed.Cache(&memory{}, f).Embed(t.Context(), embed.Passage, []string{"a", "b"}); err == nil || !strings.Contains(err.Error(), "expected 2 vectors, got 1") {
		t.Errorf("got %v, want an error with both numbers", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{}, 0)
	f.Add([]byte{0, 0, 128, 63}, 1)
	f.Add([]byte{1, 2, 3}, 0)
	f.Fuzz(func(t *testing.T, value []byte, dims int) {
		v, ok := embed.Decode(value, dims)
		if ok && string(embed.Encode(v)) != string(value) {
			t.Errorf("%x became %v and back %x", value, v, embed.Encode(v))
		}
		if ok && v != nil && dims != 0 && len(v) != dims {
			t.Errorf("got %d dimensions, want %d", len(v), dims)
		}
	})
}

func TestCallsAtTheSameTimeShareTheirTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, kv := newFake(t), &memory{}
		f.delay = time.Second
		cache := embed.Cache(kv, f)
		failing, cancel := context.WithCancel(t.Context())
		var calls errgroup.Group
		ask := func(ctx context.Context, texts ...string) {
			calls.Go(func() error {
				v, err := cache.Embed(ctx, embed.Passage, texts)
				if err == nil && slices.ContainsFunc(v, func(v rag.Vector) bool { return v == nil }) {
					return fmt.Errorf("got no vector for one of %q", texts)
				}
				return err
			})
			synctest.Wait()
		}
		ask(t.Context(), "a", "b")
		ask(t.Context(), "b", "c") // embeds c, then finds b stored
		if err := calls.Wait(); err != nil {
			t.Fatal(err)
		}
		ask(failing, "d")
		ask(t.Context(), "d", "e") // embeds e, then d, which the other gave up
		cancel()
		if err := calls.Wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("the call that was cancelled returned %v", err)
		}
		if want := [][]string{{"a", "b"}, {"c"}, {"d"}, {"e"}, {"d"}}; !slices.EqualFunc(f.calls, want, slices.Equal) {
			t.Errorf("got the calls %q, want %q", f.calls, want)
		}
	})
}
