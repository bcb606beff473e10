package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ragserver/index/hybrid"
	"ragserver/index/metadata"
	"ragserver/retrieve"
)

func TestFacets(t *testing.T) {
	h, f := newTest(t, Config{})
	w := do(h, "POST", "/v1/facets", `{"filter":"size > 3","glob":"docs/**","fields":["language","draft"],"limit":2}`)
	got := decoded[map[string]any](t, w, http.StatusOK)
	want := map[string]any{
		"facets": []any{
			map[string]any{"field": "language", "total": 7.0, "values": []any{
				map[string]any{"value": "de", "documents": 3.0, "chunks": 9.0},
				map[string]any{"value": 2.5, "documents": 1.0, "chunks": 1.0},
			}},
			map[string]any{"field": "draft", "total": 0.0, "values": []any{}},
		},
		"documents": 4.0, "chunks": 12.0, "epoch": 3.0, "complete_until": "2026-11-22T12:00:00Z",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.Header().Get("X-Ragserver-Epoch") != "3" {
		t.Errorf("got headers %v", w.Header())
	}
	asked := retrieve.FacetQuery{Filter: "size > 3", Glob: "docs/**", Fields: []string{"language", "draft"}, Limit: 2}
	if diff := cmp.Diff([]retrieve.FacetQuery{asked}, f.counted); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestFacetsByQuery(t *testing.T) {
	h, f := newTest(t, Config{})
	decoded[facetResult](t, do(h, "GET", "/v1/facets/?fields=language,owner&after=t1,t2", ""), http.StatusOK)
	if diff := cmp.Diff([]retrieve.FacetQuery{{Fields: []string{"language", "owner"}, Limit: 20}}, f.counted); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"t1", "t2"}, f.waited); diff != "" {
		t.Errorf("waited (-want +got):\n%s", diff)
	}
}

func TestBadFacetsNameTheField(t *testing.T) {
	h, f := newTest(t, Config{})
	f.facets = func(context.Context, retrieve.FacetQuery) (retrieve.Facets, error) {
		return retrieve.Facets{}, &retrieve.BadQuery{Field: "glob", Message: "[ is not closed"}
	}
	for _, tc := range []struct{ body, field string }{
		{`{}`, "fields"},
		{`{"fields":null}`, "fields"},
		{`{"fields":5}`, "fields"},
		{`{"fields":[1]}`, "fields"},
		{`{"fields":{"a":1}}`, "fields"},
		{`{"fields":["a"],"limit":-1}`, "limit"},
		{`{"fields":["a"],"limit":1001}`, "limit"},
		{`{"fields":["a"],"limit":"many"}`, "limit"},
		{`{"fields":["a"],"glob":"["}`, "glob"},
	} {
		wantProblem(t, do(h, "POST", "/v1/facets", tc.body), http.StatusBadRequest, "bad_request", tc.field)
	}
	f.facets = func(context.Context, retrieve.FacetQuery) (retrieve.Facets, error) {
		return retrieve.Facets{}, errors.New("secret")
	}
	w := do(h, "POST", "/v1/facets", `{"fields":["a"]}`)
	if message := wantProblem(t, w, http.StatusInternalServerError, "internal", ""); strings.Contains(message, "secret") {
		t.Errorf("got %q", message)
	}
}

func sampleFacets() retrieve.Facets {
	return retrieve.Facets{Epoch: 3, CompleteUntil: noon, Facets: hybrid.Facets{Documents: 4, Chunks: 12, Fields: []hybrid.Facet{
		{Field: "language", Total: 7, Values: []metadata.Count{{Value: "de", Documents: 3, Chunks: 9}, {Value: 2.5, Documents: 1, Chunks: 1}}},
		{Field: "draft"},
	}}}
}

func (f *fake) Facets(ctx context.Context, q retrieve.FacetQuery) (retrieve.Facets, error) {
	f.record(func() { f.counted = append(f.counted, q) })
	if f.facets != nil {
		return f.facets(ctx, q)
	}
	return sampleFacets(), nil
}
