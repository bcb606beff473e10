package api

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOpenAPIDescribesEveryRoute checks the document's structure: every route
// is there, every reference leads somewhere, every operation has a name of its
// own and an answer.
func TestOpenAPIDescribesEveryRoute(t *testing.T) {
	h, _ := newTest(t, Config{Version: "v1", Keys: []string{"k"}})
	doc := decoded[map[string]any](t, do(h, "GET", "/openapi.json", ""), http.StatusOK)
	if doc["openapi"] != "3.1.0" || doc["info"].(map[string]any)["version"] != "v1" {
		t.Errorf("got %v %v", doc["openapi"], doc["info"])
	}
	paths := doc["paths"].(map[string]any)
	var got, want []string
	ids := map[string]bool{}
	for path, item := range paths {
		for method, op := range item.(map[string]any) {
			got = append(got, strings.ToUpper(method)+" "+path)
			o := op.(map[string]any)
			id, _ := o["operationId"].(string)
			if id == "" || ids[id] || o["summary"] == "" || len(o["responses"].(map[string]any)) != 2 {
				t.Errorf("%s %s: operation %q is not complete or not the only one", method, path, id)
			}
			ids[id] = true
		}
	}
	for _, r := range h.engine.Routes() {
		want = append(want, r.Method+" "+strings.Replace(r.Path, "*uri", "{uri}", 1))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	known := doc["components"].(map[string]any)["schemas"].(map[string]any)
	checkRefs(t, doc, known)
	request := known["RetrieveRequest"].(map[string]any)
	if diff := cmp.Diff([]any{"query", "k"}, request["required"]); diff != "" {
		t.Errorf("required (-want +got):\n%s", diff)
	}
	if w := do(h, "GET", "/openapi.yaml", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "openapi: 3.1.0\n") {
		t.Errorf("got %d %.200s", w.Code, w.Body)
	}
}

func checkRefs(t *testing.T, v any, known map[string]any) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok && known[strings.TrimPrefix(ref, schemas)] == nil {
			t.Errorf("%s leads nowhere", ref)
		}
		if typ, ok := v["type"].([]any); ok && slices.Contains(typ, any("array")) {
			t.Errorf("a list may be null: %v", v)
		}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			checkRefs(t, v[k], known)
		}
	case []any:
		for _, e := range v {
			checkRefs(t, e, known)
		}
	}
}
