package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(100 - i) // not in order
	}
	for _, tc := range []struct {
		values []time.Duration
		p      int
		want   time.Duration
	}{
		{nil, 50, 0},
		{[]time.Duration{7}, 50, 7},
		{[]time.Duration{7}, 95, 7},
		{[]time.Duration{3, 1, 2}, 50, 2},
		{[]time.Duration{4, 3, 2, 1}, 50, 2},
		{[]time.Duration{4, 3, 2, 1}, 95, 4},
		{[]time.Duration{4, 3, 2, 1}, 0, 1},
		{hundred, 50, 50},
		{hundred, 95, 95},
		{hundred, 100, 100},
	} {
		if got := percentile(tc.values, tc.p); got != tc.want {
			t.Errorf("%v: %d %% are at most %v, want %v", tc.values, tc.p, got, tc.want)
		}
	}
	if hundred[0] != 100 {
		t.Error("the values were put into another order")
	}
}

func addressOf(s *httptest.Server) string { return strings.TrimPrefix(s.URL, "http://") }

func TestLoadCountsWhatWasFound(t *testing.T) {
	var asked atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/v1/retrieve" {
			w.WriteHeader(http.StatusBadRequest)
		}
		if strings.Contains(string(body), "known") {
			_, _ = io.WriteString(w, `[{"text":"it is known"}]`)
			return
		}
		_, _ = io.WriteString(w, `[]`)
	}))
	defer s.Close()
	l := load{addr: addressOf(s), clients: 2, measured: 50 * time.Millisecond, limit: time.Second, questions: []question{
		newQuestion(addressOf(s), retrieveRequest{Query: "known", K: 5}, "known"),
		newQuestion(addressOf(s), retrieveRequest{Query: "other", K: 5}, "other"),
	}}
	got := l.run()
	if got.Failed != 0 || len(got.Latencies) == 0 || int64(len(got.Latencies)) > asked.Load() {
		t.Fatalf("%d answers and %d failures (%s) of %d questions", len(got.Latencies), got.Failed, got.Error, asked.Load())
	}
	// Each of the two clients asks one of the two questions again and again.
	if got.Found == 0 || got.Found == len(got.Latencies) {
		t.Errorf("%d of %d answers hold what was asked for, want some", got.Found, len(got.Latencies))
	}
}

func TestLoadCountsFailures(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	l := load{addr: addressOf(s), clients: 1, measured: 20 * time.Millisecond, limit: time.Second,
		questions: []question{newQuestion(addressOf(s), retrieveRequest{}, "x")}}
	got := l.run()
	if got.Failed == 0 || len(got.Latencies) != 0 || !strings.Contains(got.Error, "404") {
		t.Errorf("got %d failures, the last %q, and %d answers", got.Failed, got.Error, len(got.Latencies))
	}
}

func TestClientReadsAnyBodyAndDialsAgain(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/close" {
			w.Header().Set("Connection", "close")
		}
		_, _ = io.WriteString(w, `{"n":`)
		w.(http.Flusher).Flush() // in chunks, without a length
		_, _ = io.WriteString(w, `1}`)
	}))
	defer s.Close()
	c := &client{addr: addressOf(s)}
	defer c.close()
	for _, path := range []string{"/", "/", "/close", "/"} {
		var got struct{ N int }
		if err := c.post(path, struct{}{}, &got, time.Second); err != nil || got.N != 1 {
			t.Errorf("%s: got %+v, %v", path, got, err)
		}
	}
}

func TestSamplesAddUp(t *testing.T) {
	s := sample{Seconds: 1, Latencies: []time.Duration{1, 2}, Found: 1}
	s.add(sample{Seconds: 1, Latencies: []time.Duration{3, 4}, Found: 2, Failed: 1, Error: "x"})
	if s.rate() != 2 || s.found() != 0.75 || s.Failed != 1 || s.Error != "x" {
		t.Errorf("got %+v: %v a second, %v found", s, s.rate(), s.found())
	}
	if (sample{}).rate() != 0 || (sample{}).found() != 0 {
		t.Error("an empty sample has a rate")
	}
}
