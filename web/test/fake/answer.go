package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// A source is a passage or a citation of an answer.
type source struct {
	N       int      `json:"n"`
	URI     string   `json:"uri"`
	Path    string   `json:"path"`
	Title   string   `json:"title,omitempty"`
	Heading []string `json:"heading,omitempty"`
	Start   int      `json:"start"`
	End     int      `json:"end"`
	ChunkID string   `json:"chunk_id"`
	Text    string   `json:"text,omitempty"`
	Quote   string   `json:"quote,omitempty"`
}

// answer streams an answer that quotes the best passages. A question with the
// word "broken" meets a model that does not answer, one with "slowly" takes its
// time.
func (c *corpus) answer(w http.ResponseWriter, r *http.Request) {
	var q struct{ Prompt string }
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		refuse(w, 400, "bad_request", "the body is not JSON", "")
		return
	}
	if strings.Contains(q.Prompt, "broken") {
		refuse(w, 502, "model_unavailable", "the model at http://127.0.0.1:11434 does not answer", "")
		return
	}
	c.mu.Lock()
	passages, citations, text := compose(c.find(q.Prompt, "", 4))
	epoch := c.epoch
	c.mu.Unlock()
	if strings.Contains(q.Prompt, "slowly") {
		text += strings.Repeat(" And so it goes on.", 400)
	}
	w.Header().Set("Content-Type", "text/event-stream")
	send(w, "passages", map[string]any{"passages": passages})
	for _, word := range strings.SplitAfter(text, " ") {
		send(w, "delta", map[string]string{"text": word})
		select {
		case <-r.Context().Done():
			return
		case <-time.After(15 * time.Millisecond):
		}
	}
	send(w, "done", map[string]any{
		"answer": text, "response": text, "found": len(citations) > 0, "citations": citations, "model": "extractive",
		"usage": map[string]int{}, "epoch": epoch, "complete_until": time.Now(),
	})
}

// compose quotes the first sentence of the two best passages.
func compose(hits []hit) (passages, citations []source, text string) {
	if len(hits) == 0 {
		return []source{}, []source{}, "The documents do not say anything about this."
	}
	for i, h := range hits {
		s := source{N: i + 1, URI: h.doc.URI, Path: h.doc.Path, Title: h.doc.Title, Heading: h.Heading, Start: h.Start, End: h.End, ChunkID: h.ID}
		p := s
		p.Text = h.Text
		passages = append(passages, p)
		if i < 2 {
			quote, _, _ := strings.Cut(h.Text, ". ")
			quote = strings.TrimSuffix(quote, ".")
			s.Quote, s.End = quote, s.Start+utf8.RuneCountInString(quote)
			citations = append(citations, s)
			text += fmt.Sprintf("%s [%d]. ", quote, s.N)
		}
	}
	return passages, citations, strings.TrimSpace(text)
}

// send writes one event and flushes it.
func send(w http.ResponseWriter, event string, data any) {
	b, err := json.Marshal(data)
	if err != nil {
		return
	}
	fmt.Fprintf(w, "event: %s\ndata: %s\n\n", event, b)
	_ = http.NewResponseController(w).Flush()
}
