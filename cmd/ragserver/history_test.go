package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	rag "ragserver"
)

// A history is a folder with a server that follows it, and dies now and then.
type history struct {
	*folder
	config string // of the server under test
	fresh  string // of one that starts with nothing
	data   string
	model  *fakeModel // nil: the embedded one
	server *server

	mu      sync.Mutex // guards settled
	settled map[string]bool
}

// TestAnyHistoryEndsAsFromScratch changes a real folder at random, stops and
// kills the server in between, damages what the index has saved, and demands the
// answers of a server that starts on the final folder; nothing deleted may be
// found, no text be embedded twice.
//
// A thousand: go test -run AnyHistory -histories 1000 -parallel 6 -timeout 30m
func TestAnyHistoryEndsAsFromScratch(t *testing.T) {
	t.Parallel()
	seeds := make([]uint64, *histories)
	for i := range seeds {
		seeds[i] = rand.Uint64()
	}
	if *seed != 0 {
		seeds = []uint64{*seed}
	}
	var different, all atomic.Int64
	t.Run("histories", func(t *testing.T) {
		for _, s := range seeds {
			t.Run(fmt.Sprint("seed=", s), func(t *testing.T) {
				t.Parallel()
				h := newHistory(t, rand.New(rand.NewPCG(s, 0)))
				h.run()
				if h.model != nil {
					d, a, _ := h.model.work()
					different.Add(int64(d))
					all.Add(int64(a))
				}
			})
		}
	})
	t.Logf("%d passages embedded, of %d different ones; the rest was under way at a kill", all.Load(), different.Load())
}

func newHistory(t *testing.T, random *rand.Rand) *history {
	dir := t.TempDir()
	h := &history{folder: newFolder(t, random, filepath.Join(dir, "docs")), data: filepath.Join(dir, "data")}
	h.config, h.fresh = filepath.Join(dir, "config.yaml"), filepath.Join(dir, "fresh.yaml")
	common := fmt.Sprintf("sources:\n  - {kind: fs, path: %s, name: docs}\nchunk: {size: 32}\n", h.root)
	// There is a graph from the first vector on, and the index is being saved
	// most of the time, or only at ends.
	common += fmt.Sprintf("index:\n  vector: {kind: hnsw, exact_below: 1}\n  save_after: %s\n", h.pick([]string{"1ms", "20ms", "10m"}))
	embedder := func(string) string { return "" }
	if random.IntN(2) == 0 {
		h.model = newFakeModel(t)
		embedder = func(base string) string {
			return fmt.Sprintf("embedder: {kind: openai, base_url: %s/%s, model: fake, dimensions: 256, passage_prefix: %q}\n", h.model.URL, base, passagePrefix)
		}
	}
	h.must(os.WriteFile(h.config, []byte(common+embedder("v1")), 0o644))
	h.must(os.WriteFile(h.fresh, []byte(common+embedder("uncounted")), 0o644))
	return h
}

func (h *history) run() {
	for range h.random.IntN(4) {
		h.edit()
	}
	h.begin()
	watch := h.watch()
	for range 4 + h.random.IntN(16) {
		h.edit()
		h.pause()
		switch h.random.IntN(10) {
		case 0:
			h.settle()
			watch()
			h.server.stop()
			h.begin()
			watch = h.watch()
		case 1, 2: // in the middle of it all
			watch()
			h.end()
			for range h.random.IntN(3) {
				h.edit()
			}
			file := h.damage()
			h.begin()
			if file != "" {
				h.rebuilt(file)
			}
			watch = h.watch()
		case 3:
			h.settle()
		}
	}
	h.settle()
	watch()
	h.compare()
}

func (h *history) begin() { h.server = begin(h.t, "--config", h.config, "--data", h.data) }

// end stops or kills the server.
func (h *history) end() {
	if h.random.IntN(3) == 0 {
		h.server.stop()
		return
	}
	h.server.kill()
}

func (h *history) pause() {
	if h.random.IntN(3) > 0 {
		time.Sleep(time.Duration(h.random.IntN(15_000)) * time.Microsecond)
	}
}

// settle waits until the server lists exactly the folder, and holds it to its
// word that all of it is searchable.
func (h *history) settle() {
	h.t.Helper()
	verified := make(map[string]bool)
	h.server.await("the documents are those of the folder", func() bool { return h.equals(verified) && h.server.idle() })
	h.mu.Lock()
	h.settled = make(map[string]bool)
	for stamp := range h.dead {
		h.settled[stamp] = true
	}
	h.mu.Unlock()
	h.nothingDeleted()
	if h.model != nil {
		h.sealAll()
	}
}

