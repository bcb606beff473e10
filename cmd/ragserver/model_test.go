package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"ragserver/embed"
	"ragserver/embed/hash"
)

const passagePrefix = "passage: "

// A fakeModel speaks OpenAI's HTTP interface: vectors of package hash, and one
// answer to every question. It counts the passages that it embeds.
type fakeModel struct {
	*httptest.Server

	mu     sync.Mutex                                        // guards what follows
	mood   func(w http.ResponseWriter, r *http.Request) bool // what it does instead; nil or false: its work
	asked  map[string]int                                    // passages, how often
	sealed map[string]bool                                   // passages that nobody may ask for again
	again  []string                                          // passages that somebody did
}

func newFakeModel(t testing.TB) *fakeModel {
	m := &fakeModel{asked: make(map[string]int), sealed: make(map[string]bool)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/embeddings", func(w http.ResponseWriter, r *http.Request) { m.embed(w, r, true) })
	mux.HandleFunc("POST /uncounted/embeddings", func(w http.ResponseWriter, r *http.Request) { m.embed(w, r, false) })
	mux.HandleFunc("POST /v1/chat/completions", m.chat)
	m.Server = httptest.NewServer(mux)
	t.Cleanup(m.Close)
	return m
}

// behave makes the model do something else than its work from now on.
func (m *fakeModel) behave(mood func(w http.ResponseWriter, r *http.Request) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mood = mood
}

func (m *fakeModel) moody(w http.ResponseWriter, r *http.Request) bool {
	m.mu.Lock()
	mood := m.mood
	m.mu.Unlock()
	return mood != nil && mood(w, r)
}

func (m *fakeModel) embed(w http.ResponseWriter, r *http.Request, counted bool) {
	if m.moody(w, r) {
		return
	}
	var request struct{ Input []string }
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if counted {
		m.count(request.Input)
	}
	vectors, err := new(hash.Embedder).Embed(r.Context(), embed.Passage, request.Input)
	if err != nil {
		return // the caller has gone
	}
	type datum struct {
		Embedding []float32 `json:"embedding"`
		Index     int       `json:"index"`
	}
	data := make([]datum, len(vectors))
	for i, v := range vectors {
		data[i] = datum{v, i}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"object": "list", "data": data, "model": "fake"})
}

func (m *fakeModel) count(inputs []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, text := range inputs {
		if !strings.HasPrefix(text, passagePrefix) {
			continue
		}
		m.asked[text]++
		if m.sealed[text] {
			m.again = append(m.again, text)
		}
	}
}

// seal forbids to ask for text from now on.
func (m *fakeModel) seal(text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sealed[text] = true
}

// work returns the number of different passages that were asked for, how many
// were asked for in all, and those that should not have been.
func (m *fakeModel) work() (different, all int, again []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range m.asked {
		all += n
	}
	return len(m.asked), all, m.again
}

func (m *fakeModel) chat(w http.ResponseWriter, r *http.Request) {
	if m.moody(w, r) {
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	for _, piece := range []string{"The answer", " is in the passage", " [1]."} {
		chunk := map[string]any{"model": "fake", "choices": []any{map[string]any{"index": 0, "delta": map[string]any{"content": piece}}}}
		data, err := json.Marshal(chunk)
		if err != nil {
			panic(err) // strings have a JSON form
		}
		fmt.Fprintf(w, "data: %s\n\n", data)
	}
	fmt.Fprint(w, `data: {"model":"fake","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
}
