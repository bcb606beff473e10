package ollama_test

import (
	"strings"
	"testing"

	"ragserver/llm"
	"ragserver/llm/llmtest"
	"ragserver/llm/ollama"
)

func open(t *testing.T, s *llmtest.Server) llm.Chat {
	chat, err := ollama.New(ollama.Config{BaseURL: s.URL, APIKey: llmtest.Key, Model: "test", Timeout: llmtest.Patience})
	if err != nil {
		t.Fatal(err)
	}
	return chat
}

func TestChat(t *testing.T) { llmtest.Run(t, open) }

func TestMissingModelSaysHowToGetIt(t *testing.T) {
	_, err := open(t, llmtest.NewServer(t, llmtest.Missing)).Complete(t.Context(), llm.Request{Model: "llama9"}, func(string) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "ollama pull llama9") {
		t.Errorf("got %v", err)
	}
}

func TestOptionsAreSent(t *testing.T) {
	zero := 0.0
	s := llmtest.NewServer(t)
	chat, err := ollama.New(ollama.Config{BaseURL: s.URL, Model: "m", Temperature: &zero, MaxTokens: 9})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chat.Complete(t.Context(), llm.Request{}, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	options, _ := s.Requests()[0].Body["options"].(map[string]any)
	if options["temperature"] != 0.0 || options["num_predict"] != 9.0 || options["num_ctx"] != 8192.0 || chat.ContextTokens() != 8192 {
		t.Errorf("sent %v", options)
	}
}
