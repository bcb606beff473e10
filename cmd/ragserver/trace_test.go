package main

import (
	"bufio"
	"compress/gzip"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	rag "ragserver"
)

// An edit is a line of a trace.
type edit struct {
	Commit, Op, Path, Old, Text string
}

// TestTraceOfRealCommits replays the recorded history of a documentation into a
// folder. After each commit the server lists and finds what is there then, and
// at the end it holds the recorded files, byte for byte.
//
// The whole recording: go test -run Trace -v -args -trace DIR
func TestTraceOfRealCommits(t *testing.T) {
	t.Parallel()
	dir := *trace
	if dir == "" {
		dir = filepath.Join("testdata", "trace")
	}
	r := newReplay(t)
	if *trace != "" {
		r.rest = 120 * time.Millisecond // a file that changes faster is held back on purpose
	}
	for _, commit := range readTrace(t, filepath.Join(dir, "prometheus-docs.jsonl.gz")) {
		r.commit(commit)
	}
	r.verify(filepath.Join(dir, "prometheus-docs.final.json"))
	r.report()
	r.server.stop()
}

// readTrace returns the edits by commit.
func readTrace(t *testing.T, file string) [][]edit {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bufio.NewReader(unzipped))
	var commits [][]edit
	for {
		var e edit
		if err := decoder.Decode(&e); err == io.EOF {
			return commits
		} else if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if n := len(commits); n == 0 || commits[n-1][0].Commit != e.Commit {
			commits = append(commits, nil)
		}
		commits[len(commits)-1] = append(commits[len(commits)-1], e)
	}
}

// A replay is a folder with a server that follows it.
type replay struct {
	*history
	took   []time.Duration // from the last write of a commit until all of it was searchable
	chunks map[string]bool // every text of a chunk that there ever was
	rest   time.Duration   // between commits
}

func newReplay(t *testing.T) *replay {
	dir := t.TempDir()
	f := newFolder(t, rand.New(rand.NewPCG(1, 1)), filepath.Join(dir, "docs"))
	r := &replay{history: &history{folder: f}, chunks: make(map[string]bool)}
	config := filepath.Join(dir, "config.yaml")
	f.must(os.WriteFile(config, fmt.Appendf(nil, "sources:\n  - {kind: fs, path: %s, name: docs}\n", f.root), 0o644))
	r.server = begin(t, "--config", config, "--data", filepath.Join(dir, "data"))
	r.server.ready()
	return r
}

// commit applies edits and waits until they can be found.
func (r *replay) commit(edits []edit) {
	r.t.Helper()
	before := maps.Clone(r.files)
	time.Sleep(r.rest)
	for _, e := range edits {
		r.apply(e)
	}
	began := time.Now()
	verified := make(map[string]bool) // what the commit left alone
	for name, text := range r.files {
		verified[name] = before[name] == text
	}
	r.server.await("commit "+edits[0].Commit+" is searchable", func() bool { return r.equals(verified) && r.server.idle() })
	r.took = append(r.took, time.Since(began))
	for name, text := range r.files {
		if before[name] != text {
			r.note(name)
			r.finds(name, line(text, before[name]), true)
			r.finds(name, line(before[name], text), false)
		}
	}
	for name, text := range before {
		if _, there := r.files[name]; !there {
			r.finds(name, line(text, ""), false)
		}
	}
}

// apply makes the folder as the edit left it, which may be what it is already:
// branches that were merged repeat what others had done.
func (r *replay) apply(e edit) {
	r.t.Helper()
	r.must(os.MkdirAll(filepath.Dir(r.real(e.Path)), 0o755))
	_, oldThere := r.files[e.Old]
	_, there := r.files[e.Path]
	switch {
	case e.Op == "delete" && there:
		r.remove(e.Path)
	case e.Op == "rename" && oldThere:
		r.move(e.Old, e.Path)
	}
	if e.Op != "delete" && r.files[e.Path] != e.Text {
		r.atomicSave(e.Path, e.Text) // no half of it can be seen
	}
}

// note collects the texts of a document's chunks as they are embedded.
func (r *replay) note(name string) {
	r.t.Helper()
	for _, c := range r.server.document("docs:" + name).Chunks {
		r.chunks[rag.Chunk{Heading: c.Heading, Text: c.Text}.SearchText()] = true
	}
}

// line returns the longest line with words that text has and other does not; ""
// if there is none.
func line(text, other string) string {
	longest := ""
	other = words(other)
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); len(l) > len(longest) && strings.ContainsFunc(l, unicode.IsLetter) && !strings.Contains(other, words(l)) {
			longest = l
		}
	}
	return longest
}

// finds searches a line in one document, which holds it or not.
func (r *replay) finds(name, line string, want bool) {
	r.t.Helper()
	if line == "" {
		return
	}
	var result struct{ Hits []found }
	r.server.call("POST", "/v1/retrieve", map[string]any{
		"query": line, "k": 10_000, "extended": true, "filepath_globpattern": r.root + "/" + name}, &result)
	if got := strings.Contains(joined(result.Hits), words(line)); got != want {
		r.t.Errorf("%s: %q found: %v, want %v, in %d passages", name, line, got, want, len(result.Hits))
	}
}

// joined returns the passages of one document in order, as words: a line may
// begin in one passage and end in the next.
func joined(hits []found) string {
	slices.SortFunc(hits, func(a, b found) int { return a.Start - b.Start })
	var parts []string
	for _, h := range hits {
		parts = append(parts, h.Text)
	}
	return words(strings.Join(parts, " "))
}

func words(s string) string { return strings.Join(strings.Fields(s), " ") }

// verify wants exactly the recorded files: a git blob's name is the SHA-1 of a
// header and its bytes.
func (r *replay) verify(file string) {
	r.t.Helper()
	data, err := os.ReadFile(file)
	r.must(err)
	var want map[string]string
	r.must(json.Unmarshal(data, &want))
	got := make(map[string]string)
	for name, d := range r.server.list(r.root + "/") {
		text := r.server.document(d.URI).Text
		sum := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text))
		got[name] = hex.EncodeToString(sum[:])
	}
	if !maps.Equal(got, want) {
		r.t.Errorf("at the end the documents are\n%v\nwant\n%v", got, want)
	}
}

// report says how fresh the index was, and wants no text to be embedded twice.
func (r *replay) report() {
	r.t.Helper()
	slices.Sort(r.took)
	at := func(percent int) time.Duration {
		return r.took[(len(r.took)-1)*percent/100].Round(time.Millisecond / 10)
	}
	s := r.server.statistics()
	r.t.Logf("%d commits: searchable after p50 %v, p95 %v, at most %v; %d passages embedded of %d different ones",
		len(r.took), at(50), at(95), at(100), s.Embedded, len(r.chunks))
	if s.Embedded > len(r.chunks) {
		r.t.Errorf("embedded %d passages, but there were only %d different ones", s.Embedded, len(r.chunks))
	}
}
