package api

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"ragserver/llm/answer"
	"ragserver/retrieve"
)

func TestShutdownEndsStreamsAndFinishesRequests(t *testing.T) {
	h, f := newTest(t, Config{})
	serving := make(chan struct{})
	finish := make(chan struct{})
	f.retrieve = func(context.Context, retrieve.Query) (retrieve.Result, error) {
		close(serving)
		<-finish
		return retrieve.Result{}, nil
	}
	f.answer = func(ctx context.Context, _ AnswerRequest, emit func(answer.Event) error) (answer.Answer, Freshness, error) {
		err := emit(answer.Event{Delta: "x"})
		<-ctx.Done()
		return answer.Answer{}, Freshness{}, errors.Join(err, ctx.Err())
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, l, h) }()

	get := func(target string) *http.Response {
		resp, err := http.Get("http://" + l.Addr().String() + target)
		if err != nil {
			t.Error(err)
			return &http.Response{Body: http.NoBody}
		}
		return resp
	}
	events, streamed := get("/v1/events"), get("/v1/answer?prompt=x&stream=1")
	plain := make(chan string, 1)
	go func() {
		resp := get("/v1/retrieve?query=x&k=1")
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		plain <- string(b)
	}()
	<-serving
	stop()
	for name, resp := range map[string]*http.Response{"events": events, "answer": streamed} {
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if name == "answer" && !strings.Contains(string(b), `event: error`+"\n"+`data: {"error":{"code":"shutting_down"`) {
			t.Errorf("%s: got %q", name, b)
		}
	}
	close(finish)
	if got := <-plain; got != "[]" {
		t.Errorf("the request that was being served got %q", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve returned %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("the listener is still open")
	}
	wantProblem(t, do(h, "GET", "/v1/events", ""), http.StatusServiceUnavailable, "shutting_down", "")
}

func TestServeSaysWhyItEnded(t *testing.T) {
	h, _ := newTest(t, Config{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := Serve(t.Context(), l, h); !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("got %v", err)
	}
}
