package ollama_test

import (
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
