package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/store"
)

func TestListTellsOfEveryDocument(t *testing.T) {
	h, f := newTest(t, Config{})
	w := do(h, "GET", "/v1/documents?status=failed&q=a&source=docs&metadata_filter=m&glob=g&limit=2&cursor=c", "")
	want := `{"documents":[` +
		`{"uri":"docs:a.md","source":"docs","path":"docs/a.md","title":"A","status":"indexed","reason":"","media_type":"text/markdown","language":"de","size":44,"modified_at":"2026-11-22T11:00:00Z","seen_at":"2026-11-22T12:00:00Z","pages":0,"chars":29,"chunks":1,"warnings":[],"author":"","parser":"","parse_ms":0,"labels":[],"container":""},` +
		`{"uri":"docs:x.pdf","source":"docs","path":"docs/x.pdf","title":"","status":"failed","reason":"encrypted","media_type":"","language":"","size":-1,"modified_at":null,"seen_at":null,"pages":0,"chars":0,"chunks":0,"warnings":[],"author":"","parser":"","parse_ms":0,"labels":[],"container":""}],"next":"more"}`
	if diff := cmp.Diff(want, w.Body.String()); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d, (-want +got):\n%s", w.Code, diff)
	}
	query := []ListQuery{{Status: rag.Failed, Text: "a", Source: "docs", Filter: "m", Glob: "g", Limit: 2, Cursor: "c"}}
	if diff := cmp.Diff(query, f.listed); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantProblem(t, do(h, "GET", "/v1/documents?status=lost", ""), http.StatusBadRequest, "bad_request", "status")
	wantProblem(t, do(h, "GET", "/v1/documents?limit=1001", ""), http.StatusBadRequest, "bad_request", "limit")
	wantProblem(t, do(h, "GET", "/v1/documents?limit=x", ""), http.StatusBadRequest, "bad_request", "limit")
}

func TestDocumentsAreNamedInThePathOrTheQuery(t *testing.T) {
	for target, want := range map[string]rag.URI{
		"/v1/documents/get?uri=docs%3Aguide%2Fa%20b.md":          "docs:guide/a b.md",
		"/v1/documents/docs:guide/a%20b.md":                      "docs:guide/a b.md",
		"/v1/documents/docs%3Aguide%2Fa%20b.md":                  "docs:guide/a b.md",
		"/v1/documents/docs:a//b/":                               "docs:a//b/",
		"/v1/documents/docs:../up":                               "docs:../up",
		"/v1/documents/docs:100%25%3F.md":                        "docs:100%?.md",
		"/v1/documents/docs:%C3%BC":                              "docs:ü",
		"/v1/documents/docs:get":                                 "docs:get",
		"/v1/documents/docs:%ff":                                 "docs:\uFFFD",
		"/v1/documents/docs:" + strings.Repeat("long/", 100):     rag.URI("docs:" + strings.Repeat("long/", 100)),
		"/v1/documents/https%3A%2F%2Fexample.com%2Fx%3Fy%3D1%2B": "https://example.com/x?y=1+",
	} {
		h, f := newTest(t, Config{})
		got := decoded[map[string]any](t, do(h, "GET", target, ""), http.StatusOK)
		decoded[tokenResult](t, do(h, "DELETE", strings.Replace(target, "/get?", "?", 1), ""), http.StatusAccepted)
		if diff := cmp.Diff([]rag.URI{want, want}, append(f.got, f.deleted...)); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", target, diff)
		}
		if got["text"] != "the whole text" || got["path"] != "docs/a.md" {
			t.Errorf("%s: got %v", target, got)
		}
	}
	h, _ := newTest(t, Config{})
	for _, target := range []string{"/v1/documents/get", "/v1/documents/get?uri="} {
		wantProblem(t, do(h, "GET", target, ""), http.StatusBadRequest, "bad_request", "uri")
	}
	wantProblem(t, do(h, "DELETE", "/v1/documents", ""), http.StatusBadRequest, "bad_request", "uri")
}

