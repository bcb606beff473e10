package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAPastEpochAnswersWithItsText asks a server for states before the newest:
// they answer with the text as it was while they are held, and not at all
// afterwards.
func TestAPastEpochAnswersWithItsText(t *testing.T) {
	t.Parallel()
	for _, history := range []int{0, 3} {
		t.Run(fmt.Sprint("history=", history), func(t *testing.T) {
			t.Parallel()
			pastEpochs(t, history)
		})
	}
}

func pastEpochs(t *testing.T, history int) {
	dir := t.TempDir()
	docs, config := filepath.Join(dir, "docs"), filepath.Join(dir, "config.yaml")
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(docs, 0o755); err != nil {
		t.Fatal(err)
	}
	note := filepath.Join(docs, "note.txt")
	write(config, fmt.Sprintf("index: {history: %d}\n", history))
	write(note, "The capital of the island is Arlan.\n")
	s := begin(t, "--config", config, "--data", filepath.Join(dir, "data"), docs)
	defer s.stop()
	s.ready()

	type answer struct {
		Epoch  uint64
		Answer string
		Hits   []found
	}
	search := func(epoch uint64) (a answer) {
		t.Helper()
		s.call("POST", "/v1/retrieve", map[string]any{"query": "capital of the island", "k": 5, "extended": true, "epoch": epoch}, &a)
		return a
	}
	then := search(0).Epoch
	change := func(city string) {
		t.Helper()
		write(note, "The capital of the island is "+city+".\n")
		s.await(city+" is found", func() bool {
			a := search(0)
			return len(a.Hits) == 1 && strings.Contains(a.Hits[0].Text, city)
		})
	}
	change("Borsal")
	past := map[string]any{"query": "capital of the island", "k": 5, "epoch": then}
	if history == 0 {
		s.refused("POST", "/v1/retrieve", past, http.StatusGone, "not_held", "epoch")
		return
	}
	a := search(then)
	if a.Epoch != then || len(a.Hits) != 1 || !strings.Contains(a.Hits[0].Text, "Arlan") {
		t.Errorf("epoch %d answers %+v, want Arlan", then, a)
	}
	s.call("POST", "/v1/answer", map[string]any{"prompt": "What is the capital of the island?", "epoch": then}, &a)
	if a.Epoch != then || !strings.Contains(a.Answer, "Arlan") {
		t.Errorf("epoch %d answers %q, want Arlan", a.Epoch, a.Answer)
	}
	for i := range history + 1 {
		change(fmt.Sprint("Cerin", i))
	}
	s.refused("POST", "/v1/retrieve", past, http.StatusGone, "not_held", "epoch")
	s.refused("POST", "/v1/answer", map[string]any{"prompt": "What is the capital?", "epoch": then}, http.StatusGone, "not_held", "epoch")
}
