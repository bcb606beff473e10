package api

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ragserver/index"
	"ragserver/index/hybrid"
	"ragserver/retrieve"
)

func TestAnEpochThatIsNotHeldIsGone(t *testing.T) {
	for _, target := range []string{"/v1/retrieve?query=x&k=1&epoch=4", "/v1/answer?prompt=x&epoch=4", "/v1/answer?prompt=x&epoch=4&stream=1"} {
		h, f := newTest(t, Config{})
		gone := &hybrid.NotHeld{Epoch: 4, Oldest: 6, Newest: 9}
		f.retrieve = func(context.Context, retrieve.Query) (retrieve.Result, error) { return retrieve.Result{}, gone }
		f.answer = failingAnswer(gone)
		got := wantProblem(t, do(h, "GET", target, ""), http.StatusGone, "not_held", "epoch")
		for _, number := range []string{"4", "6", "9"} {
			if !strings.Contains(got, number) {
				t.Errorf("%s: message %q lacks %s", target, got, number)
			}
		}
	}
}

// What is true of the newest state only is not said of an older one.
func TestAnOldStateHasNoCompleteUntil(t *testing.T) {
	h, f := newTest(t, Config{})
	f.retrieve = func(_ context.Context, q retrieve.Query) (retrieve.Result, error) {
		return retrieve.Result{Hits: sampleHits(q.K), Epoch: q.Epoch}, nil
	}
	w := do(h, "POST", "/v1/retrieve", `{"query":"x","k":1,"epoch":2,"extended":true}`)
	got := decoded[map[string]any](t, w, http.StatusOK)
	if until, ok := got["complete_until"]; got["epoch"] != 2.0 || !ok || until != nil {
		t.Errorf("got epoch %v, complete until %v; want 2, null", got["epoch"], until)
	}
	if h := w.Header(); h.Get(headerEpoch) != "2" || h.Get(headerComplete) != "" {
		t.Errorf("got headers %v", h)
	}
}

func TestAnExplanationSaysHowEachLegSearched(t *testing.T) {
	h, f := newTest(t, Config{})
	f.retrieve = func(_ context.Context, q retrieve.Query) (retrieve.Result, error) {
		return retrieve.Result{Hits: sampleHits(q.K), Epoch: 3, CompleteUntil: noon, Explanation: &hybrid.Explanation{
			Fusion: hybrid.Convex, Share: 0.5, Rows: 40, Candidates: 30,
			Vector: hybrid.LegExplanation{Plan: index.Plan{Method: "walk", Scored: 700, Width: 64}, Searches: 2, Candidates: 20},
			Text:   hybrid.LegExplanation{Plan: index.Plan{Method: "all", Scored: 12}, Searches: 1, Candidates: 12},
		}}, nil
	}
	got := decoded[map[string]any](t, do(h, "POST", "/v1/retrieve", `{"query":"x","k":1,"explain":true}`), http.StatusOK)
	want := map[string]any{
		"fusion": "convex", "share": 0.5, "rows": 40.0, "candidates": 30.0,
		"vector": map[string]any{"method": "walk", "scored": 700.0, "width": 64.0, "searches": 2.0, "candidates": 20.0},
		"bm25":   map[string]any{"method": "all", "scored": 12.0, "width": 0.0, "searches": 1.0, "candidates": 12.0},
	}
	if diff := cmp.Diff(want, got["explanation"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if hits, _ := got["hits"].([]any); len(hits) != 1 {
		t.Errorf("got hits %v, want one", got["hits"])
	}
	f.retrieve = nil
	got = decoded[map[string]any](t, do(h, "POST", "/v1/retrieve", `{"query":"x","k":1,"extended":true}`), http.StatusOK)
	if e, ok := got["explanation"]; ok {
		t.Errorf("got explanation %v without asking", e)
	}
}
