package apitest

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/api"
)

// A shelf is the smallest api.Documents: what is put is searchable at once.
type shelf map[rag.URI]string

func TestSuiteHoldsForTheSmallestDocuments(t *testing.T) {
	Run(t, func(*testing.T) api.Documents { return shelf{"other:x": "x"} })
}

func (s shelf) document(uri rag.URI) rag.Document {
	_, path := uri.Split()
	text := s[uri]
	return rag.Document{Object: rag.Object{URI: uri, Path: path}, Status: rag.Indexed, Chunks: []rag.Chunk{{URI: uri, End: utf8.RuneCountInString(text), Text: text}}}
}

func (s shelf) List(_ context.Context, q api.ListQuery) (docs []rag.Document, next string, err error) {
	for _, uri := range slices.Sorted(maps.Keys(s)) {
		if string(uri) <= q.Cursor || !strings.Contains(string(uri), strings.ToLower(q.Text)) {
			continue
		}
		if q.Limit > 0 && len(docs) == q.Limit {
			return docs, string(docs[len(docs)-1].Object.URI), nil
		}
		docs = append(docs, s.document(uri))
	}
	return docs, "", nil
}

func (s shelf) Get(_ context.Context, uri rag.URI) (rag.Document, string, error) {
	if _, ok := s[uri]; !ok {
		return rag.Document{}, "", api.ErrNotFound
	}
	return s.document(uri), s[uri], nil
}

// Parts returns none: texts have nothing inside.
func (s shelf) Parts(context.Context, rag.URI, int) ([]rag.Document, error) { return nil, nil }

func (s shelf) Put(_ context.Context, path string, body io.Reader) (rag.URI, string, error) {
	if !fs.ValidPath(path) || path == "." || strings.Contains(path, "\x00") {
		return "", "", &api.BadRequest{Field: "path", Message: "is not valid"}
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return "", "", fmt.Errorf("reading %s: %w", path, err)
	}
	uri := rag.NewURI("shelf", path)
	s[uri] = string(b)
	return uri, "1", nil
}

func (s shelf) Delete(_ context.Context, uri rag.URI) (string, error) {
	if _, ok := s[uri]; !ok {
		return "", api.ErrNotFound
	}
	delete(s, uri)
	return "1", nil
}

func (s shelf) Wait(_ context.Context, token string) error {
	if _, err := strconv.ParseUint(token, 10, 64); err != nil {
		return &api.BadRequest{Message: "is not a token"}
	}
	return nil
}