// equals compares what is listed with the folder; verified remembers texts that
// were right.
func (h *history) equals(verified map[string]bool) bool {
	h.t.Helper()
	listed := h.server.list(h.root + "/")
	if len(listed) != len(h.files) {
		return false
	}
	for name, want := range h.files {
		d, ok := listed[name]
		if !ok || d.Status != "indexed" {
			return false
		}
		if verified[name] {
			continue
		}
		if h.server.document(d.URI).Text != want {
			return false
		}
		verified[name] = true
	}
	return true
}

// sealAll notes that no passage of the documents may be embedded again.
func (h *history) sealAll() {
	h.t.Helper()
	for _, d := range h.server.list(h.root + "/") {
		for _, c := range h.server.document(d.URI).Chunks {
			h.model.seal(passagePrefix + rag.Chunk{Heading: c.Heading, Text: c.Text}.SearchText())
		}
	}
}

func (h *history) nothingDeleted() {
	h.t.Helper()
	for _, leg := range []string{"vector", "bm25"} {
		for _, hit := range h.server.search(strings.Join(h.words, " "), 10_000, leg) {
			if stamp := stampOf(hit.Text); h.dead[stamp] {
				h.t.Fatalf("%s finds deleted text %q in %s", leg, hit.Text, hit.Path)
			}
		}
	}
	for stamp := range h.dead {
		if hits := h.server.search(stamp, 10, "bm25"); len(hits) > 0 {
			h.t.Fatalf("%q is deleted, and found in %s", stamp, hits[0].Path)
		}
	}
}

// watch searches all the time until the returned function is called: no
// document may be seen in two versions at once, and none that was deleted when
// the folder last settled.
func (h *history) watch() (end func()) {
	s, query := h.server, strings.Join(h.words[:3], " ")
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			case <-s.ended:
				return
			case <-time.After(10 * time.Millisecond):
			}
			h.mu.Lock()
			dead := h.settled
			h.mu.Unlock()
			h.look(s, query, dead)
		}
	}()
	var once sync.Once
	end = func() { once.Do(func() { close(stop) }); <-ended }
	h.t.(*testing.T).Cleanup(end)
	return end
}

func (h *history) look(s *server, query string, dead map[string]bool) {
	hits, err := s.trySearch(query, 1000, "bm25")
	if err != nil {
		return // it is being stopped or killed
	}
	stamps := make(map[string]string)
	for _, hit := range hits {
		stamp := stampOf(hit.Text)
		if stamp == "" {
			continue
		}
		if other := stamps[hit.Path]; other != "" && other != stamp {
			h.t.Errorf("%s is seen with %s and %s at once", hit.Path, other, stamp)
		}
		stamps[hit.Path] = stamp
		if dead[stamp] {
			h.t.Errorf("%s is found in %s after it was gone", stamp, hit.Path)
		}
	}
}

// compare starts a server on the final folder and wants the same answers.
func (h *history) compare() {
	h.t.Helper()
	got := h.answers(h.server)
	h.server.stop()
	if h.model != nil {
		if _, _, again := h.model.work(); len(again) > 0 {
			h.t.Errorf("embedded again although nothing had changed: %q", again)
		}
	}
	fresh := begin(h.t, "--config", h.fresh, "--data", h.data+".fresh")
	h.server = fresh
	h.settle()
	if want := h.answers(fresh); got != want {
		h.t.Errorf("the answers differ from those of a fresh server:\n%s", difference(got, want))
	}
	fresh.stop()
}

// answers returns what many queries find by every leg, in one form: equal
// scores have no order.
func (h *history) answers(s *server) string {
	var out strings.Builder
	for _, leg := range []string{"hybrid", "vector", "bm25"} {
		for i, word := range h.words {
			query := word + " " + h.words[(i*5+1)%len(h.words)]
			var lines []string
			for _, hit := range s.search(query, 1000, leg) {
				lines = append(lines, fmt.Sprintf("%s %q: %s %d-%d %.9f %.9f %.9f %q\n", leg, query,
					strings.TrimPrefix(hit.Path, h.root), hit.Start, hit.End, hit.Score, hit.Scores.Cosine, hit.Scores.BM25, hit.Text))
			}
			slices.Sort(lines)
			out.WriteString(strings.Join(lines, ""))
		}
	}
	return out.String()
}

// difference returns the first lines that one of two texts has alone.
func difference(got, want string) string {
	const most = 10
	var out strings.Builder
	for _, side := range []struct{ sign, text, other string }{{"+", got, want}, {"-", want, got}} {
		n := 0
		for line := range strings.Lines(side.text) {
			if !strings.Contains(side.other, line) && n < most {
				n++
				fmt.Fprintf(&out, "%s %s", side.sign, line)
			}
		}
	}
	return out.String()
}
