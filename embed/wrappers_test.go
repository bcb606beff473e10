package embed_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/remote"
)

func limit(t *testing.T, l embed.Limits, e embed.Embedder) embed.Embedder {
	t.Helper()
	w, err := embed.Limit(l, e)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		failures := 2
		f.spoil = func(_ []string, v []rag.Vector) ([]rag.Vector, error) {
			if failures--; failures >= 0 {
				return nil, &remote.Error{Provider: "fake", Temporary: true}
			}
			return v, nil
		}
		v, err := embed.Retry(remote.Backoff{Tries: 3}, f).Embed(t.Context(), embed.Passage, []string{"a"})
		if err != nil || len(v) != 1 || len(f.sizes()) != 3 {
			t.Errorf("got %d vectors, error %v after %d calls, want 1, none, 3", len(v), err, len(f.sizes()))
		}
		failures = 9
		if v, err = embed.Retry(remote.Backoff{Tries: 2}, f).Embed(t.Context(), embed.Passage, []string{"a"}); err == nil || v != nil {
			t.Errorf("got %v, %v, want the last error", v, err)
		}
	})
}

func TestLimitOfCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.delay = time.Second
		e := limit(t, embed.Limits{Concurrent: 3}, f)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := e.Embed(t.Context(), embed.Query, []string{"a"}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if f.peak != 3 {
			t.Errorf("got %d calls at one time, want 3", f.peak)
		}
	})
}

func TestLimitPerMinute(t *testing.T) {
	for name, c := range map[string]struct {
		limits embed.Limits
		texts  int
		want   time.Duration // of three calls
	}{
		"requests":       {embed.Limits{RequestsPerMinute: 1}, 5, 2 * time.Minute},
		"texts":          {embed.Limits{TextsPerMinute: 10}, 10, 2 * time.Minute},
		"one large call": {embed.Limits{TextsPerMinute: 10}, 25, 7*time.Minute - 30*time.Second},
		"none":           {embed.Limits{}, 100, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := limit(t, c.limits, newFake(t))
				begun := time.Now()
				for range 3 {
					if _, err := e.Embed(t.Context(), embed.Passage, make([]string, c.texts)); err != nil {
						t.Fatal(err)
					}
				}
				if took := time.Since(begun); (took - c.want).Abs() > time.Second {
					t.Errorf("three calls of %d texts: took %v, want %v", c.texts, took, c.want)
				}
			})
		})
	}
	if _, err := embed.Limit(embed.Limits{TextsPerMinute: -1}, newFake(t)); err == nil || !strings.Contains(err.Error(), "texts per minute") {
		t.Errorf("got %v, want an error that names texts per minute", err)
	}
}

func TestCheck(t *testing.T) {
	texts := []string{"one", "two"}
	for want, spoil := range map[string]func([]rag.Vector) []rag.Vector{
		"expected 2 vectors, got 1":                                       func(v []rag.Vector) []rag.Vector { return v[:1] },
		"expected 2 vectors, got 3":                                       func(v []rag.Vector) []rag.Vector { return append(v, v[0]) },
		"vector 2 of 2: expected 256 dimensions, got 255":                 func(v []rag.Vector) []rag.Vector { v[1] = v[1][:255]; return v },
		"vector 1 of 2: expected 256 dimensions, got 0":                   func(v []rag.Vector) []rag.Vector { v[0] = rag.Vector{}; return v },
		"vector 1 of 2: expected a direction, got 256 zeros":              func(v []rag.Vector) []rag.Vector { clear(v[0]); return v },
		"vector 1 of 2: expected 256 numbers, got one that is not finite": func(v []rag.Vector) []rag.Vector { v[0][9] = float32(math.NaN()); return v },
	} {
		f := newFake(t)
		f.spoil = func(_ []string, v []rag.Vector) ([]rag.Vector, error) { return spoil(v), nil }
		got, err := embed.Check(f).Embed(t.Context(), embed.Passage, texts)
		if _, ok := errors.AsType[*remote.Error](err); !ok || got != nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), f.Space().ID) {
			t.Errorf("got %v, want a *remote.Error with the model and %q", err, want)
		}
	}
}

func TestCheckScalesAndKeepsNil(t *testing.T) {
	f := newFake(t)
	f.spoil = func(_ []string, v []rag.Vector) ([]rag.Vector, error) {
		for i := range v[0] {
			v[0][i] *= 7
		}
		v[1] = nil
		return v, nil
	}
	got, err := embed.Check(f).Embed(t.Context(), embed.Passage, []string{"one", "two"})
	if err != nil || got[1] != nil {
		t.Fatalf("got %v, %v, want a vector and none", got, err)
	}
	if i := slices.IndexFunc(got[0], func(x float32) bool { return x != 0 }); math.Abs(math.Abs(float64(got[0][i]))-1) > 1e-6 {
		t.Errorf("got %v in a vector of one dimension, want 1 or -1", got[0][i])
	}
}

func TestCheckOfUnknownDimensionsKeepsTheFirst(t *testing.T) {
	f := newFake(t)
	f.space = &embed.Space{ID: "new"}
	length := 4
	f.spoil = func(_ []string, v []rag.Vector) ([]rag.Vector, error) {
		v[0] = append(rag.Vector{1}, make(rag.Vector, length-1)...)
		return v, nil
	}
	e := embed.Check(f)
	if _, err := e.Embed(t.Context(), embed.Passage, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	length = 5
	if _, err := e.Embed(t.Context(), embed.Passage, []string{"a"}); err == nil || !strings.Contains(err.Error(), "expected 4 dimensions, got 5") {
		t.Errorf("got %v, want an error with both dimensions", err)
	}
}

func TestCount(t *testing.T) {
	f := newFake(t)
	e := embed.Count(f)
	if _, err := e.Embed(t.Context(), embed.Query, []string{"?"}); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1, 2, 4} {
		if n == 4 {
			f.spoil = func([]string, []rag.Vector) ([]rag.Vector, error) { return nil, errors.New("down") }
		}
		if _, err := e.Embed(t.Context(), embed.Passage, make([]string, n)); (err != nil) != (n == 4) {
			t.Fatal(err)
		}
	}
	if got, want := e.Asked(), (embed.Asked{Calls: 4, Failed: 1, Texts: 4, Passages: 3}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
