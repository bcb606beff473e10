package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what must happen. Only a test that
// fails waits so long.
const patience = 60 * time.Second

// A server is a process of the real program.
type server struct {
	t      testing.TB
	url    string
	cmd    *exec.Cmd
	log    *logText
	client *http.Client
	ended  chan struct{} // closed when the process is gone; err is set then
	err    error
}

// begin runs ragserver serve with args on a free port and returns when it
// listens. What it logs is shown if the test fails.
func begin(t testing.TB, args ...string) *server {
	t.Helper()
	s := launch(t, append([]string{"--addr", "127.0.0.1:0"}, args...)...)
	s.url = s.log.await(t, s.ended, regexp.MustCompile(`msg=serving url=(\S+)`))
	return s
}

// launch runs ragserver serve with args and does not wait for anything.
func launch(t testing.TB, args ...string) *server {
	t.Helper()
	s := &server{
		t: t, cmd: exec.Command("ragserver", append([]string{"serve"}, args...)...), log: newLogText(),
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}, ended: make(chan struct{}),
	}
	s.cmd.Stderr = s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("log of ragserver serve %s:\n%s", strings.Join(args, " "), s.log.String())
		}
	})
	return s
}

// stop asks the server to end, which it must do without a complaint.
func (s *server) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		_ = s.cmd.Process.Signal(syscall.SIGQUIT) // shows the goroutines in its log
		<-s.ended
		s.t.Fatal("the server did not end when asked to")
	}
	s.client.CloseIdleConnections()
	if s.err != nil {
		s.t.Fatalf("stopped server ends with %v", s.err)
	}
}

// kill ends the process in the middle of whatever it does.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.ended
	s.client.CloseIdleConnections()
}

// request sends body, as JSON unless it is a string, and returns the status and
// what came back.
func (s *server) request(method, path string, body any) (int, string, error) {
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return 0, "", err
		}
		reader = bytes.NewReader(data)
	}
	return fetch(s.client, method, s.url+path, reader)
}

func fetch(c *http.Client, method, url string, body io.Reader) (int, string, error) {
	r, err := http.NewRequest(method, url, body)
	if err != nil {
		return 0, "", err
	}
	response, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

// call is request for what must succeed; the answer is decoded into out.
func (s *server) call(method, path string, body, out any) {
	s.t.Helper()
	status, text, err := s.request(method, path, body)
	if err == nil && status >= 300 {
		err = fmt.Errorf("status %d: %.500s", status, text)
	}
	if err == nil && out != nil {
		err = json.Unmarshal([]byte(text), out)
	}
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
}

// refused sends what must be answered with this status and words.
func (s *server) refused(method, path string, body any, status int, words ...string) {
	s.t.Helper()
	got, text, err := s.request(method, path, body)
	if err != nil || got != status {
		s.t.Errorf("%s %s: status %d, %v, want %d: %.300s", method, path, got, err, status, text)
		return
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			s.t.Errorf("%s %s: %.500s\nlacks %q", method, path, text, w)
		}
	}
}

// await waits until done holds.
func (s *server) await(what string, done func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			_, statistics, _ := s.request("GET", "/v1/statistics?extended=1", nil)
			_, sources, _ := s.request("GET", "/v1/sources", nil)
			s.t.Fatalf("waited %v until %s\n%s\n%s", patience, what, statistics, sources)
		}
	}
}

// ready waits until everything that was found is searchable.
func (s *server) ready() {
	s.t.Helper()
	s.await("the server is ready", func() bool {
		status, _, err := s.request("GET", "/readyz", nil)
		return err == nil && status == http.StatusOK
	})
}

// A found is a hit of /v1/retrieve.
type found struct {
	Path, Text       string
	Start, End, Page int
	Heading          []string
	Score            float64
	Scores           struct{ Cosine, BM25 float64 }
}

// search returns all that is found.
func (s *server) search(query string, k int, leg string) []found {
	s.t.Helper()
	hits, err := s.trySearch(query, k, leg)
	if err != nil {
		s.t.Fatal(err)
	}
	return hits
}

// trySearch is search on a server that may end meanwhile.
func (s *server) trySearch(query string, k int, leg string) ([]found, error) {
	var result struct{ Hits []found }
	request := map[string]any{"query": query, "k": k, "leg": leg, "extended": true}
	status, text, err := s.request("POST", "/v1/retrieve", request)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d: %.500s", status, text)
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &result)
	}
	if err != nil {
		return nil, fmt.Errorf("searching %.100q: %w", query, err)
	}
	return result.Hits, nil
}

// A stats is what the tests read of /v1/statistics.
type stats struct {
	Documents, Indexed, Failed, Pending, Chunks, Vectors, Embedded int
	Trouble                                                        []string
	IndexRebuilt                                                   string `json:"index_rebuilt"`
	Changing                                                       string
}

func (s *server) statistics() (out stats) {
	s.t.Helper()
	s.call("GET", "/v1/statistics?extended=1", nil, &out)
	return out
}

// idle tells whether no source has a change that is not searchable yet.
func (s *server) idle() bool {
	s.t.Helper()
	var out struct {
		Sources []struct {
			Pending int
			LagMS   float64 `json:"lag_ms"`
		}
	}
	s.call("GET", "/v1/sources", nil, &out)
	for _, source := range out.Sources {
		if source.Pending > 0 || source.LagMS > 0 {
			return false
		}
	}
	return true
}

// A listedDocument is a document of /v1/documents.
type listedDocument struct {
	URI, Path, Status, Reason string
	Chunks                    int
}

// A document is one of /v1/documents/get.
type document struct {
	Text   string
	Chunks []found
}

// list returns the documents whose path has this prefix, by their path without it.
func (s *server) list(prefix string) map[string]listedDocument {
	s.t.Helper()
	var page struct {
		Documents []listedDocument
		Next      string
	}
	s.call("GET", "/v1/documents?limit=1000", nil, &page)
	if page.Next != "" {
		s.t.Fatal("the list of documents has more than one page")
	}
	all := make(map[string]listedDocument, len(page.Documents))
	for _, d := range page.Documents {
		if path, ok := strings.CutPrefix(d.Path, prefix); ok {
			all[path] = d
		}
	}
	return all
}

// document returns a document with its text and chunks; the zero one if there
// is none.
func (s *server) document(uri string) (d document) {
	s.t.Helper()
	status, body, err := s.request("GET", "/v1/documents/get?uri="+url.QueryEscape(uri), nil)
	if err == nil && status == http.StatusOK {
		err = json.Unmarshal([]byte(body), &d)
	}
	if err != nil {
		s.t.Fatalf("document %s: %v", uri, err)
	}
	return d
}

// A logText keeps what a process writes and tells when a line comes.
type logText struct {
	mu    sync.Mutex // guards what follows
	text  bytes.Buffer
	wrote chan struct{}
}

func newLogText() *logText { return &logText{wrote: make(chan struct{})} }

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.wrote)
	l.wrote = make(chan struct{})
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await returns the first group of the pattern once it is in the log.
func (l *logText) await(t testing.TB, ended <-chan struct{}, pattern *regexp.Regexp) string {
	t.Helper()
	deadline := time.After(patience)
	for {
		l.mu.Lock()
		found, wrote := pattern.FindStringSubmatch(l.text.String()), l.wrote
		l.mu.Unlock()
		if found != nil {
			return found[1]
		}
		select {
		case <-wrote:
		case <-ended:
			t.Fatalf("the process ended before it logged %q:\n%s", pattern, l.String())
		case <-deadline:
			t.Fatalf("waited %v for %q in the log", patience, pattern)
		}
	}
}
