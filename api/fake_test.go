package api

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/index/metadata"
	"ragserver/ingest"
	"ragserver/llm"
	"ragserver/llm/answer"
	"ragserver/retrieve"
)

var (
	noon     = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	beforeIt = noon.Add(-time.Hour)
)

// A fake is a whole Service whose parts a test may replace.
type fake struct {
	mu       sync.Mutex // guards what follows
	queries  []retrieve.Query
	counted  []retrieve.FacetQuery
	asked    []AnswerRequest
	listed   []ListQuery
	got      []rag.URI
	deleted  []rag.URI
	waited   []string
	stored   map[string]string
	stats    Statistics
	sourced  []SourceStatus
	fields   []metadata.FieldStats
	changed  chan struct{}
	notReady error

	retrieve func(ctx context.Context, q retrieve.Query) (retrieve.Result, error)
	facets   func(ctx context.Context, q retrieve.FacetQuery) (retrieve.Facets, error)
	answer   func(ctx context.Context, r AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error)
	put      func(ctx context.Context, path string, body io.Reader) (rag.URI, string, error)
	failWith error // of Documents
	page     func(q PageQuery) (Picture, error)
	pages    []PageQuery
	parts    []rag.Document
	shown    int
	wait     func(ctx context.Context, token string) error
}

func newFake() *fake {
	return &fake{
		stored: map[string]string{}, changed: make(chan struct{}),
		stats:   Statistics{Documents: 5, Indexed: 4, Failed: 1, Chunks: 9, Vectors: 8, Embedded: 7, Epoch: 3, LastModified: beforeIt, LastIndexed: noon, CompleteUntil: noon, Embedder: "static", Model: "extractive"},
		fields:  []metadata.FieldStats{{Field: "path", Documents: 4, Values: 3, Bytes: 200}},
		sourced: []SourceStatus{{Name: "docs", Kind: "fs", Status: ingest.Status{State: ingest.Watching, Objects: 5}, Documents: 4, Failed: 1, Lag: 1500 * time.Microsecond}},
	}
}

func (f *fake) service() Service { return Service{f, f, f, f, f} }

// record runs note with the fake to itself.
func (f *fake) record(note func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	note()
}

var sampleChunk = rag.Chunk{
	ID: rag.NewChunkID("docs:a.md", []string{"Cache"}, "Füchse \"springen\"\n", 0), URI: "docs:a.md", Ordinal: 0, Kind: rag.Paragraph,
	Heading: []string{"Cache"}, Page: 2, Start: 10, End: 29, Text: "Füchse \"springen\"\n",
}

func sampleHits(k int) []retrieve.Hit {
	hits := []retrieve.Hit{
		{Chunk: sampleChunk, Metadata: map[string]any{"path": "docs/a.md", "size": int64(44), "owner": nil, "title": "A"}, Score: 0.6, Dist: 0.4, Cosine: 0.5, CosineRank: 1, BM25: 2.5, BM25Rank: 2},
		{Chunk: rag.Chunk{URI: "docs:b.md", Text: "b"}, Metadata: map[string]any{"path": "docs/b.md"}, Score: 0.3, Dist: 0.7},
	}
	return hits[:min(k, len(hits))]
}

func (f *fake) Retrieve(ctx context.Context, q retrieve.Query) (retrieve.Result, error) {
	f.record(func() { f.queries = append(f.queries, q) })
	if f.retrieve != nil {
		return f.retrieve(ctx, q)
	}
	return retrieve.Result{Hits: sampleHits(q.K), Epoch: 3, CompleteUntil: noon}, nil
}

var samplePassage = answer.Passage{Chunk: sampleChunk, Path: "docs/a.md", Title: "A", Score: 0.6}

func (f *fake) Answer(ctx context.Context, r AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error) {
	f.record(func() { f.asked = append(f.asked, r) })
	if f.answer != nil {
		return f.answer(ctx, r, emit)
	}
	for _, e := range []answer.Event{{Passages: []answer.Passage{samplePassage}}, {Delta: "Foxes\n"}, {Delta: "jump [1]."}} {
		if err := emit(e); err != nil {
			return answer.Answer{}, Freshness{}, err
		}
	}
	return answer.Answer{
		Text: "Foxes\njump [1].", Found: true, Model: "extractive", Usage: llm.Usage{Prompt: 12, Completion: 3}, Passages: []answer.Passage{samplePassage},
		Citations: []answer.Citation{{N: 1, Passage: samplePassage, Quote: "springen", Start: 18, End: 26}},
	}, Freshness{3, noon}, nil
}

