package api

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ragserver/retrieve"
)

func TestRetrieveAnswersInPathwaysShape(t *testing.T) {
	h, _ := newTest(t, Config{})
	w := do(h, "POST", "/v1/retrieve", `{"query":"fox","k":2}`)
	want := `[{"text":"Füchse \"springen\"\n","metadata":{"owner":null,"path":"docs/a.md","size":44,"title":"A","_file_id":"` + fileID("docs:a.md") + `"},"dist":0.4},` +
		`{"text":"b","metadata":{"path":"docs/b.md","_file_id":"` + fileID("docs:b.md") + `"},"dist":0.7}]`
	if diff := cmp.Diff(want, w.Body.String()); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d, (-want +got):\n%s", w.Code, diff)
	}
	if got := w.Header().Get("X-Ragserver-Epoch") + " " + w.Header().Get("X-Ragserver-Complete-Until"); got != "3 2026-11-22T12:00:00Z" {
		t.Errorf("got freshness %q", got)
	}
}

func TestRetrieveTellsMoreIfAsked(t *testing.T) {
	h, _ := newTest(t, Config{})
	got := decoded[map[string]any](t, do(h, "POST", "/v1/retrieve", `{"query":"fox","k":1,"extended":true}`), http.StatusOK)
	if took, ok := got["took_ms"].(float64); !ok || took < 0 {
		t.Errorf("got took_ms %v", got["took_ms"])
	}
	delete(got, "took_ms")
	want := map[string]any{
		"epoch": 3.0, "complete_until": "2026-11-22T12:00:00Z", "degraded": "",
		"hits": []any{map[string]any{
			"chunk_id": sampleChunk.ID.String(), "uri": "docs:a.md", "path": "docs/a.md", "title": "A", "text": sampleChunk.Text,
			"start": 10.0, "end": 29.0, "page": 2.0, "heading": []any{"Cache"}, "kind": "paragraph", "score": 0.6, "dist": 0.4,
			"scores":   map[string]any{"cosine": 0.5, "cosine_rank": 1.0, "bm25": 2.5, "bm25_rank": 2.0},
			"metadata": map[string]any{"path": "docs/a.md", "size": 44.0, "owner": nil, "title": "A"},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRetrieveReadsWhateverPathwaysClientsSend(t *testing.T) {
	q := func(text string, k int) retrieve.Query { return retrieve.Query{Text: text, K: k} }
	for _, tt := range []struct {
		name, method, target, body, contentType string
		want                                    retrieve.Query
	}{
		{"plain", "POST", "/v1/retrieve", `{"query":"x","k":3}`, "application/json", q("x", 3)},
		{"no content type", "POST", "/v1/retrieve", `{"query":"x","k":3}`, "", q("x", 3)},
		{"wrong content type", "POST", "/v1/retrieve", `{"query":"x","k":3}`, "text/csv", q("x", 3)},
		{"byte order mark", "POST", "/v1/retrieve", "\xef\xbb\xbf" + `{"query":"x","k":3}`, "", q("x", 3)},
		{"slash", "POST", "/v1/retrieve/", `{"query":"x","k":3}`, "", q("x", 3)},
		{"get", "GET", "/v1/retrieve?query=x&k=3", "", "", q("x", 3)},
		{"get ignores its body", "GET", "/v1/retrieve?query=x&k=3", `{"k":9}`, "", q("x", 3)},
		{"get with a slash", "GET", "/v1/retrieve/?query=x&k=3", "", "", q("x", 3)},
		{"merged", "POST", "/v1/retrieve?query=x", `{"k":1}`, "", q("x", 1)},
		{"body wins", "POST", "/v1/retrieve?query=y&k=9", `{"query":"x","k":1}`, "", q("x", 1)},
		{"list as body", "POST", "/v1/retrieve?query=x&k=1", `[1,2]`, "", q("x", 1)},
		{"broken body", "POST", "/v1/retrieve?query=x&k=1", `{"query":`, "", q("x", 1)},
		{"k as text", "POST", "/v1/retrieve", `{"query":"x","k":" 2 "}`, "", q("x", 2)},
		{"k with fraction", "POST", "/v1/retrieve", `{"query":"x","k":2.9}`, "", q("x", 2)},
		{"k whole with a point", "POST", "/v1/retrieve", `{"query":"x","k":3.21e2}`, "", q("x", 321)},
		{"k true", "POST", "/v1/retrieve", `{"query":"x","k":true}`, "", q("x", 1)},
		{"k false", "POST", "/v1/retrieve", `{"query":"x","k":false}`, "", q("x", 0)},
		{"k just above -1", "POST", "/v1/retrieve", `{"query":"x","k":-0.9}`, "", q("x", 0)},
		{"most", "POST", "/v1/retrieve", `{"query":"x","k":10000}`, "", q("x", 10000)},
		{"number as query", "POST", "/v1/retrieve", `{"query":123,"k":1}`, "", q("123", 1)},
		{"truth as query", "POST", "/v1/retrieve", `{"query":true,"k":1}`, "", q("True", 1)},
		{"list as query", "POST", "/v1/retrieve", `{"query":["a"],"k":1}`, "", q(`["a"]`, 1)},
		{"huge number nobody asked for", "POST", "/v1/retrieve", `{"query":"x","k":1,"other":99999999999999999999999999}`, "", q("x", 1)},
		{"nulls", "POST", "/v1/retrieve", `{"query":"x","k":1,"metadata_filter":null,"filepath_globpattern":null,"leg":null,"after":null,"extended":null}`, "", q("x", 1)},
		{"empty query", "POST", "/v1/retrieve", `{"query":"","k":1}`, "", q("", 1)},
		{"syntax in query", "POST", "/v1/retrieve", `{"query":"fox:dog [2024 ((\"","k":1}`, "", q(`fox:dog [2024 (("`, 1)},
		{"bytes in query", "GET", "/v1/retrieve?query=%ff&k=1", "", "", q("\uFFFD", 1)},
		{"epoch as text", "POST", "/v1/retrieve?epoch=7", `{"query":"x","k":1}`, "", retrieve.Query{Text: "x", K: 1, Epoch: 7}},
		{"last epoch", "POST", "/v1/retrieve", `{"query":"x","k":1,"epoch":9007199254740992}`, "", retrieve.Query{Text: "x", K: 1, Epoch: 1 << 53}},
		{"no epoch", "POST", "/v1/retrieve", `{"query":"x","k":1,"epoch":null,"explain":null}`, "", q("x", 1)},
		{"parents", "POST", "/v1/retrieve", `{"query":"x","k":1,"parents":true}`, "", retrieve.Query{Text: "x", K: 1, Parents: true}},
		{"explained", "POST", "/v1/retrieve", `{"query":"x","k":1,"explain":true}`, "", retrieve.Query{Text: "x", K: 1, Explain: true}},
		{"all", "POST", "/v1/retrieve", `{"query":"x","k":1,"metadata_filter":"size > ` + "`1`" + `","filepath_globpattern":"*.md","leg":"bm25"}`, "",
			retrieve.Query{Text: "x", K: 1, Filter: "size > `1`", Glob: "*.md", Leg: retrieve.Text}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, f := newTest(t, Config{})
			w := do(h, tt.method, tt.target, tt.body, "Content-Type", tt.contentType)
			if w.Code != http.StatusOK {
				t.Fatalf("got status %d: %s", w.Code, w.Body)
			}
			if diff := cmp.Diff([]retrieve.Query{tt.want}, f.queries); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRetrieveRefuses(t *testing.T) {
	for _, tt := range []struct{ body, field, says string }{
		{`{"query":"x","k":-1}`, "k", "from 0 to 10000, not -1"},
		{`{"query":"x","k":10001}`, "k", "10000"},
		{`{"query":"x","k":1000000000}`, "k", "10000"},
		{`{"query":"x","k":1e400}`, "k", "10000"},
		{`{"query":"x","k":99999999999999999999}`, "k", "10000"},
		{`{"query":"x","k":"99999999999999999999"}`, "k", "10000"},
		{`{"query":"x","k":"abc"}`, "k", `not "abc"`},
		{`{"query":"x","k":"2.9"}`, "k", "10000"},
		{`{"query":"x","k":[1]}`, "k", "[1]"},
		{`{"query":"x","k":{}}`, "k", "{}"},
		{`{"query":"x","k":null}`, "k", "null"},
		{`{"query":null,"k":1}`, "query", "null"},
		{`{"query":"x","k":1,"leg":"best"}`, "leg", "hybrid"},
		{`{"query":"x","k":1,"extended":"perhaps"}`, "extended", "true or false"},
		{`{"query":"x","k":1,"parents":"perhaps"}`, "parents", "true or false"},
		{`{"query":"x","k":1,"explain":"perhaps"}`, "explain", "true or false"},
		{`{"query":"x","k":1,"epoch":-1}`, "epoch", "from 0 to 9007199254740992, not -1"},
		{`{"query":"x","k":1,"epoch":1e30}`, "epoch", "1e30"},
		{`{"query":"x","k":1,"epoch":"now"}`, "epoch", `not "now"`},
		{`{"query":"x","k":1,"extended":[]}`, "extended", "true or false"},
	} {
		t.Run(tt.body, func(t *testing.T) {
			h, f := newTest(t, Config{})
			if got := wantProblem(t, do(h, "POST", "/v1/retrieve", tt.body), http.StatusBadRequest, "bad_request", tt.field); !strings.Contains(got, tt.says) {
				t.Errorf("got message %q, want %q in it", got, tt.says)
			}
			if len(f.queries) > 0 {
				t.Errorf("searched for %v", f.queries)
			}
		})
	}
}

func TestNullInTheBodyHidesTheQueryParameter(t *testing.T) {
	h, _ := newTest(t, Config{})
	wantProblem(t, do(h, "POST", "/v1/retrieve?k=3", `{"query":"x","k":null}`), http.StatusBadRequest, "bad_request", "k")
}

func TestMissingFieldsAreNamedAsPathwayDoes(t *testing.T) {
	for _, tt := range []struct{ method, target, body, want string }{
		{"POST", "/v1/retrieve", ``, "400: `query` is required"},
		{"POST", "/v1/retrieve", `{}`, "400: `query` is required"},
		{"POST", "/v1/retrieve", `{"k":1}`, "400: `query` is required"},
		{"POST", "/v1/retrieve", `{"query":"x"}`, "400: `k` is required"},
		{"POST", "/v1/retrieve", `query=x&k=1`, "400: `query` is required"},
		{"POST", "/v1/retrieve", `["query"]`, "400: `query` is required"},
		{"POST", "/v1/retrieve", `"query"`, "400: `query` is required"},
		{"POST", "/v1/retrieve", `7`, "400: `query` is required"},
		{"GET", "/v1/retrieve?k=1", ``, "400: `query` is required"},
		{"GET", "/v1/retrieve?query=x", ``, "400: `k` is required"},
	} {
		h, _ := newTest(t, Config{})
		w := do(h, tt.method, tt.target, tt.body)
		if w.Code != http.StatusBadRequest || w.Body.String() != tt.want || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s %s %s: got %d %s %q, want %q", tt.method, tt.target, tt.body, w.Code, w.Header().Get("Content-Type"), w.Body, tt.want)
		}
	}
}

func TestNoHitsAreAnEmptyList(t *testing.T) {
	h, _ := newTest(t, Config{})
	if w := do(h, "POST", "/v1/retrieve", `{"query":"x","k":0}`); w.Code != http.StatusOK || w.Body.String() != "[]" {
		t.Errorf("got %d %q, want []", w.Code, w.Body)
	}
	got := decoded[map[string]any](t, do(h, "GET", "/v1/retrieve?query=x&k=0&extended=true", ""), http.StatusOK)
	if hits, ok := got["hits"].([]any); !ok || len(hits) != 0 {
		t.Errorf("got hits %v, want []", got["hits"])
	}
}

func TestBadFiltersAreNamedAsTheCallerDoes(t *testing.T) {
	for _, tt := range []struct{ field, target, want string }{
		{"filter", "/v1/retrieve?query=x&k=1&metadata_filter=((", "metadata_filter"},
		{"glob", "/v1/retrieve?query=x&k=1", "filepath_globpattern"},
		{"leg", "/v1/retrieve?query=x&k=1", "leg"},
		{"filter", "/v1/answer?prompt=x&filters=((", "filters"},
		{"filter", "/v1/answer?prompt=x&metadata_filter=((", "metadata_filter"},
		{"filter", "/v1/answer?prompt=x&stream=1&filters=((", "filters"},
		{"filter", "/v1/documents?metadata_filter=((", "metadata_filter"},
		{"glob", "/v1/documents?glob=((", "glob"},
	} {
		h, f := newTest(t, Config{})
		bad := &retrieve.BadQuery{Field: tt.field, Message: "does not parse"}
		f.failWith = bad
		f.retrieve = func(context.Context, retrieve.Query) (retrieve.Result, error) { return retrieve.Result{}, bad }
		f.answer = failingAnswer(bad)
		wantProblem(t, do(h, "GET", tt.target, ""), http.StatusBadRequest, "bad_request", tt.want)
	}
}

func TestEncodedMetadataIsWhatEncodingJSONReads(t *testing.T) {
	m := map[string]any{
		"path": "a\x00\x1f\"\\/\n\r\t\u2028<&>😀\x7f", "size": int64(math.MinInt64), "score": 1e-9, "none": nil, "yes": true,
		"bad": "\xff\xc3(", "list": []string{"x"}, fileIDKey: "theirs", "odd\nkey": "v",
	}
	b := appendMetadata(nil, m, "ours")
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	want := map[string]any{
		"path": m["path"], "size": float64(math.MinInt64), "score": 1e-9, "none": nil, "yes": true,
		"bad": "\uFFFD\uFFFD(", "list": []any{"x"}, fileIDKey: "ours", "odd\nkey": "v",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := string(appendFloat(nil, math.NaN())); got != "null" {
		t.Errorf("NaN became %s", got)
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "plain", "\x00\"\\", "é\xff\u2028", "\ud7ff\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got string
		if err := json.Unmarshal(appendString(nil, s), &got); err != nil {
			t.Fatal(err)
		}
		if want := string([]rune(s)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// FuzzRequest sends any body and query to the routes that read fields.
func FuzzRequest(f *testing.F) {
	for _, body := range []string{``, `{}`, `[]`, `7`, `"text"`, `null`, `{"query":"x","k":"2"}`, `{"query":{"a":[]},"k":1e999}`, `{"prompt":[[[`, `{"k":-0,"query":"\ud800"}`, "\xef\xbb\xbf{}", "\xff"} {
		f.Add(body, "k=1&query=%zz&after=,,&extended=on")
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		h, fk := newTest(t, Config{MaxBody: 1 << 10})
		for _, path := range []string{"/v1/retrieve", "/v1/answer", "/v1/statistics"} {
			r, err := http.NewRequest("POST", path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.URL.RawQuery = query
			w := serve(h, r)
			if w.Code >= 500 {
				t.Errorf("%s %q: got %d %s", path, body, w.Code, w.Body)
			}
		}
		for _, q := range fk.queries {
			if q.K < 0 || q.K > retrieve.MaxK {
				t.Errorf("searched for k = %d", q.K)
			}
		}
	})
}

func BenchmarkRetrieve(b *testing.B) {
	h, f := newTest(b, Config{})
	hits := make([]retrieve.Hit, 5)
	for i := range hits {
		hits[i] = sampleHits(1)[0]
		hits[i].Chunk.Text = strings.Repeat("A passage has some hundreds of characters of text. ", 20)
		hits[i].Metadata = map[string]any{"path": "docs/a.md", "size": int64(44), "owner": "root", "title": "A", "created_at": int64(1), "modified_at": int64(2), "seen_at": int64(3), "source": "docs", "media_type": "text/markdown", "language": "en"}
	}
	f.retrieve = func(context.Context, retrieve.Query) (retrieve.Result, error) {
		return retrieve.Result{Hits: hits, Epoch: 3, CompleteUntil: noon}, nil
	}
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		for b.Loop() {
			buf = appendHits(buf[:0], hits)
		}
	})
	b.Run("handler", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.queries = f.queries[:0]
			if w := do(h, "POST", "/v1/retrieve", `{"query":"how are embeddings cached","k":5}`); w.Code != http.StatusOK {
				b.Fatal(w.Body)
			}
		}
	})
	b.Run("tcp", func(b *testing.B) {
		f.queries = nil
		server := httptest.NewServer(h)
		defer server.Close()
		transport := &http.Transport{MaxIdleConnsPerHost: 64}
		defer transport.CloseIdleConnections()
		client := &http.Client{Transport: transport}
		b.SetParallelism(16)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				resp, err := client.Post(server.URL+"/v1/retrieve", "application/json", strings.NewReader(`{"query":"how are embeddings cached","k":5}`))
				if err != nil {
					b.Error(err)
					return
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
					b.Error(resp.Status, err)
				}
				resp.Body.Close()
			}
		})
	})
}
