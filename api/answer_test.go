package api

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ragserver/llm/answer"
	"ragserver/remote"
)

const doneJSON = `{"answer":"Foxes\njump [1].","response":"Foxes\njump [1].","found":true,"citations":[{"n":1,"uri":"docs:a.md","path":"docs/a.md","title":"A","page":2,"heading":["Cache"],"start":18,"end":26,"quote":"springen","chunk_id":"CHUNK"}],"model":"extractive","usage":{"prompt_tokens":12,"completion_tokens":3},"epoch":3,"complete_until":"2026-11-22T12:00:00Z"}`

func withChunk(s string) string { return strings.ReplaceAll(s, "CHUNK", sampleChunk.ID.String()) }

func TestAnswerIsWholeAndCited(t *testing.T) {
	h, _ := newTest(t, Config{})
	w := do(h, "POST", "/v1/answer", `{"prompt":"What do foxes do?"}`)
	if diff := cmp.Diff(withChunk(doneJSON), w.Body.String()); w.Code != http.StatusOK || diff != "" {
		t.Errorf("status %d, (-want +got):\n%s", w.Code, diff)
	}
	if w.Header().Get(headerEpoch) != "3" || w.Header().Get(headerComplete) != "2026-11-22T12:00:00Z" {
		t.Errorf("got headers %v", w.Header())
	}
}

func TestAnswerShowsWhatItWasMadeFromIfAsked(t *testing.T) {
	h, _ := newTest(t, Config{})
	got := decoded[answerResult](t, do(h, "GET", "/v1/answer?prompt=x&return_context_docs=true", ""), http.StatusOK)
	want := []contextDoc{{sampleChunk.Text, map[string]any{"path": "docs/a.md", "title": "A", fileIDKey: fileID("docs:a.md")}, -0.6}}
	if diff := cmp.Diff(want, got.ContextDocs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	got = decoded[answerResult](t, do(h, "GET", "/v1/answer?prompt=x&return_context_docs=false", ""), http.StatusOK)
	if got.ContextDocs != nil {
		t.Errorf("got context %v, want none", got.ContextDocs)
	}
}

func TestAnswerReadsItsFields(t *testing.T) {
	want := AnswerRequest{Prompt: "q", K: 7, Filter: "f", Glob: "g", Model: "m", Epoch: 4}
	for _, body := range []string{
		`{"prompt":"q","k":7,"filters":"f","filepath_globpattern":"g","model":"m","epoch":4}`,
		`{"question":"q","k":"7","metadata_filter":"f","filepath_globpattern":"g","model":"m","epoch":"4"}`,
		`{"prompt":null,"query":"q","k":7.5,"filters":null,"metadata_filter":"f","filepath_globpattern":"g","model":"m","epoch":4.0}`,
	} {
		h, f := newTest(t, Config{})
		decoded[answerResult](t, do(h, "POST", "/v1/answer/", body), http.StatusOK)
		if diff := cmp.Diff([]AnswerRequest{want}, f.asked); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", body, diff)
		}
	}
}

func TestAnswerRefuses(t *testing.T) {
	for body, field := range map[string]string{
		`{}`: "prompt", `[]`: "prompt", `{"prompt":null}`: "prompt", `{"prompt":" \n"}`: "prompt",
		`{"prompt":"x","epoch":-1}`: "epoch", `{"prompt":"x","k":-1}`: "k", `{"prompt":"x","k":1001}`: "k", `{"prompt":"x","stream":"perhaps"}`: "stream",
	} {
		h, f := newTest(t, Config{})
		wantProblem(t, do(h, "POST", "/v1/answer", body), http.StatusBadRequest, "bad_request", field)
		if len(f.asked) > 0 {
			t.Errorf("%s: asked %v", body, f.asked)
		}
	}
}

func TestStreamedAnswerIsFramed(t *testing.T) {
	want := withChunk("event: passages\n" +
		`data: {"passages":[{"n":1,"uri":"docs:a.md","path":"docs/a.md","title":"A","page":2,"start":10,"end":29,"chunk_id":"CHUNK","text":"Füchse \"springen\"\n","score":0.6}]}` + "\n\n" +
		"event: delta\ndata: {\"text\":\"Foxes\\n\"}\n\n" +
		"event: delta\ndata: {\"text\":\"jump [1].\"}\n\n" +
		"event: done\ndata: " + doneJSON + "\n\n")
	h, _ := newTest(t, Config{})
	for _, w := range []*httptest.ResponseRecorder{
		do(h, "POST", "/v1/answer", `{"prompt":"x","stream":true}`),
		do(h, "POST", "/v1/answer", `{"prompt":"x"}`, "Accept", "text/event-stream"),
		do(h, "GET", "/v1/answer?prompt=x&stream=true", ""),
	} {
		if diff := cmp.Diff(want, w.Body.String()); w.Code != http.StatusOK || diff != "" {
			t.Errorf("status %d, (-want +got):\n%s", w.Code, diff)
		}
		if got := w.Header().Get("Content-Type"); got != "text/event-stream; charset=utf-8" || !w.Flushed {
			t.Errorf("got Content-Type %q, flushed %v", got, w.Flushed)
		}
		if got := w.Result().Trailer.Get(headerEpoch); got != "3" {
			t.Errorf("got epoch %q in the trailer, want 3", got)
		}
	}
}