func sampleDocument() rag.Document {
	return rag.Document{
		Object: rag.Object{URI: "docs:a.md", Path: "docs/a.md", Size: 44, Modified: beforeIt, MediaType: "text/plain"},
		Status: rag.Indexed, Seen: noon, MediaType: "text/markdown", Title: "A", Language: "de", Chars: 29, Chunks: []rag.Chunk{sampleChunk},
	}
}

func (f *fake) List(_ context.Context, q ListQuery) ([]rag.Document, string, error) {
	f.record(func() { f.listed = append(f.listed, q) })
	if f.failWith != nil {
		return nil, "", f.failWith
	}
	broken := rag.Document{Object: rag.Object{URI: "docs:x.pdf", Path: "docs/x.pdf", Size: -1}, Status: rag.Failed, Reason: "encrypted"}
	return []rag.Document{sampleDocument(), broken}, "more", nil
}

func (f *fake) Get(_ context.Context, uri rag.URI) (rag.Document, string, error) {
	f.record(func() { f.got = append(f.got, uri) })
	return sampleDocument(), "the whole text", f.failWith
}

func (f *fake) Parts(context.Context, rag.URI, int) ([]rag.Document, error) { return f.parts, nil }

func (f *fake) Shown(rag.Document) int { return f.shown }

func (f *fake) Page(_ context.Context, q PageQuery) (Picture, error) {
	f.record(func() { f.pages = append(f.pages, q) })
	return f.page(q)
}

func (f *fake) Put(ctx context.Context, path string, body io.Reader) (rag.URI, string, error) {
	if f.put != nil {
		return f.put(ctx, path, body)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return "", "", err
	}
	f.record(func() { f.stored[path] = string(b) })
	return rag.NewURI("uploads", path), "t-" + path, f.failWith
}

func (f *fake) Delete(_ context.Context, uri rag.URI) (string, error) {
	f.record(func() { f.deleted = append(f.deleted, uri) })
	return "t-gone", f.failWith
}

func (f *fake) Wait(ctx context.Context, token string) error {
	f.record(func() { f.waited = append(f.waited, token) })
	if f.wait != nil {
		return f.wait(ctx, token)
	}
	return nil
}

func (f *fake) Sources() []SourceStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sourced
}

func (f *fake) Statistics() Statistics {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stats
}

func (f *fake) Fields() []metadata.FieldStats { return f.fields }

func (f *fake) Ready() error { return f.notReady }

func (f *fake) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

// change makes a change that Changed tells.
func (f *fake) change(edit func(*Statistics)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	edit(&f.stats)
	close(f.changed)
	f.changed = make(chan struct{})
}

func newTest(t testing.TB, cfg Config) (*Handler, *fake) {
	t.Helper()
	f := newFake()
	h, err := New(cfg, f.service())
	if err != nil {
		t.Fatal(err)
	}
	return h, f
}

// do sends one request to h.
func do(h http.Handler, method, target, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return serve(h, r)
}

func serve(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// failingAnswer fails with err after the events.
func failingAnswer(err error, events ...answer.Event) func(context.Context, AnswerRequest, func(answer.Event) error) (answer.Answer, Freshness, error) {
	return func(_ context.Context, _ AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error) {
		for _, e := range events {
			if err := emit(e); err != nil {
				return answer.Answer{}, Freshness{}, err
			}
		}
		return answer.Answer{}, Freshness{}, err
	}
}

// decoded returns the JSON of an answer with status.
func decoded[T any](t *testing.T, w *httptest.ResponseRecorder, status int) T {
	t.Helper()
	var v T
	if w.Code != status {
		t.Fatalf("got status %d, want %d; body: %s", w.Code, status, w.Body)
	}
	if got := w.Header().Get("Content-Type"); got != typeJSON {
		t.Errorf("got Content-Type %q, want %q", got, typeJSON)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return v
}

// wantProblem checks an answer's status, code and field.
func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code, field string) string {
	t.Helper()
	p := decoded[problemBody](t, w, status).Error
	if p.Code != code || p.Field != field || p.Message == "" {
		t.Errorf("got code %q, field %q, message %q; want code %q, field %q", p.Code, p.Field, p.Message, code, field)
	}
	return p.Message
}
