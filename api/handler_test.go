package api

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ragserver/llm/answer"
	"ragserver/retrieve"
)

func TestWhatIsNotThereIsSaidInJSON(t *testing.T) {
	h, _ := newTest(t, Config{})
	for _, target := range []string{"/", "/v1/nothing", "/v2/answer", "/v1/retrieve/more"} {
		wantProblem(t, do(h, "GET", target, ""), http.StatusNotFound, "not_found", "")
	}
	for method, target := range map[string]string{"PUT": "/v1/retrieve", "HEAD": "/v1/retrieve", "DELETE": "/v1/answer", "POST": "/v1/sources", "OPTIONS": "/v1/statistics"} {
		w := do(h, method, target, "")
		wantProblem(t, w, http.StatusMethodNotAllowed, "method_not_allowed", "")
		if w.Header().Get("Allow") == "" {
			t.Errorf("%s %s: no Allow header", method, target)
		}
	}
}

func TestOtherPathsAreThePages(t *testing.T) {
	pages := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "page "+r.URL.Path)
	})
	h, _ := newTest(t, Config{UI: pages, Keys: []string{"k"}})
	for _, target := range []string{"/", "/app.js", "/documents/x"} {
		if w := do(h, "GET", target, ""); w.Code != http.StatusOK || w.Body.String() != "page "+target {
			t.Errorf("%s: got %d %q", target, w.Code, w.Body)
		}
	}
	wantProblem(t, do(h, "POST", "/", ""), http.StatusNotFound, "not_found", "")
	wantProblem(t, do(h, "GET", "/v1/x", "", "Authorization", "Bearer k"), http.StatusNotFound, "not_found", "")
}

func TestPanicIsAnAnswerAndALogLineWithOneID(t *testing.T) {
	var log bytes.Buffer
	h, f := newTest(t, Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	f.retrieve = func(context.Context, retrieve.Query) (retrieve.Result, error) { panic("secret") }
	message := wantProblem(t, do(h, "GET", "/v1/retrieve?query=x&k=1", ""), http.StatusInternalServerError, "internal", "")
	id := message[strings.LastIndexByte(message, ' ')+1:]
	if strings.Contains(message, "secret") || !strings.Contains(log.String(), "id="+id) || !strings.Contains(log.String(), "secret") {
		t.Errorf("told the caller %q and the log %q", message, log.String())
	}
	f.retrieve = nil
	if w := do(h, "GET", "/v1/retrieve?query=x&k=1", ""); w.Code != http.StatusOK {
		t.Errorf("after the panic: got %d %s", w.Code, w.Body)
	}
}

func TestPanicInTheMiddleOfAStreamCutsIt(t *testing.T) {
	h, f := newTest(t, Config{})
	f.answer = func(_ context.Context, _ AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error) {
		if err := emit(answer.Event{Delta: "x"}); err != nil {
			return answer.Answer{}, Freshness{}, err
		}
		panic("broken")
	}
	server := httptest.NewServer(h)
	defer server.Close()
	resp, err := http.Get(server.URL + "/v1/answer?prompt=x&stream=1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err == nil || !strings.HasPrefix(string(body), "event: delta\n") {
		t.Errorf("got %q and %v, want the first event and a broken connection", body, err)
	}
}

func TestPartsMustBeThere(t *testing.T) {
	f := newFake()
	if _, err := New(Config{}, Service{Retriever: f}); err == nil {
		t.Error("a service without documents was accepted")
	}
}
