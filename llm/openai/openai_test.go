package openai_test

import (
	"testing"

	"ragserver/llm"
	"ragserver/llm/llmtest"
	"ragserver/llm/openai"
)

func open(t *testing.T, s *llmtest.Server) llm.Chat {
	chat, err := openai.New(openai.Config{BaseURL: s.URL + "/v1", APIKey: llmtest.Key, Model: "test", Timeout: llmtest.Patience})
	if err != nil {
		t.Fatal(err)
	}
	return chat
}

func TestChat(t *testing.T) { llmtest.Run(t, open) }
