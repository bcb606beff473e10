// Package providertest has the tests that every remote embedding model passes.
package providertest

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"ragserver/embed"
	"ragserver/llm/llmtest"
	"ragserver/remote"
)

// Options are the settings that Run varies. The key is llmtest.Key, the timeout
// llmtest.Patience.
type Options struct {
	Model                      string
	Dimensions                 int
	QueryPrefix, PassagePrefix string
	Share                      float64
}

// An Embedder is what is tested.
type Embedder interface {
	embed.Embedder
	BatchSize() int
}

// Open returns an embedder that asks s.
type Open func(t *testing.T, s *llmtest.Server, o Options) (Embedder, error)

// Run tests the embedder that open returns.
func Run(t *testing.T, open Open) {
	must := func(t *testing.T, s *llmtest.Server, o Options) Embedder {
		t.Helper()
		o.Model = "test"
		e, err := open(t, s, o)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	t.Run("vectors", func(t *testing.T) { vectors(t, must) })
	t.Run("settings", func(t *testing.T) { settings(t, open) })
	t.Run("failures", func(t *testing.T) { failures(t, must) })
	t.Run("space", func(t *testing.T) { space(t, must) })
	t.Run("too long", func(t *testing.T) {
		s := llmtest.NewServer(t, llmtest.TooLong)
		long := strings.Repeat("word ", 1000)
		got, err := must(t, s, Options{}).Embed(t.Context(), embed.Passage, []string{"short", long})
		if err != nil || len(got) != 2 || got[1] == nil {
			t.Errorf("got %v, %v, want the long text cut", got, err)
		}
	})
	t.Run("other dimensions later", func(t *testing.T) {
		e := must(t, llmtest.NewServer(t, llmtest.Good, llmtest.WrongSize), Options{})
		if _, err := e.Embed(t.Context(), embed.Passage, []string{"a"}); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Embed(t.Context(), embed.Passage, []string{"a"}); err == nil || !strings.Contains(err.Error(), "has 5 dimensions, want 4") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := must(t, llmtest.NewServer(t), Options{}).Embed(ctx, embed.Passage, []string{"a"})
		if !errors.Is(err, context.Canceled) || remote.Temporary(err) {
			t.Errorf("got %v", err)
		}
	})
}

type opener func(t *testing.T, s *llmtest.Server, o Options) Embedder

// vectors checks that each text gets its own vector, of unit length.
func vectors(t *testing.T, open opener) {
	s := llmtest.NewServer(t)
	e := open(t, s, Options{QueryPrefix: "q: "})
	texts := []string{"", "x", "xx", " \n", "xxx", "bad \xff"}
	got, err := e.Embed(t.Context(), embed.Passage, texts)
	if err != nil || len(got) != len(texts) {
		t.Fatalf("got %v, %v", got, err)
	}
	for i, v := range got {
		if empty := strings.TrimSpace(texts[i]) == ""; empty != (v == nil) {
			t.Errorf("%q has vector %v", texts[i], v)
			continue
		}
		if v != nil && (len(v) != llmtest.Dimensions || math.Abs(float64(v[0]*v[0]+v[1]*v[1]+v[2]*v[2]+v[3]*v[3])-1) > 1e-6) {
			t.Errorf("%q has vector %v", texts[i], v)
		}
	}
	if v := got[1]; math.Abs(float64(v[1])-0.6) > 1e-6 || math.Abs(float64(v[2])-0.8) > 1e-6 {
		t.Errorf("got %v for %q: the order is lost", v, texts[1])
	}
	if _, err := e.Embed(t.Context(), embed.Query, []string{"x"}); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Embed(t.Context(), embed.Query, []string{"", " "}); err != nil {
		t.Fatal(err)
	}
	r := s.Requests()
	if len(r) != 2 {
		t.Fatalf("%d requests, want 2: none for empty texts", len(r))
	}
	if in := r[1].Body["input"].([]any); in[0] != "q: x" {
		t.Errorf("the query was sent as %q", in[0])
	}
	if got := r[0].Header.Get("Authorization"); got != "Bearer "+llmtest.Key || r[0].Body["model"] != "test" {
		t.Errorf("got %q, %v", got, r[0].Body["model"])
	}
}

func settings(t *testing.T, open Open) {
	for want, o := range map[string]Options{
		"model is missing": {}, "dimensions": {Model: "m", Dimensions: -1}, "share": {Model: "m", Share: 1.5},
	} {
		if _, err := open(t, llmtest.NewServer(t), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error about %q", err, want)
		}
	}
}

func failures(t *testing.T, open opener) {
	for _, c := range []struct {
		name      string
		behavior  llmtest.Behavior
		status    int
		temporary bool
		text      string
	}{
		{"busy", llmtest.Busy, 429, true, "Rate limit reached"},
		{"broken", llmtest.Broken, 500, true, "out of memory"},
		{"refused", llmtest.Refused, 401, false, "Incorrect API key"},
		{"missing", llmtest.Missing, 404, false, "model"},
		{"garbage", llmtest.Garbage, 0, true, "cannot be used"},
		{"page", llmtest.Page, 502, true, "502 Bad Gateway"},
		{"login page", llmtest.LoginPage, 0, true, "cannot be used"},
		{"silent", llmtest.Silent, 0, true, ""},
		{"stall", llmtest.Stall, 0, true, ""},
		{"reset", llmtest.Reset, 0, true, "closed in the middle"},
		{"truncated", llmtest.Truncated, 0, true, "closed in the middle"},
		{"wrong count", llmtest.WrongCount, 0, true, "1 vectors for 2 texts"},
		{"wrong size", llmtest.WrongSize, 0, true, "has 4 dimensions, want 3"},
		{"not numbers", llmtest.NotNumbers, 0, true, "cannot be used"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := open(t, llmtest.NewServer(t, c.behavior), Options{Dimensions: 3}).Embed(t.Context(), embed.Passage, []string{"a", "bb"})
			e, ok := errors.AsType[*remote.Error](err)
			if !ok {
				t.Fatalf("got %v, %T %v, want a *remote.Error", got, err, err)
			}
			if e.Status != c.status || e.Temporary != c.temporary || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %q, status %d, temporary %v; want %q, %d, %v", err, e.Status, e.Temporary, c.text, c.status, c.temporary)
			}
			if strings.Contains(err.Error(), llmtest.Key) {
				t.Errorf("the key is in %q", err)
			}
		})
	}
}

func space(t *testing.T, open opener) {
	s := llmtest.NewServer(t)
	e := open(t, s, Options{})
	if got := e.Space(); got.Dimensions != 0 || got.Share != 0.7 || e.BatchSize() <= 0 {
		t.Errorf("got %+v, batches of %d", got, e.BatchSize())
	}
	if _, err := e.Embed(t.Context(), embed.Passage, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if got := e.Space().Dimensions; got != llmtest.Dimensions {
		t.Errorf("got %d dimensions", got)
	}
	ids := map[string]bool{}
	for _, o := range []Options{{}, {Dimensions: 3}, {QueryPrefix: "a"}, {PassagePrefix: "a"}, {QueryPrefix: "a&passage=b"}, {QueryPrefix: "a", PassagePrefix: "b"}} {
		ids[open(t, s, o).Space().ID] = true
	}
	if len(ids) != 6 {
		t.Errorf("settings that change vectors share an ID: %v", ids)
	}
}
