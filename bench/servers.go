package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"ragserver/bench/measure"
)

// A server is one of the two that are compared. It watches a folder of its own
// and speaks Pathway's API.
type server struct {
	name string
	docs string // the folder that it watches
	dir  string // for all else
	addr string

	// command returns how to start it on the folder docs.
	command func(s *server, docs string) (program string, args []string)
	// reset makes it forget all that it has stored.
	reset func(s *server) error
	// counts returns its passages, and the texts it has embedded since it was
	// started.
	counts func(s *server) (chunks, embedded int, err error)

	process *measure.Process // nil while it does not run
}

// start starts the server on the folder docs. It answers some time later.
func (s *server) start(docs string) error {
	program, args := s.command(s, docs)
	p, err := measure.Start(filepath.Join(s.dir, "log"), program, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	s.process = p
	return nil
}

// kill ends the server as a crash would.
func (s *server) kill() {
	if s.process != nil {
		s.process.Kill()
		s.process = nil
	}
}

// pause stops the server's processes, so that they take nothing from the other
// one.
func (s *server) pause() error { return s.process.Signal(syscall.SIGSTOP) }

// resume lets them go on.
func (s *server) resume() error { return s.process.Signal(syscall.SIGCONT) }

// statistics asks how many documents the server has counted.
func (s *server) statistics(c *client, limit time.Duration) (int, error) {
	var got struct {
		Count *int `json:"file_count"`
	}
	if err := c.post("/v1/statistics", struct{}{}, &got, limit); err != nil {
		return 0, err
	}
	if got.Count == nil {
		return 0, errors.New("/v1/statistics: no file_count")
	}
	return *got.Count, nil
}

// newServer makes the folders of a server.
func newServer(name, work string) (*server, error) {
	s := &server{name: name, dir: filepath.Join(work, name), docs: filepath.Join(work, name, "docs")}
	if err := os.MkdirAll(s.docs, 0o755); err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.addr = l.Addr().String()
	return s, l.Close()
}

// chunkTokens makes our chunks about as long as the reference's, whose tokens
// and rules are others: see the figures of chunks in the report.
const chunkTokens = 680

// newOurs builds the server of this module, with the embedder of the
// comparison.
func newOurs(work string) (*server, error) {
	s, err := newServer("ragserver", work)
	if err != nil {
		return nil, err
	}
	program := filepath.Join(s.dir, "ragserver")
	build := exec.Command("go", "build", "-o", program, "ragserver/cmd/ragserver")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building ragserver: %w\n%s", err, out)
	}
	config := filepath.Join(s.dir, "config.yaml")
	data := filepath.Join(s.dir, "data")
	settings := fmt.Sprintf("embedder: hash\nchunk: {size: %d}\n", chunkTokens)
	if err := os.WriteFile(config, []byte(settings), 0o644); err != nil {
		return nil, err
	}
	s.command = func(s *server, docs string) (string, []string) {
		return program, []string{"serve", "--config", config, "--addr", s.addr, "--data", data, docs}
	}
	s.reset = func(*server) error { return os.RemoveAll(data) }
	s.counts = func(s *server) (int, int, error) {
		c := &client{addr: s.addr}
		defer c.close()
		var got struct{ Chunks, Embedded int }
		err := c.post("/v1/statistics", map[string]bool{"extended": true}, &got, time.Second)
		return got.Chunks, got.Embedded, err
	}
	return s, nil
}

// referenceCommit is how often the reference takes up changes. Its default of
// 1,500 ms delays every query by as much; 50 ms is what it does at its best.
const referenceCommit = 50 * time.Millisecond

// newReference prepares Pathway, installed in the virtual environment venv, with
// the program in scripts. It keeps nothing on disk.
func newReference(work, venv, scripts string) (*server, error) {
	s, err := newServer("pathway", work)
	if err != nil {
		return nil, err
	}
	counters := filepath.Join(s.dir, "counters.json")
	_, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		return nil, err
	}
	s.command = func(_ *server, docs string) (string, []string) {
		return filepath.Join(venv, "bin", "python"), []string{filepath.Join(scripts, "rag_server.py"),
			"--docs", docs, "--port", port, "--index", "hybrid",
			"--autocommit-ms", strconv.FormatInt(referenceCommit.Milliseconds(), 10), "--counters", counters}
	}
	s.reset = func(*server) error { return nil }
	s.counts = func(*server) (int, int, error) {
		time.Sleep(300 * time.Millisecond) // it writes the file five times a second
		var got struct{ Embed int }
		data, err := os.ReadFile(counters)
		if err == nil {
			err = json.Unmarshal(data, &got)
		}
		return got.Embed, got.Embed, err
	}
	return s, nil
}

// installed says whether the reference can be run.
func installed(venv, scripts string) bool {
	if venv == "" || scripts == "" {
		return false
	}
	_, noPython := os.Stat(filepath.Join(venv, "bin", "python"))
	_, noScript := os.Stat(filepath.Join(scripts, "rag_server.py"))
	return noPython == nil && noScript == nil
}