func TestStreamWithoutPassagesSaysSo(t *testing.T) {
	h, f := newTest(t, Config{})
	f.answer = func(_ context.Context, _ AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error) {
		return answer.Answer{Text: "not found"}, Freshness{}, emit(answer.Event{})
	}
	w := do(h, "GET", "/v1/answer?prompt=x&stream=true", "")
	if got, want := w.Body.String(), "event: passages\ndata: {\"passages\":[]}\n\n"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q first", got, want)
	}
	if want := `"citations":[],`; !strings.Contains(w.Body.String(), want) {
		t.Errorf("got %q, want %s in it", w.Body, want)
	}
}

func TestModelsFailuresHaveTheirOwnCodes(t *testing.T) {
	down := &remote.Error{Provider: "ollama", Message: "nothing listens"}
	late := &remote.Error{Provider: "ollama", Err: context.DeadlineExceeded}
	passages := answer.Event{Passages: []answer.Passage{samplePassage}}
	for _, tt := range []struct {
		err    error
		events []answer.Event
		status int
		code   string
	}{
		{down, nil, http.StatusBadGateway, "model_unavailable"},
		{errors.Join(errors.New("asking"), down), []answer.Event{passages}, http.StatusBadGateway, "model_unavailable"},
		{late, nil, http.StatusGatewayTimeout, "model_timeout"},
		{&remote.Error{Status: 504, Message: "late"}, nil, http.StatusGatewayTimeout, "model_timeout"},
		{context.DeadlineExceeded, []answer.Event{passages}, http.StatusGatewayTimeout, "model_timeout"},
		{context.DeadlineExceeded, nil, http.StatusGatewayTimeout, "timeout"},
	} {
		h, f := newTest(t, Config{})
		f.answer = failingAnswer(tt.err, tt.events...)
		wantProblem(t, do(h, "POST", "/v1/answer", `{"prompt":"x"}`), tt.status, tt.code, "")

		w := do(h, "POST", "/v1/answer", `{"prompt":"x","stream":true}`)
		if len(tt.events) == 0 {
			wantProblem(t, w, tt.status, tt.code, "")
			continue
		}
		if _, last, _ := strings.Cut(w.Body.String(), "event: error\n"); !strings.HasPrefix(last, `data: {"error":{"code":"`+tt.code+`","message":"`) {
			t.Errorf("got %q, want the event error with code %s", w.Body, tt.code)
		}
	}
}

func TestSilentModelIsCoveredByHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newTest(t, Config{Heartbeat: time.Second, AnswerTimeout: time.Minute})
		f.answer = func(ctx context.Context, _ AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error) {
			time.Sleep(3500 * time.Millisecond)
			return answer.Answer{}, Freshness{}, emit(answer.Event{Delta: "x"})
		}
		w := do(h, "GET", "/v1/answer?prompt=x&stream=true", "")
		if want := ":\n\n:\n\n:\n\nevent: delta\n"; !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("got %q, want %q first", w.Body, want)
		}
	})
}

func TestAnswersWaitForAPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newTest(t, Config{MaxAnswers: 1, AnswerTimeout: 10 * time.Second})
		f.answer = func(ctx context.Context, r AnswerRequest, _ func(answer.Event) error) (answer.Answer, Freshness, error) {
			if r.Prompt == "slow" {
				<-ctx.Done()
				return answer.Answer{}, Freshness{}, ctx.Err()
			}
			time.Sleep(time.Second)
			return answer.Answer{}, Freshness{}, nil
		}
		ask := func(prompt string) <-chan *httptest.ResponseRecorder {
			got := make(chan *httptest.ResponseRecorder, 1)
			go func() { got <- do(h, "GET", "/v1/answer?prompt="+prompt, "") }()
			synctest.Wait()
			return got
		}
		first, second := ask("a"), ask("b")
		for _, got := range []<-chan *httptest.ResponseRecorder{first, second} {
			decoded[answerResult](t, <-got, http.StatusOK)
		}
		slow, third := ask("slow"), ask("c")
		// Whichever the scheduler wakes first at the tenth second, one ended by
		// its time and the other either waited in vain or was served after it.
		wantProblem(t, <-slow, http.StatusGatewayTimeout, "timeout", "")
		if w := <-third; w.Code != http.StatusOK {
			wantProblem(t, w, http.StatusServiceUnavailable, "busy", "")
			if w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
	})
}

// TestHangingUpEndsTheModelsWork is over a real connection: the answer's
// context must end, and nothing may be left running.
func TestHangingUpEndsTheModelsWork(t *testing.T) {
	h, f := newTest(t, Config{})
	ended := make(chan error, 1)
	f.answer = func(ctx context.Context, _ AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error) {
		err := emit(answer.Event{Delta: "x"})
		<-ctx.Done()
		ended <- ctx.Err()
		return answer.Answer{}, Freshness{}, errors.Join(err, ctx.Err())
	}
	server := httptest.NewServer(h)
	ctx, hangUp := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "POST", server.URL+"/v1/answer", strings.NewReader(`{"prompt":"x","stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); line != "event: delta\n" {
		t.Fatalf("got %q, %v: the first event was not flushed", line, err)
	}
	hangUp()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the model's context ended with %v, want %v", err, context.Canceled)
	}
	server.Close() // returns when every handler has
	h.streams.mu.Lock()
	defer h.streams.mu.Unlock()
	if len(h.streams.cancels) > 0 || len(h.answers) > 0 {
		t.Errorf("%d streams and %d places are still held", len(h.streams.cancels), len(h.answers))
	}
}
