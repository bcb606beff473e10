package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStatisticsAnswerInPathwaysShape(t *testing.T) {
	h, f := newTest(t, Config{})
	for _, w := range []*httptest.ResponseRecorder{
		do(h, "POST", "/v1/statistics", ""), do(h, "POST", "/v1/statistics", "{}"), do(h, "POST", "/v1/statistics", "[]"), do(h, "POST", "/v1/statistics", "7"),
		do(h, "POST", "/v1/statistics", `"text"`), do(h, "POST", "/v1/statistics/", `{"x":9223372036854775808}`), do(h, "GET", "/v1/statistics", ""), do(h, "GET", "/v1/statistics?extended=false", ""),
	} {
		if got, want := w.Body.String(), `{"file_count":4,"last_modified":1795345200,"last_indexed":1795348800}`; w.Code != http.StatusOK || got != want {
			t.Errorf("got %d %s, want %s", w.Code, got, want)
		}
	}
	got := decoded[map[string]any](t, do(h, "GET", "/v1/statistics?extended=1", ""), http.StatusOK)
	if got["file_count"] != 4.0 || got["last_modified"] != 1795345200.0 || got["documents"] != 5.0 || got["chunks"] != 9.0 || got["complete_until"] != "2026-11-22T12:00:00Z" {
		t.Errorf("got %v", got)
	}
	if diff := cmp.Diff([]any{map[string]any{"field": "path", "documents": 4.0, "values": 3.0, "bytes": 200.0}}, got["metadata_fields"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	f.stats = Statistics{}
	if got, want := do(h, "POST", "/v1/statistics", "").Body.String(), `{"file_count":0,"last_modified":null,"last_indexed":null}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSourcesTellTheirLag(t *testing.T) {
	h, f := newTest(t, Config{})
	want := `{"sources":[{"name":"docs","kind":"fs","state":"watching","objects":5,"documents":4,"failed":1,"pending":0,"lag_ms":1.5}]}`
	if diff := cmp.Diff(want, do(h, "GET", "/v1/sources", "").Body.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	f.sourced = nil
	if got := do(h, "GET", "/v1/sources", "").Body.String(); got != `{"sources":[]}` {
		t.Errorf("got %s", got)
	}
}

func TestHealthAndReadiness(t *testing.T) {
	h, f := newTest(t, Config{Version: "v1", Keys: []string{"k"}})
	if got := decoded[healthResult](t, do(h, "GET", "/healthz", ""), http.StatusOK); got != (healthResult{"ok", "v1"}) {
		t.Errorf("got %v", got)
	}
	decoded[readyResult](t, do(h, "GET", "/readyz", ""), http.StatusOK)
	f.notReady = errors.New("docs has not been listed")
	if got := wantProblem(t, do(h, "GET", "/readyz", ""), http.StatusServiceUnavailable, "not_ready", ""); !strings.Contains(got, "docs has not been listed") {
		t.Errorf("got message %q", got)
	}
}

func TestMetricsShowTheServiceAndItsRequests(t *testing.T) {
	h, _ := newTest(t, Config{})
	do(h, "GET", "/v1/retrieve?query=x&k=1", "")
	do(h, "GET", "/v1/retrieve?query=x&k=-1", "")
	do(h, "GET", "/nowhere", "")
	body := do(h, "GET", "/metrics", "").Body.String()
	for _, want := range []string{
		`ragserver_http_request_duration_seconds_count{code="200",route="/v1/retrieve"} 1`,
		`ragserver_http_request_duration_seconds_count{code="400",route="/v1/retrieve"} 1`,
		`ragserver_http_request_duration_seconds_count{code="404",route="other"} 1`,
		`ragserver_http_requests_in_flight 1`, `ragserver_documents{status="indexed"} 4`, `ragserver_documents{status="failed"} 1`, `ragserver_chunks 9`,
		`ragserver_vectors 8`, `ragserver_embedded_texts_total 7`, `ragserver_epoch 3`, `ragserver_source_lag_seconds{source="docs"} 0.0015`, `ragserver_ready 1`,
		`ragserver_metadata_field_bytes{field="path"} 200`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("no %s in\n%s", want, body)
		}
	}
}

func TestEventsTellChangesOnceEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, f := newTest(t, Config{Heartbeat: time.Minute})
		ctx, hangUp := context.WithCancel(t.Context())
		r := httptest.NewRequestWithContext(ctx, "GET", "/v1/events", nil)
		w := &sharedRecorder{ResponseRecorder: httptest.NewRecorder()}
		done := make(chan struct{})
		go func() {
			defer close(done)
			h.ServeHTTP(w, r)
		}()
		epochs := func() (got []int) {
			synctest.Wait()
			for part := range strings.SplitSeq(w.text(), "\n\n") {
				data, ok := strings.CutPrefix(part, "event: status\ndata: ")
				if !ok {
					continue
				}
				var e statusEvent
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					t.Fatal(err)
				}
				got = append(got, int(e.Statistics.Epoch))
			}
			return got
		}
		want := func(epochsTold ...int) {
			t.Helper()
			if diff := cmp.Diff(epochsTold, epochs()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		want(3) // at once
		for range 100 {
			f.change(func(s *Statistics) { s.Epoch++ })
		}
		want(3) // too soon
		time.Sleep(apart)
		want(3, 103)
		time.Sleep(time.Hour)
		want(3, 103) // nothing new
		f.change(func(s *Statistics) { s.Epoch++ })
		want(3, 103, 104)
		if n := strings.Count(w.text(), ":\n\n"); n < 50 {
			t.Errorf("got %d heartbeats in an hour, want about 60", n)
		}
		hangUp()
		<-done
	})
}

// A sharedRecorder can be read while it is written.
type sharedRecorder struct {
	*httptest.ResponseRecorder
	mu sync.Mutex // guards Body
}

func (r *sharedRecorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ResponseRecorder.Write(b)
}

func (r *sharedRecorder) text() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Body.String()
}
