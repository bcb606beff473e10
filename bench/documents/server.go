package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"ragserver/bench/measure"
)

// A server is the real one, in a folder of its own, which watches the folder
// docs there.
type server struct {
	docs, base string
	process    *measure.Process
	client     http.Client
}

// buildServer builds the server into a folder and returns its path.
func buildServer(ctx context.Context, dir string) (string, error) {
	program := filepath.Join(dir, "ragserver")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "ragserver/cmd/ragserver")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building ragserver: %w\n%s", err, out)
	}
	return program, nil
}

// startServer starts a server without documents and waits until it is ready.
func startServer(ctx context.Context, program, dir, pdfium string) (*server, error) {
	s := &server{docs: filepath.Join(dir, "docs"), client: http.Client{Timeout: 10 * time.Second}}
	if err := os.MkdirAll(s.docs, 0o755); err != nil {
		return nil, err
	}
	if pdfium == "" {
		pdfium = "none"
	}
	config := filepath.Join(dir, "config.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "pdf: {pdfium: %q}\n", pdfium), 0o644); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	s.base = "http://" + addr
	log := filepath.Join(dir, "log")
	s.process, err = measure.Start(log, program, "serve", "--config", config, "--addr", addr, "--data", filepath.Join(dir, "data"), s.docs)
	if err != nil {
		return nil, err
	}
	for end := time.Now().Add(time.Minute); s.ready(ctx) != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) || s.ended() || ctx.Err() != nil {
			s.process.Kill()
			said, _ := os.ReadFile(log) // what it said, if anything
			return nil, fmt.Errorf("the server does not get ready:\n%s", said)
		}
	}
	return s, nil
}

func (s *server) ended() bool {
	select {
	case <-s.process.Ended:
		return true
	default:
		return false
	}
}

// ready asks whether the server is ready.
func (s *server) ready(ctx context.Context) error {
	return s.call(ctx, http.MethodGet, "/readyz", nil, nil)
}

// retrieve asks something.
func (s *server) retrieve(ctx context.Context) error {
	var hits []json.RawMessage
	return s.call(ctx, http.MethodPost, "/v1/retrieve", map[string]any{"query": "the first page of the report", "k": 3}, &hits)
}

// A listed document is what the server says of one.
type listed struct {
	URI       string `json:"uri"`
	Path      string `json:"path"`
	Status    string `json:"status"`
	Reason    string `json:"reason"`
	Container string `json:"container"`
}

// documents lists all documents.
func (s *server) documents(ctx context.Context) (all []listed, err error) {
	for cursor := ""; ; {
		var page struct {
			Documents []listed `json:"documents"`
			Next      string   `json:"next"`
		}
		if err := s.call(ctx, http.MethodGet, "/v1/documents?limit=1000&cursor="+url.QueryEscape(cursor), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Documents...)
		if cursor = page.Next; cursor == "" {
			return all, nil
		}
	}
}

// text returns the title and the text of a document.
func (s *server) text(ctx context.Context, uri string) (string, error) {
	var d struct {
		Title string `json:"title"`
		Text  string `json:"text"`
	}
	err := s.call(ctx, http.MethodGet, "/v1/documents/get?uri="+url.QueryEscape(uri), nil, &d)
	return d.Title + "\n" + d.Text, err
}

// call asks and decodes the answer into out, if that is not nil.
func (s *server) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, body)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	data, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %s: %.200s", path, resp.Status, data)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(data, out)
}