func TestDocumentHasItsChunks(t *testing.T) {
	h, _ := newTest(t, Config{})
	got := decoded[documentDetail](t, do(h, "GET", "/v1/documents/docs:a.md", ""), http.StatusOK)
	want := []chunk{{sampleChunk.ID.String(), 0, rag.Paragraph, []string{"Cache"}, 2, 10, 29, sampleChunk.Text}}
	if diff := cmp.Diff(want, got.Chunks); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDocumentsFailuresHaveTheirStatus(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{fmt.Errorf("docs:x: %w", ErrNotFound), http.StatusNotFound, "not_found"},
		{ErrReadOnly, http.StatusConflict, "read_only"},
		{&BadRequest{Field: "uri", Message: "no"}, http.StatusBadRequest, "bad_request"},
		{store.ErrFull, http.StatusInsufficientStorage, "disk_full"},
		{context.DeadlineExceeded, http.StatusGatewayTimeout, "timeout"},
		{context.Canceled, statusGone, "canceled"},
		{errors.New("secret /path"), http.StatusInternalServerError, "internal"},
	} {
		h, f := newTest(t, Config{})
		f.failWith = tt.err
		field := ""
		if tt.status == http.StatusBadRequest {
			field = "uri"
		}
		for _, method := range []string{"GET", "DELETE"} {
			if got := wantProblem(t, do(h, method, "/v1/documents/docs:x", ""), tt.status, tt.code, field); strings.Contains(got, "secret") {
				t.Errorf("told the caller %q", got)
			}
		}
	}
}

func form(t *testing.T, fields ...string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		var part io.Writer
		var err error
		if name, ok := strings.CutPrefix(fields[i], "file "); ok {
			part, err = w.CreateFormFile("file", name)
		} else {
			part, err = w.CreateFormField(fields[i])
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

func TestUploadStoresEveryFileOfAForm(t *testing.T) {
	h, f := newTest(t, Config{})
	body, contentType := form(t, "file a.md", "A", "note", "ignored", "path", "sub/b.md", "file b.md", "B", "file empty.md", "")
	got := decoded[putResult](t, do(h, "POST", "/v1/documents", body, "Content-Type", contentType), http.StatusAccepted)
	want := putResult{[]putDocument{{"uploads:a.md", "t-a.md"}, {"uploads:sub/b.md", "t-sub/b.md"}, {"uploads:empty.md", "t-empty.md"}}, "t-a.md,t-sub/b.md,t-empty.md"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"a.md": "A", "sub/b.md": "B", "empty.md": ""}, f.stored); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	decoded[waitResult](t, do(h, "GET", "/v1/wait?after="+got.Token, ""), http.StatusOK)
	if diff := cmp.Diff([]string{"t-a.md", "t-sub/b.md", "t-empty.md"}, f.waited); diff != "" {
		t.Errorf("waited for (-want +got):\n%s", diff)
	}
}

func TestUploadStoresABodyUnderItsPath(t *testing.T) {
	h, f := newTest(t, Config{})
	got := decoded[putResult](t, do(h, "POST", "/v1/documents/?path=sub/a.md", "# A"), http.StatusAccepted)
	if diff := cmp.Diff(putResult{[]putDocument{{"uploads:sub/a.md", "t-sub/a.md"}}, "t-sub/a.md"}, got); diff != "" || f.stored["sub/a.md"] != "# A" {
		t.Errorf("stored %v, (-want +got):\n%s", f.stored, diff)
	}
}

func TestUploadRefuses(t *testing.T) {
	empty, emptyType := form(t)
	after, afterType := form(t, "file a.md", "A", "path", "b.md")
	long, longType := form(t, "path", strings.Repeat("x", maxPath+1), "file a.md", "A")
	cut, cutType := form(t, "file a.md", "A", "file b.md", strings.Repeat("B", 100))
	for _, tt := range []struct{ name, target, body, contentType, field, says string }{
		{"no path", "/v1/documents", "x", "text/plain", "path", "required"},
		{"no file", "/v1/documents", empty, emptyType, "", ""},
		{"path after its file", "/v1/documents", after, afterType, "path", "the files before it were stored (1)"},
		{"long path", "/v1/documents", long, longType, "path", "4096"},
		{"cut off", "/v1/documents", cut[:len(cut)-80], cutType, "", "ended early"},
		{"no boundary", "/v1/documents", cut, "multipart/form-data", "", ""},
		{"not a form", "/v1/documents", "hello", cutType, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h, _ := newTest(t, Config{})
			got := wantProblem(t, do(h, "POST", tt.target, tt.body, "Content-Type", tt.contentType), http.StatusBadRequest, "bad_request", tt.field)
			if !strings.Contains(got, tt.says) {
				t.Errorf("got message %q, want %q in it", got, tt.says)
			}
		})
	}
}

