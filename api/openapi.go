package api

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"
)

// An operation is what the OpenAPI document says of a route. Its types are the
// ones that the handler reads and writes.
type operation struct {
	id, summary, text string

	in         any   // fields of the request; nil: none
	out        any   // the answer
	more       []any // other forms of it
	status     int   // of success; 0: 200
	media      string
	stream     bool // the answer may come as events
	onlyStream bool
	upload     bool
}

// A spec is the OpenAPI document in both forms.
type spec struct{ json, yaml []byte }

const schemas = "#/components/schemas/"

// makeSpec describes the routes. huma makes schemas of Go types; its request
// pipeline is not used, because it would decode strictly what Pathway's clients
// may send loosely.
func (h *Handler) makeSpec() (spec, error) {
	types := huma.NewMapRegistry(schemas, huma.DefaultSchemaNamer)
	doc := &huma.OpenAPI{
		OpenAPI:    "3.1.0",
		Info:       &huma.Info{Title: "ragserver", Version: h.cfg.Version, Description: "Search and cited answers over documents that are kept up to date."},
		Paths:      map[string]*huma.PathItem{},
		Components: &huma.Components{Schemas: types},
	}
	if h.guard.keys != nil {
		doc.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer"}}
		doc.Security = []map[string][]string{{"key": {}}}
	}
	for _, r := range h.routes() {
		for _, method := range r.methods {
			r.describe(doc, types, method)
		}
	}
	for _, s := range types.Map() {
		plainArrays(s)
	}
	asJSON, err := json.Marshal(doc)
	if err != nil {
		return spec{}, fmt.Errorf("describing the API: %w", err)
	}
	asYAML, err := doc.YAML()
	if err != nil {
		return spec{}, fmt.Errorf("describing the API: %w", err)
	}
	return spec{asJSON, asYAML}, nil
}

// describe adds one method of r.
func (r route) describe(doc *huma.OpenAPI, types huma.Registry, method string) {
	d := r.doc
	op := &huma.Operation{OperationID: d.id, Summary: d.summary, Description: d.text, Responses: map[string]*huma.Response{}}
	if len(r.methods) > 1 && method == http.MethodGet {
		op.OperationID += "-get"
	}
	path := r.path
	if prefix, name, ok := strings.Cut(r.path, "*"); ok {
		path = prefix + "{" + name + "}"
		op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
	}
	switch {
	case d.upload:
		op.Parameters = append(op.Parameters, queryParams(types, d.in)...)
		op.RequestBody = uploadBody()
	case d.in != nil && method == http.MethodPost:
		op.RequestBody = &huma.RequestBody{Content: map[string]*huma.MediaType{"application/json": {Schema: schemaOf(types, d.in)}}}
	case d.in != nil:
		op.Parameters = append(op.Parameters, queryParams(types, d.in)...)
	}
	op.Responses[strconv.Itoa(max(d.status, http.StatusOK))] = d.success(types)
	op.Responses["default"] = &huma.Response{Description: "what went wrong", Content: map[string]*huma.MediaType{"application/json": {Schema: schemaOf(types, problemBody{})}}}
	item := doc.Paths[path]
	if item == nil {
		item = &huma.PathItem{}
		doc.Paths[path] = item
	}
	switch method {
	case http.MethodGet:
		item.Get = op
	case http.MethodPost:
		item.Post = op
	case http.MethodDelete:
		item.Delete = op
	}
}

// success describes the answer when all went well.
func (d operation) success(types huma.Registry) *huma.Response {
	content := map[string]*huma.MediaType{}
	switch {
	case d.media != "":
		content[d.media] = &huma.MediaType{}
	case !d.onlyStream:
		s := schemaOf(types, d.out)
		if len(d.more) > 0 {
			s = &huma.Schema{AnyOf: []*huma.Schema{s}}
			for _, other := range d.more {
				s.AnyOf = append(s.AnyOf, schemaOf(types, other))
			}
		}
		content["application/json"] = &huma.MediaType{Schema: s}
	}
	if d.stream || d.onlyStream {
		content["text/event-stream"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return &huma.Response{Description: "success", Content: content}
}

func schemaOf(types huma.Registry, v any) *huma.Schema {
	s := types.Schema(reflect.TypeOf(v), true, "")
	plainArrays(s)
	return s
}

// queryParams are the fields of v as query parameters, required ones first.
func queryParams(types huma.Registry, v any) []*huma.Param {
	s := types.Schema(reflect.TypeOf(v), false, "")
	var params []*huma.Param
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := *s.Properties[name]
		p.Nullable = false // a query has no null
		params = append(params, &huma.Param{Name: name, In: "query", Description: p.Description, Required: slices.Contains(s.Required, name), Schema: &p})
	}
	slices.SortStableFunc(params, func(a, b *huma.Param) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return params
}

func uploadBody() *huma.RequestBody {
	file := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	form := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{
		"path": {Type: huma.TypeString, Description: "names the file after it"},
		"file": file,
	}}
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"multipart/form-data":      {Schema: form},
		"application/octet-stream": {Schema: file},
	}}
}

// plainArrays says that lists are never null here, and that unknown fields do
// no harm.
func plainArrays(s *huma.Schema) {
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	if s.AdditionalProperties == false {
		s.AdditionalProperties = nil
	}
	for _, p := range s.Properties {
		plainArrays(p)
	}
}

// specJSON serves /openapi.json.
func (h *Handler) specJSON(_ context.Context, c *gin.Context) error {
	s, err := h.spec()
	if err != nil {
		return err
	}
	writeBody(c.Writer, http.StatusOK, typeJSON, s.json)
	return nil
}

// specYAML serves /openapi.yaml.
func (h *Handler) specYAML(_ context.Context, c *gin.Context) error {
	s, err := h.spec()
	if err != nil {
		return err
	}
	writeBody(c.Writer, http.StatusOK, "application/yaml; charset=utf-8", s.yaml)
	return nil
}
