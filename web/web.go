// Package web serves the pages of the user interface, which are embedded in the
// program. The pages are plain HTML, CSS and JavaScript modules that talk to
// the HTTP API of the server they came from, and to nothing else.
package web

import (
	"embed"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed static
var static embed.FS

// policy lets a page load and call only what its own server offers, and lets no
// script turn text into markup: text of documents stays text.
const policy = "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; " +
	"form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Handler returns a handler for the pages and their assets. Each page has an
// address of its own and is the same document; a script in it shows what the
// address says. Anything else is answered with 404 in the API's error form.
//
// Assets live below a folder named by the hash of all of them, so a browser may
// keep them forever, and modules of two versions never meet.
func Handler() http.Handler {
	root, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the name above is not a valid path
	}
	s, err := load(root)
	if err != nil {
		panic(err) // the embedded files are not readable: the build is broken
	}
	return s
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, "method_not_allowed", "pages are only read")
		return
	}
	switch r.URL.Path {
	case "/", "/search", "/documents", "/sources":
		s.index.serve(w, r, "no-cache")
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, s.prefix); ok {
		if a, ok := s.assets[name]; ok {
			a.serve(w, r, "public, max-age=31536000, immutable")
			return
		}
	}
	refuse(w, http.StatusNotFound, "not_found", "there is nothing at this address")
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
}

// refuse answers in the error form of the API. Code and message hold nothing
// that JSON would have to escape.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"error":{"code":"` + code + `","message":"` + message + `"}}` + "\n"))
}
