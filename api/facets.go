package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	rag "ragserver"
	"ragserver/retrieve"
)

// defaultFacetValues are listed of each field if the caller does not say.
const defaultFacetValues = 20

// A facetRequest is the question of /v1/facets.
type facetRequest struct {
	Filter string   `json:"filter,omitempty" nullable:"true" doc:"JMESPath over the document's metadata"`
	Glob   string   `json:"glob,omitempty" nullable:"true" doc:"of the document's path"`
	Fields []string `json:"fields" minItems:"1" maxItems:"16" doc:"keys of the metadata; in a query separated by commas"`
	Limit  int      `json:"limit,omitempty" minimum:"0" maximum:"1000" default:"20" doc:"at most this many values of each field"`
	After  string   `json:"after,omitempty" doc:"a token: wait until that change is searchable"`
}

// A facetResult is the answer of /v1/facets.
type facetResult struct {
	Facets        []facet    `json:"facets" doc:"in the order of fields"`
	Documents     int        `json:"documents" doc:"that were counted"`
	Chunks        int        `json:"chunks" doc:"of these documents"`
	Epoch         rag.Epoch  `json:"epoch"`
	CompleteUntil *time.Time `json:"complete_until" doc:"every change noticed before is in the answer"`
}

// A facet is the most frequent values of a field.
type facet struct {
	Field  string       `json:"field"`
	Values []facetValue `json:"values" doc:"those of most documents first"`
	Total  int          `json:"total" doc:"how many different values there are"`
}

// A facetValue is a value with its counts.
type facetValue struct {
	Value     any `json:"value" doc:"a string, a number or a boolean"`
	Documents int `json:"documents"`
	Chunks    int `json:"chunks"`
}

func readFacets(f fields) (facetRequest, error) {
	r := facetRequest{Filter: f.text("filter", "metadata_filter"), Glob: f.text("glob", "filepath_globpattern"), After: f.text("after")}
	var ok bool
	var err error
	if r.Fields, ok, err = f.texts("fields"); err != nil {
		return r, err
	}
	if !ok {
		return r, f.required("fields")
	}
	if r.Limit, ok, err = f.integer(0, retrieve.MaxFacetValues, "limit"); !ok {
		r.Limit = defaultFacetValues
	}
	return r, err
}

// texts returns the list of strings under name, and whether there is one. One
// string alone is a list of those between its commas.
func (f fields) texts(name string) ([]string, bool, error) {
	v, ok := f.find(name)
	if !ok {
		return nil, false, nil
	}
	if v.json == nil || v.json[0] == '"' {
		return strings.Split(v.asText(), ","), true, nil
	}
	var list []string
	if err := json.Unmarshal(v.json, &list); err != nil {
		return nil, true, badField(name, "must be a list of strings, not %s", v.shown())
	}
	return list, true, nil
}

// facets serves /v1/facets.
func (h *Handler) facets(ctx context.Context, c *gin.Context) error {
	f, err := h.fields(c)
	if err != nil {
		return err
	}
	req, err := readFacets(f)
	if err != nil {
		return err
	}
	if err := h.wait(ctx, req.After); err != nil {
		return err
	}
	found, err := h.svc.Retriever.Facets(ctx, retrieve.FacetQuery{Filter: req.Filter, Glob: req.Glob, Fields: req.Fields, Limit: req.Limit})
	if err != nil {
		return renamed(err, "filter", "glob")
	}
	setFreshness(c.Writer.Header(), Freshness{found.Epoch, found.CompleteUntil})
	return writeJSON(c.Writer, http.StatusOK, facetsShown(found))
}

func facetsShown(found retrieve.Facets) facetResult {
	out := facetResult{
		Facets: make([]facet, len(found.Fields)), Documents: found.Documents, Chunks: found.Chunks,
		Epoch: found.Epoch, CompleteUntil: timeOrNull(found.CompleteUntil),
	}
	for i, f := range found.Fields {
		out.Facets[i] = facet{Field: f.Field, Values: make([]facetValue, len(f.Values)), Total: f.Total}
		for k, v := range f.Values {
			out.Facets[i].Values[k] = facetValue{v.Value, v.Documents, v.Chunks}
		}
	}
	return out
}
