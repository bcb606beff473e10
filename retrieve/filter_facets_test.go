package retrieve

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ragserver/index/metadata"
)

func TestFacets(t *testing.T) {
	r, _ := newRetriever(t, 30)
	got, err := r.Facets(t.Context(), FacetQuery{Glob: "02?.txt", Filter: "path != '025.txt'", Fields: []string{"path", "nothing"}, Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	path, nothing := got.Fields[0], got.Fields[1]
	if got.Epoch != 1 || got.Documents != 9 || got.Chunks != 9 || path.Total != 9 || nothing.Total != 0 || len(nothing.Values) != 0 {
		t.Errorf("got %+v", got)
	}
	if diff := cmp.Diff([]metadata.Count{{Value: "020.txt", Documents: 1, Chunks: 1}, {Value: "021.txt", Documents: 1, Chunks: 1}}, path.Values); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if all, err := r.Facets(t.Context(), FacetQuery{Fields: []string{"path"}}); err != nil || all.Documents != 30 || all.Fields[0].Total != 30 || len(all.Fields[0].Values) != 0 {
		t.Errorf("of all: got %+v, %v", all, err)
	}
}

func TestBadFacetQueries(t *testing.T) {
	r, _ := newRetriever(t, 1)
	for _, tc := range []struct {
		q     FacetQuery
		field string
	}{
		{FacetQuery{}, "fields"},
		{FacetQuery{Fields: make([]string, MaxFacetFields+1)}, "fields"},
		{FacetQuery{Fields: []string{"a", ""}}, "fields"},
		{FacetQuery{Fields: []string{strings.Repeat("a", 300)}}, "fields"},
		{FacetQuery{Fields: []string{"a"}, Limit: -1}, "limit"},
		{FacetQuery{Fields: []string{"a"}, Limit: MaxFacetValues + 1}, "limit"},
		{FacetQuery{Fields: []string{"a"}, Filter: "path =="}, "filter"},
		{FacetQuery{Fields: []string{"a"}, Glob: "["}, "glob"},
	} {
		_, err := r.Facets(t.Context(), tc.q)
		if bad, ok := errors.AsType[*BadQuery](err); !ok || bad.Field != tc.field {
			t.Errorf("%+v: got %v, want one about %s", tc.q, err, tc.field)
		}
	}
}
