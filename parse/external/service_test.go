package external_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/external"
	"ragserver/parse/parsetest"
	"ragserver/remote"
)

func TestServicesKeepTheContract(t *testing.T) {
	for name, s := range map[string]*external.Service{
		"tika": serve(t, tika, external.NewTika), "docling": serve(t, docling, external.NewDocling), "unstructured": serve(t, unstructured, external.NewUnstructured),
	} {
		t.Run(name, func(t *testing.T) { parsetest.Run(t, s, input("the "+needle)) })
	}
}

func read(t *testing.T, p parse.Parser) rag.Text {
	t.Helper()
	got, err := p.Parse(t.Context(), input("the "+needle))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("differs (-want +got):\n%s", diff)
	}
}

func TestTikaGivesPagesTablesAndParts(t *testing.T) {
	got := read(t, serve(t, tika, external.NewTika))
	equal(t, outline(got), `heading p1 "One" "One"
paragraph p1 "One" "A needle & hay."
list p2 "One" "- first"
list p2 "One" "- second"
table p2 "One" "| a\\|b | c |\n| --- | --- |\n|  | 2 |"
`)
	if got.Title != "The needle" || got.Author != "Ann" || got.Pages != 3 || got.Created.Year() != 2024 || got.Parser != "tika" || got.MediaType != "text/plain" {
		t.Errorf("got %+v", got)
	}
	var parts []string
	for _, p := range got.Parts {
		parts = append(parts, p.Name+"|"+p.Text.Text+"|"+p.Text.MediaType+"|"+p.Problem)
	}
	equal(t, parts, []string{"in/a.txt|inside|text/plain|", "in/a.txt (2)||image/png|org.x.Bad: no", "part 3||application/zip|encrypted"})
}

func TestDoclingGivesPagesAndPlaces(t *testing.T) {
	got := read(t, serve(t, docling, external.NewDocling))
	equal(t, outline(got), `heading p2 "Head" "Head"
list p2 "Head" "1. one"
list p2 "Head" "- two"
table p3 "Head" "| h |\n| --- |\n| c |"
paragraph p3 "Head" "A needle."
`)
	equal(t, got.Sections[0].Box, rag.Box{Left: 0.1, Top: 0.1, Right: 0.6, Bottom: 0.2})
	if got.Pages != 4 || got.Title != "Head" || got.Parser != "docling" {
		t.Errorf("got %+v", got)
	}
}

func TestDoclingFallsBackToMarkdown(t *testing.T) {
	got, err := serve(t, docling, external.NewDocling).Parse(t.Context(), input("markdown"))
	if err != nil || !strings.HasPrefix(outline(got), `heading p0 "T" "# T"`) || len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], "page 2 is bad") {
		t.Errorf("got %q, warnings %q, error %v", outline(got), got.Warnings, err)
	}
}

func TestUnstructuredGivesElements(t *testing.T) {
	got := read(t, serve(t, unstructured, external.NewUnstructured))
	equal(t, outline(got), `heading p1 "Head" "Head"
paragraph p2 "Head" "A needle."
list p2 "Head" "  - item"
table p3 "Head" "| h |\n| --- |\n| c |"
`)
	equal(t, got.Sections[0].Box, rag.Box{Left: 0.1, Top: 0.1, Right: 0.5, Bottom: 0.2})
	equal(t, got.Sections[1].Links, []string{"http://x/"})
	equal(t, got.Labels, []string{"First"})
	if got.Pages != 3 || got.Language != "en" {
		t.Errorf("got %+v", got)
	}
}

func TestRefusalsSayWhoAndWhy(t *testing.T) {
	for want, s := range map[string]*external.Service{
		"tika at 127.0.0.1:":                     serve(t, tika, external.NewTika),
		"failure: not a document":                serve(t, docling, external.NewDocling),
		"400 Bad Request: File type is not supp": serve(t, unstructured, external.NewUnstructured),
		"the answer of /rmeta":                   serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, external.NewTika),
	} {
		_, err := s.Parse(t.Context(), input("hay"))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), " at 127.0.0.1:") {
			t.Errorf("got %v, want %q", err, want)
		}
		if e, ok := errors.AsType[*remote.Error](err); ok && e.Temporary {
			t.Errorf("%v would be tried for ever", err)
		}
	}
}

func TestBusyServersAreAskedAgain(t *testing.T) {
	var calls atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		tika(w, r)
	}, external.NewTika)
	read(t, s)
	if calls.Load() != 2 {
		t.Errorf("%d calls, want 2", calls.Load())
	}
}

func TestADocumentThatBreaksTheServerIsNotSentAgain(t *testing.T) {
	var calls atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.WriteHeader(http.StatusInternalServerError)
	}, external.NewTika)
	_, err := s.Parse(t.Context(), input("x"))
	if err == nil || calls.Load() != 1 || remote.Temporary(err) {
		t.Errorf("%d calls, error %v", calls.Load(), err)
	}
}

func TestAbsentServerIsTemporary(t *testing.T) {
	s, err := external.NewDocling(external.ServiceConfig{URL: "http://127.0.0.1:1", Timeout: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Parse(t.Context(), input("x")); !remote.Temporary(err) || !strings.Contains(err.Error(), "docling at 127.0.0.1:1: nothing listens") {
		t.Errorf("got %v", err)
	}
}

func TestSilentServerEnds(t *testing.T) {
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the end of the caller is not seen
		<-r.Context().Done()
	}, func(c external.ServiceConfig) (*external.Service, error) {
		c.Timeout = 50 * time.Millisecond
		return external.NewTika(c)
	})
	if _, err := s.Parse(t.Context(), input("x")); !remote.Temporary(err) {
		t.Errorf("got %v", err)
	}
}

func TestLongAnswersAreRefused(t *testing.T) {
	s := serve(t, tika, func(c external.ServiceConfig) (*external.Service, error) {
		c.MaxText = 100
		return external.NewTika(c)
	})
	if _, err := s.Parse(t.Context(), input(needle)); err == nil || !strings.Contains(err.Error(), "longer than 100 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestServiceConfigIsChecked(t *testing.T) {
	for want, c := range map[string]external.ServiceConfig{
		"url: is missing": {}, "scheme": {URL: "ftp://x"}, "api_key": {URL: "http://x", APIKey: "a\nb"}, "not negative": {URL: "http://x", Timeout: -1},
	} {
		if _, err := external.NewTika(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %s", c, err, want)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`[{"type":"Table","text":"a","metadata":{"text_as_html":"<table><tr><td>x</table>","page_number":1}}]`))
	f.Add([]byte(`[{"X-TIKA:content":"<ol><li>a<table><tr><td><ul><table></ol></p>","X-TIKA:embedded_resource_path":"a"},{}]`))
	f.Add([]byte(`{"document":{"json_content":{"body":{"children":[{"$ref":"#/groups/0"}]},"groups":[{"children":[{"$ref":"#/groups/0"}]}]}},"status":"success"}`))
	var answer atomic.Pointer[[]byte]
	transport := func(w http.ResponseWriter, _ *http.Request) { w.Write(*answer.Load()) }
	t := new(testing.T)
	services := []*external.Service{serve(t, transport, external.NewTika), serve(t, transport, external.NewDocling), serve(t, transport, external.NewUnstructured)}
	f.Fuzz(func(t *testing.T, data []byte) {
		answer.Store(&data)
		for _, s := range services {
			parsetest.Survives(t, s, input("x"))
		}
	})
}
