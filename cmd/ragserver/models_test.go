package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Moods of a fakeModel.
func down(w http.ResponseWriter, _ *http.Request) bool {
	http.Error(w, `{"error":{"message":"out of order"}}`, http.StatusServiceUnavailable)
	return true
}

func silent(_ http.ResponseWriter, r *http.Request) bool {
	_, _ = io.Copy(io.Discard, r.Body) // else the end of the request is not noticed
	<-r.Context().Done()
	return true
}

func garbage(w http.ResponseWriter, _ *http.Request) bool {
	fmt.Fprint(w, "\x00\x01<html>not what you expect")
	return true
}

func threeDimensions(w http.ResponseWriter, _ *http.Request) bool {
	fmt.Fprint(w, `{"data":[{"index":0,"embedding":[1,0,0]}]}`)
	return true
}

// TestSearchGoesOnWithoutItsEmbedder has the embedder fail in every way: the
// documents are found by their words, the status says why, and once it works
// everything is completed by itself.
func TestSearchGoesOnWithoutItsEmbedder(t *testing.T) {
	t.Parallel()
	for name, mood := range map[string]struct {
		mood func(http.ResponseWriter, *http.Request) bool
		says string
	}{
		"Down": {down, "out of order"}, "Silent": {silent, ""}, "Garbage": {garbage, ""}, "WrongDimensions": {threeDimensions, "3 dimensions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newFakeModel(t)
			m.behave(mood.mood)
			s, root := serveTexts(t, fmt.Sprintf("embedder: {kind: openai, base_url: %s/v1, model: fake, dimensions: 256, timeout: 50ms}\n", m.URL), lakes())
			s.await("the documents are found by words", func() bool {
				return len(s.search("lake", 5, "bm25")) > 0 && len(s.search("pines", 5, "bm25")) > 0
			})
			if len(s.search("lake", 5, "hybrid")) == 0 {
				t.Error("a hybrid search finds nothing")
			}
			d := s.list(root + "/")["lake.md"]
			if d.Status != "partial" || !strings.Contains(d.Reason, "words only") || !strings.Contains(d.Reason, mood.says) {
				t.Errorf("the document is %s: %q", d.Status, d.Reason)
			}
			s.await("the status tells of it", func() bool {
				trouble := strings.Join(s.statistics().Trouble, "\n")
				return strings.Contains(trouble, "embed: ") && strings.Contains(trouble, "searched by words only") && strings.Contains(trouble, mood.says)
			})
			s.ready() // by words, everything is there

			m.behave(nil)
			s.await("the vectors are there", func() bool { return s.statistics().Vectors == 2 && s.idle() })
			if hits := s.search("lake", 1, "vector"); len(hits) != 1 || hits[0].Scores.Cosine <= 0 {
				t.Errorf("the vector leg finds %v", hits)
			}
			s.await("there is no more trouble", func() bool { return len(s.statistics().Trouble) == 0 })
		})
	}
}

// TestAnswerTellsWhatTheModelDid has the chat model fail in every way.
func TestAnswerTellsWhatTheModelDid(t *testing.T) {
	t.Parallel()
	m := newFakeModel(t)
	s, _ := serveTexts(t, fmt.Sprintf("chat: {kind: openai, base_url: %s/v1, model: fake, timeout: 300ms}\n", m.URL), lakes())
	s.ready()
	ask := map[string]string{"prompt": "How deep is the lake?"}
	for _, c := range []struct {
		name   string
		mood   func(http.ResponseWriter, *http.Request) bool
		status int
		code   string
	}{
		{"down", down, http.StatusBadGateway, "model_unavailable"},
		{"silent", silent, http.StatusGatewayTimeout, "model_timeout"},
		{"garbage", garbage, http.StatusBadGateway, "model_unavailable"},
	} {
		m.behave(c.mood)
		s.refused("POST", "/v1/answer", ask, c.status, c.code)
		if hits := s.search("lake", 1, "hybrid"); len(hits) != 1 {
			t.Errorf("with a model that is %s, nothing is found", c.name)
		}
	}
	m.Close()
	s.refused("POST", "/v1/answer", ask, http.StatusBadGateway, "model_unavailable")
}

func TestAnswerOfAModelIsCited(t *testing.T) {
	t.Parallel()
	m := newFakeModel(t)
	s, _ := serveTexts(t, fmt.Sprintf("chat: {kind: openai, base_url: %s/v1, model: fake}\n", m.URL), lakes())
	s.ready()
	var a struct {
		Answer, Model string
		Citations     []struct{ Path, Quote string }
	}
	s.call("POST", "/v1/answer", map[string]string{"prompt": "How deep is the lake?"}, &a)
	if a.Answer != "The answer is in the passage [1]." || a.Model != "fake" || len(a.Citations) != 1 || !strings.HasSuffix(a.Citations[0].Path, "lake.md") {
		t.Errorf("answer %+v", a)
	}
}

// TestUnchangedTextIsNotEmbeddedAgain counts what restarts, moves and edits cost
// with the embedded model.
func TestUnchangedTextIsNotEmbeddedAgain(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "docs")
	var parts []string
	for i := range 50 {
		parts = append(parts, fmt.Sprintf("## Part %d\n\n%s", i, strings.Repeat(fmt.Sprintf("Words of part %d go on. ", i), 12)))
	}
	put(t, root, map[string]string{"long.md": strings.Join(parts, "\n\n")})
	data := filepath.Join(t.TempDir(), "data")
	s := begin(t, "--data", data, root)
	s.ready()
	if n := s.statistics().Embedded; n < 50 {
		t.Fatalf("embedded %d passages, want 50 at least", n)
	}
	s.stop()

	s = begin(t, "--data", data, root)
	s.ready()
	embedded := func(what string, want int) {
		t.Helper()
		if got := s.statistics().Embedded; got != want {
			t.Errorf("after %s: embedded %d passages, want %d", what, got, want)
		}
	}
	embedded("a restart", 0)
	if err := os.Rename(filepath.Join(root, "long.md"), filepath.Join(root, "moved.md")); err != nil {
		t.Fatal(err)
	}
	prefix := root + "/"
	settled := func() bool {
		d, ok := s.list(prefix)["moved.md"]
		return ok && d.Status == "indexed" && s.idle() && len(s.list(prefix)) == 1
	}
	s.await("the move is seen", settled)
	embedded("a move", 0)
	parts[25] = strings.Replace(parts[25], "Words", "Marks", 1)
	put(t, root, map[string]string{"moved.md": strings.Join(parts, "\n\n")})
	s.await("the edit is found", func() bool { return len(s.search("marks", 1, "bm25")) == 1 && s.idle() })
	embedded("an edit of one paragraph", 1)
	put(t, root, map[string]string{"moved.md": strings.Join(append(parts[:10:10], parts[20:]...), "\n\n"), "copy.md": strings.Join(parts, "\n\n")})
	s.await("a copy is listed", func() bool { return len(s.list(prefix)) == 2 && s.idle() })
	embedded("a copy and a deletion of paragraphs", 1)

	s.kill()
	s = begin(t, "--data", data, root)
	s.ready()
	embedded("a kill", 0)
}
