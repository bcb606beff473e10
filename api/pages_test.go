package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
)

// drawn is a page as a fake draws it: what was asked for.
func drawn(q PageQuery) (Picture, error) {
	p := Picture{Data: fmt.Appendf(nil, "%s %d %d", q.URI, q.Page, q.Width), MediaType: "image/png", Digest: "d1g"}
	if q.Known == p.Digest {
		p.Data = nil
	}
	return p, nil
}

func TestPageIsAPicture(t *testing.T) {
	h, f := newTest(t, Config{})
	f.page = drawn
	for target, want := range map[string]string{
		"/v1/pages?uri=docs:a.pdf":                   "docs:a.pdf 1 1000",
		"/v1/pages?uri=docs%3Aa%2Fb&page=3&width=64": "docs:a/b 3 64",
	} {
		w := do(h, "GET", target, "")
		if w.Code != http.StatusOK || w.Body.String() != want || w.Header().Get("Content-Type") != "image/png" {
			t.Errorf("%s: got %d %q %v, want %q", target, w.Code, w.Body, w.Header(), want)
		}
		for name, want := range map[string]string{"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: got %s %q, want %q", target, name, got, want)
			}
		}
	}
}

func TestPictureThatTheCallerHasIsNotSentAgain(t *testing.T) {
	h, f := newTest(t, Config{})
	f.page = drawn
	const target = "/v1/pages?uri=docs:a.pdf&page=2"
	tag := do(h, "GET", target, "").Header().Get("ETag")
	if tag != `"d1g-2-1000"` {
		t.Errorf("got ETag %s", tag)
	}
	for header, want := range map[string]int{
		tag: http.StatusNotModified, "W/" + tag: http.StatusNotModified, `"x", ` + tag: http.StatusNotModified,
		`"d1g-3-1000"`: http.StatusOK, `"d1g-2-64"`: http.StatusOK, `"old-2-1000"`: http.StatusOK, "": http.StatusOK,
	} {
		w := do(h, "GET", target, "", "If-None-Match", header)
		if w.Code != want || (w.Body.Len() == 0) != (want == http.StatusNotModified) || w.Header().Get("ETag") != tag {
			t.Errorf("%s: got %d with %d bytes, %v; want %d", header, w.Code, w.Body.Len(), w.Header(), want)
		}
	}
}

func TestPageThatIsNotShownSaysWhy(t *testing.T) {
	for err, want := range map[error]struct {
		status int
		code   string
	}{
		ErrNotFound:                       {http.StatusNotFound, "not_found"},
		fmt.Errorf("%w: 3", ErrNoPage):    {http.StatusNotFound, "no_page"},
		fmt.Errorf("%w: x", ErrNoDrawing): {http.StatusNotImplemented, "no_drawing"},
		fmt.Errorf("%w: y", ErrNotDrawn):  {http.StatusUnprocessableEntity, "not_drawn"},
		context.DeadlineExceeded:          {http.StatusGatewayTimeout, "timeout"},
	} {
		h, f := newTest(t, Config{})
		f.page = func(PageQuery) (Picture, error) { return Picture{}, err }
		w := do(h, "GET", "/v1/pages?uri=docs:a.pdf", "")
		if message := wantProblem(t, w, want.status, want.code, ""); want.code[:2] == "no" && message != err.Error() {
			t.Errorf("got %q, want %q", message, err)
		}
		if w.Header().Get("ETag") != "" {
			t.Errorf("%v has an ETag", err)
		}
	}
}

func TestPageIsAskedForWell(t *testing.T) {
	h, f := newTest(t, Config{Keys: []string{"k"}})
	f.page = drawn
	for query, field := range map[string]string{"": "uri", "uri=a&page=0": "page", "uri=a&page=x": "page", "uri=a&width=15": "width", "uri=a&width=2401": "width"} {
		wantProblem(t, do(h, "GET", "/v1/pages?"+query, "", "Authorization", "Bearer k"), http.StatusBadRequest, "bad_request", field)
	}
	wantProblem(t, do(h, "GET", "/v1/pages?uri=a", ""), http.StatusUnauthorized, "unauthorized", "")
	if len(f.pages) > 0 {
		t.Errorf("the service was asked for %v", f.pages)
	}
}

func TestDocumentTellsItsPartsAndPictures(t *testing.T) {
	h, f := newTest(t, Config{})
	f.shown = 7
	f.parts = []rag.Document{{Object: rag.Object{URI: "docs:a.md//in/b.txt"}, Title: "B", Status: rag.Indexed}}
	got := decoded[documentDetail](t, do(h, "GET", "/v1/documents/get?uri=docs:a.md", ""), http.StatusOK)
	want := []part{{"docs:a.md//in/b.txt", "in/b.txt", "B", rag.Indexed}}
	if diff := cmp.Diff(want, got.Parts); diff != "" || got.Shown != 7 {
		t.Errorf("%d pages, parts (-want +got):\n%s", got.Shown, diff)
	}
	f.parts = nil
	if got := decoded[documentDetail](t, do(h, "GET", "/v1/documents/get?uri=docs:a.md", ""), http.StatusOK); !slices.Equal(got.Parts, []part{}) || got.Parts == nil {
		t.Errorf("got %v, want an empty list", got.Parts)
	}
}
