package api

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHostNamesAreCheckedOverLoopback(t *testing.T) {
	loopback, lan := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 7)}
	for _, tt := range []struct {
		hosts []string
		over  *net.TCPAddr
		host  string
		want  int
	}{
		{nil, loopback, "localhost:8000", 200},
		{nil, loopback, "LOCALHOST.", 200},
		{nil, loopback, "app.localhost", 200},
		{nil, loopback, "127.0.0.1:8000", 200},
		{nil, loopback, "[::1]:8000", 200},
		{nil, loopback, "[::1]", 200},
		{nil, loopback, "evil.example:8000", 403},
		{nil, loopback, "localhost.evil.example", 403},
		{nil, loopback, "", 403},
		{nil, lan, "wiki.example", 200},
		{[]string{"Wiki.example"}, lan, "wiki.example:80", 200},
		{[]string{"wiki.example"}, loopback, "wiki.example", 200},
		{[]string{"wiki.example"}, loopback, "localhost", 200},
		{[]string{"wiki.example"}, lan, "evil.example", 403},
		{[]string{"wiki.example"}, lan, "10.0.0.7", 403},
		{[]string{"*"}, loopback, "any.example", 200},
	} {
		h, _ := newTest(t, Config{Hosts: tt.hosts})
		r := httptest.NewRequestWithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, tt.over), "GET", "/v1/sources", nil)
		r.Host = tt.host
		if w := serve(h, r); w.Code != tt.want {
			t.Errorf("hosts %q over %v, Host %q: got %d, want %d", tt.hosts, tt.over, tt.host, w.Code, tt.want)
		}
	}
}

func TestOtherSitesNeedPermission(t *testing.T) {
	const wiki = "https://wiki.example"
	h, _ := newTest(t, Config{})
	wantProblem(t, do(h, "POST", "/v1/documents?path=x", "spam", "Origin", wiki), http.StatusForbidden, "forbidden", "")
	wantProblem(t, do(h, "POST", "/v1/answer", "{}", "Sec-Fetch-Site", "cross-site"), http.StatusForbidden, "forbidden", "")
	wantProblem(t, do(h, "GET", "/v1/answer?prompt=x", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"), http.StatusForbidden, "forbidden", "")
	if w := do(h, "GET", "/v1/answer?prompt=x", "", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"); w.Code != http.StatusOK {
		t.Errorf("following a link: got %d", w.Code)
	}
	w := do(h, "GET", "/v1/sources", "", "Origin", wiki)
	if got := w.Header().Get("Access-Control-Allow-Origin"); w.Code != http.StatusOK || got != "" {
		t.Errorf("got %d, allowed origin %q; want none", w.Code, got)
	}
	for _, origins := range [][]string{{wiki}, {"*"}} {
		h, _ := newTest(t, Config{CORS: origins, Keys: []string{"k"}})
		w := do(h, "OPTIONS", "/v1/retrieve", "", "Origin", wiki, "Access-Control-Request-Method", "POST")
		if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != wiki || !strings.Contains(w.Header().Get("Access-Control-Allow-Methods"), "POST") {
			t.Errorf("%q: preflight got %d %v", origins, w.Code, w.Header())
		}
		w = do(h, "POST", "/v1/retrieve", `{"query":"x","k":1}`, "Origin", wiki, "Authorization", "Bearer k")
		if w.Code != http.StatusOK || w.Header().Get("Access-Control-Allow-Origin") != wiki {
			t.Errorf("%q: got %d %v", origins, w.Code, w.Header())
		}
	}
	h, _ = newTest(t, Config{CORS: []string{wiki}})
	if w := do(h, "GET", "/v1/sources", "", "Origin", wiki, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"); w.Code != http.StatusOK {
		t.Errorf("a permitted site got %d", w.Code)
	}
	wantProblem(t, do(h, "POST", "/v1/retrieve", `{}`, "Origin", "https://evil.example"), http.StatusForbidden, "forbidden", "")
	if _, err := New(Config{CORS: []string{"wiki"}}, newFake().service()); err == nil || !strings.Contains(err.Error(), `"wiki"`) {
		t.Errorf("got %v, want an error that names the origin", err)
	}
}

func TestKeysProtectTheData(t *testing.T) {
	h, _ := newTest(t, Config{Keys: []string{"one", "two"}})
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer three", "Basic one", "one"} {
		w := do(h, "GET", "/v1/sources", "", "Authorization", header)
		wantProblem(t, w, http.StatusUnauthorized, "unauthorized", "")
		if w.Header().Get("WWW-Authenticate") != "Bearer" {
			t.Error("no WWW-Authenticate header")
		}
	}
	for _, target := range []string{"/metrics", "/v1/nothing", "/v1/documents/docs:a"} {
		wantProblem(t, do(h, "GET", target, ""), http.StatusUnauthorized, "unauthorized", "")
	}
	for _, header := range []string{"Bearer one", "bearer two"} {
		if w := do(h, "GET", "/v1/sources", "", "Authorization", header); w.Code != http.StatusOK {
			t.Errorf("%q: got %d", header, w.Code)
		}
	}
	if _, err := New(Config{Keys: []string{""}}, newFake().service()); err == nil {
		t.Error("an empty key was accepted")
	}
}