func TestUploadIsStreamedAndBounded(t *testing.T) {
	h, f := newTest(t, Config{MaxUpload: 1 << 20, MaxBody: 10})
	longest := 0
	f.put = func(_ context.Context, path string, body io.Reader) (rag.URI, string, error) {
		for buf := make([]byte, 64<<10); ; {
			n, err := body.Read(buf)
			longest += n
			if err == io.EOF {
				return rag.NewURI("uploads", path), "t", nil
			}
			if err != nil {
				return "", "", errors.New("an implementation that hides the cause")
			}
		}
	}
	decoded[putResult](t, do(h, "POST", "/v1/documents?path=a", strings.Repeat("x", 1<<20)), http.StatusAccepted)
	if longest != 1<<20 {
		t.Errorf("%d bytes arrived, want %d", longest, 1<<20)
	}
	wantProblem(t, do(h, "POST", "/v1/documents?path=a", strings.Repeat("x", 1<<20+1)), http.StatusRequestEntityTooLarge, "too_large", "")
	body, contentType := form(t, "file a.md", strings.Repeat("x", 1<<20))
	wantProblem(t, do(h, "POST", "/v1/documents", body, "Content-Type", contentType), http.StatusRequestEntityTooLarge, "too_large", "")
	wantProblem(t, do(h, "POST", "/v1/retrieve", `{"query":"x","k":1}`), http.StatusRequestEntityTooLarge, "too_large", "")
}

// TestUploadIsPassedOnAsItArrives sends the second half only after the first has
// arrived where it is stored.
func TestUploadIsPassedOnAsItArrives(t *testing.T) {
	h, f := newTest(t, Config{})
	server := httptest.NewServer(h)
	defer server.Close()
	const half = 64 << 10
	for _, multi := range []bool{false, true} {
		arrived := make(chan struct{})
		f.put = func(_ context.Context, _ string, body io.Reader) (rag.URI, string, error) {
			if _, err := io.CopyN(io.Discard, body, half/2); err != nil {
				return "", "", err
			}
			close(arrived)
			n, err := io.Copy(io.Discard, body)
			return "uploads:x", strconv.FormatInt(n+half/2, 10), err
		}
		in, out := io.Pipe()
		target, contentType := server.URL+"/v1/documents?path=x", "text/plain"
		go func() {
			defer out.Close()
			var w io.Writer = out
			if multi {
				form := multipart.NewWriter(out)
				_ = form.SetBoundary("limit")
				defer form.Close()
				part, _ := form.CreateFormFile("file", "x")
				w = part
			}
			_, _ = w.Write(make([]byte, half))
			<-arrived
			_, _ = w.Write(make([]byte, half))
		}()
		if multi {
			contentType = "multipart/form-data; boundary=limit"
		}
		resp, err := http.Post(target, contentType, in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if want := fmt.Sprintf(`{"documents":[{"uri":"uploads:x","token":"%d"}],"token":"%[1]d"}`, 2*half); err != nil || string(got) != want {
			t.Errorf("form %v: got %s, %v; want %s", multi, got, err, want)
		}
	}
}

func TestAfterWaitsUntilSearchable(t *testing.T) {
	targets := []string{"/v1/wait?after=t", "/v1/retrieve?query=x&k=1&after=t", "/v1/answer?prompt=x&after=t", "/v1/documents?after=t"}
	for _, target := range targets {
		synctest.Test(t, func(t *testing.T) {
			h, f := newTest(t, Config{RequestTimeout: time.Second, AnswerTimeout: time.Second})
			f.wait = func(ctx context.Context, _ string) error {
				<-ctx.Done()
				return fmt.Errorf("waiting: %w", ctx.Err())
			}
			wantProblem(t, do(h, "GET", target, ""), http.StatusGatewayTimeout, "not_yet_searchable", "")
			f.wait = func(context.Context, string) error { return &BadRequest{Message: "is not a token"} }
			wantProblem(t, do(h, "GET", target, ""), http.StatusBadRequest, "bad_request", "after")
			f.wait = nil
			if w := do(h, "GET", target, ""); w.Code != http.StatusOK {
				t.Errorf("%s: got %d %s", target, w.Code, w.Body)
			}
			if n := len(f.waited); n != 3 || len(f.queries)+len(f.asked)+len(f.listed) > 1 {
				t.Errorf("%s: waited %d times, searched %v, asked %v, listed %v", target, n, f.queries, f.asked, f.listed)
			}
		})
	}
	h, _ := newTest(t, Config{})
	wantProblem(t, do(h, "GET", "/v1/wait", ""), http.StatusBadRequest, "bad_request", "after")
}
