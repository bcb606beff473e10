package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A changing is a data folder that was filled with the embedder hash, and is
// opened with others.
type changing struct {
	t                *testing.T
	data, root, file string
}

func newChanging(t *testing.T) *changing {
	dir := t.TempDir()
	c := &changing{t, filepath.Join(dir, "data"), filepath.Join(dir, "docs"), filepath.Join(dir, "config.yaml")}
	files := lakes()
	for i := range 20 {
		files[fmt.Sprintf("field%d.txt", i)] = fmt.Sprintf("Field %d is ploughed on day %d of the year.\n", i, i*7)
	}
	put(t, c.root, files)
	return c
}

func (c *changing) start(embedder string) *server {
	c.t.Helper()
	text := fmt.Sprintf("sources:\n  - {kind: fs, path: %s, name: docs}\nembedder: %s\n", c.root, embedder)
	if err := os.WriteFile(c.file, []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
	return begin(c.t, "--data", c.data, "--config", c.file)
}

// byVector returns the hits of a search by vector with their cosines.
func (s *server) byVector() string {
	s.t.Helper()
	var b strings.Builder
	for _, h := range s.search("How deep is the lake?", 30, "vector") {
		fmt.Fprintf(&b, "%s %.6f\n", h.Path, h.Scores.Cosine)
	}
	return b.String()
}

// TestTheEmbedderChangesWhileTheFormerOneIsSearched goes from the embedder hash
// to a slow one, is killed in the middle, and looks for secrets in the data
// folder.
func TestTheEmbedderChangesWhileTheFormerOneIsSearched(t *testing.T) {
	t.Parallel()
	m := newFakeModel(t)
	c := newChanging(t)
	s := c.start("hash")
	s.ready()
	before := s.byVector()
	s.stop()

	opened := make(chan bool)
	closed := func(w http.ResponseWriter, r *http.Request) bool {
		select {
		case <-opened:
			return false
		case <-r.Context().Done():
			return true
		}
	}
	m.behave(closed)
	slow := fmt.Sprintf("{kind: openai, base_url: %s/v1, model: fake, dimensions: 256, batch_size: 4, passage_prefix: 'passage: '}", m.URL)
	for _, end := range []func(*server){(*server).stop, (*server).kill} {
		s = c.start(slow)
		s.await("it changes", func() bool { return strings.Contains(s.statistics().Changing, "of 22 chunks") })
		if got := s.byVector(); got != before {
			t.Errorf("while it changes, found\n%swant\n%s", got, before)
		}
		end(s)
	}
	s = c.start(slow)
	close(opened)
	s.await("it has changed", func() bool { return s.statistics().Changing == "" })
	after := s.byVector()
	if after == before || strings.Count(after, "\n") != 22 {
		t.Errorf("after the change, found\n%s", after)
	}
	s.stop()
	s = c.start(slow)
	s.ready()
	if got := s.byVector(); got != after || s.statistics().Embedded != 0 || len(s.statistics().Trouble) > 0 {
		t.Errorf("after a restart, found\n%swant\n%s%+v", got, after, s.statistics())
	}
}

// TestTheFormerEmbedderCannotBeUsed changes from an embedder that is away to one
// that is built in.
func TestTheFormerEmbedderCannotBeUsed(t *testing.T) {
	t.Parallel()
	m := newFakeModel(t)
	c := newChanging(t)
	s := c.start(fmt.Sprintf("{kind: openai, base_url: %s/v1, model: fake, dimensions: 256, api_key: s3cr3t}", m.URL))
	s.ready()
	s.await("all is embedded", func() bool { return s.statistics().Vectors == 22 && s.idle() })
	s.stop()
	m.Close()
	s = c.start("static")
	s.log.await(t, s.ended, regexp.MustCompile("(the former embedding model .* cannot be used)"))
	s.await("it has changed", func() bool { return s.statistics().Changing == "" && s.idle() })
	if hits := s.search("How deep is the lake?", 1, "vector"); len(hits) != 1 || !strings.HasSuffix(hits[0].Path, "lake.md") {
		t.Errorf("found %v", hits)
	}
	s.await("there is no trouble", func() bool { return len(s.statistics().Trouble) == 0 })
	s.stop()
	s = c.start("static")
	s.ready()
	if s.statistics().Embedded != 0 || strings.Contains(s.log.String(), "former") {
		t.Errorf("the change is not remembered: %+v", s.statistics())
	}
}
