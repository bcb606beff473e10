package web

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

func get(t *testing.T, h http.Handler, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEachPageIsServedAtItsAddress(t *testing.T) {
	h := Handler()
	for _, page := range []string{"/", "/search?q=x", "/documents", "/sources"} {
		w := get(t, h, page)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: got %d %s, want a page", page, w.Code, w.Header().Get("Content-Type"))
		}
		if got := w.Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: got Cache-Control %q, want no-cache: a page must name today's assets", page, got)
		}
	}
}

func TestUnknownAddressIsAnErrorInTheAPIsForm(t *testing.T) {
	h := Handler()
	for _, target := range []string{"/nothing", "/search/", "/index.html", "/assets/", "/assets/0123/js/main.js", "/static/index.html", "/assets/../web.go", "//"} {
		w := get(t, h, target)
		var body struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusNotFound || body.Error.Code != "not_found" {
			t.Errorf("%s: got %d %s (%v), want a 404 in JSON", target, w.Code, w.Body, err)
		}
	}
}

func TestPagesAreOnlyRead(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/search", strings.NewReader("q=1")))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("got %d, Allow %q, want 405 and what is allowed", w.Code, w.Header().Get("Allow"))
	}
	w = httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodHead, "/search", nil))
	if w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: got %d with %d bytes, want 200 with none", w.Code, w.Body.Len())
	}
}

func TestEveryAnswerCarriesThePolicy(t *testing.T) {
	h := Handler()
	for _, target := range []string{"/", "/nothing", links(t)[0]} {
		w := get(t, h, target)
		got := w.Header().Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: got policy %q without %q", target, got, want)
			}
		}
		if strings.Contains(got, "unsafe") || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: got %v, want no unsafe source and nosniff", target, w.Header())
		}
	}
}

// links returns the addresses of assets that the index names.
func links(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]*)"`).FindAllStringSubmatch(get(t, Handler(), "/").Body.String(), -1) {
		out = append(out, m[1])
	}
	if len(out) == 0 {
		t.Fatal("the index names no assets")
	}
	return out
}

func TestAssetsExistHaveTheirTypeAndMayBeKept(t *testing.T) {
	h := Handler()
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	for _, link := range links(t) {
		w := get(t, h, link)
		if want := types[path.Ext(link)]; w.Code != http.StatusOK || w.Header().Get("Content-Type") != want {
			t.Errorf("%s: got %d %s, want 200 %s", link, w.Code, w.Header().Get("Content-Type"), want)
		}
		if !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: got Cache-Control %q, want immutable", link, w.Header().Get("Cache-Control"))
		}
		again := get(t, h, link, "If-None-Match", w.Header().Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s: got %d with %d bytes for a known ETag, want 304 with none", link, again.Code, again.Body.Len())
		}
	}
}

func TestAnotherByteIsAnotherAddress(t *testing.T) {
	files := fstest.MapFS{
		"index.html": {Data: []byte(`<script src="/assets/js/a.js"></script>`)},
		"js/a.js":    {Data: []byte("1")},
	}
	before, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	files["js/a.js"] = &fstest.MapFile{Data: []byte("2")}
	after, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	if before.prefix == after.prefix || before.index.etag == after.index.etag {
		t.Errorf("got prefix %s and index %s before and after", before.prefix, before.index.etag)
	}
	if want := `<script src="` + after.prefix + `js/a.js"></script>`; string(after.index.body) != want {
		t.Errorf("got index %s, want %s", after.index.body, want)
	}
}

func TestWhatCannotBeServedIsRefused(t *testing.T) {
	for _, files := range []fstest.MapFS{
		{"index.html": {}, "data.bin": {}},
		{"a.js": {}},
	} {
		if s, err := load(files); err == nil {
			t.Errorf("got %v for %v, want an error", s, files)
		}
	}
}

// assets returns every embedded file.
func assets(t *testing.T) map[string]string {
	t.Helper()
	out := make(map[string]string)
	err := fs.WalkDir(static, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(static, name)
		out[strings.TrimPrefix(name, "static/")] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryImportExistsAndIsPreloaded(t *testing.T) {
	files := assets(t)
	imports := regexp.MustCompile(`(?m)^import (?:[^']* from )?'([^']*)';`)
	for name, text := range files {
		for _, m := range imports.FindAllStringSubmatch(text, -1) {
			target := path.Join(path.Dir(name), m[1])
			if _, ok := files[target]; !ok || !strings.HasPrefix(m[1], "./") {
				t.Errorf("%s imports %q, which is not there", name, m[1])
			}
			if !strings.Contains(files["index.html"], `<link rel="modulepreload" href="/assets/`+target+`">`) {
				t.Errorf("index.html does not preload %s, which %s imports", target, name)
			}
		}
	}
}

func TestNoAssetNamesAnotherServerOrWritesMarkup(t *testing.T) {
	elsewhere := regexp.MustCompile(`(?i)(?:https?:)?//[a-z0-9-]+\.[a-z]`)
	markup := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc`)
	inline := regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=`)
	for name, text := range assets(t) {
		text = strings.ReplaceAll(text, `xmlns="http://www.w3.org/2000/svg"`, "")
		if got := elsewhere.FindString(text); got != "" {
			t.Errorf("%s names %s", name, got)
		}
		if got := markup.FindString(text); got != "" {
			t.Errorf("%s uses %s", name, got)
		}
		if got := inline.FindString(text); got != "" && strings.HasSuffix(name, ".html") {
			t.Errorf("%s holds %q, which the policy forbids", name, got)
		}
	}
}
