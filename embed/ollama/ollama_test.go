package ollama_test

import (
	"testing"

	"ragserver/embed/ollama"
	"ragserver/embed/provider/providertest"
	"ragserver/llm/llmtest"
)

func open(t *testing.T, s *llmtest.Server, o providertest.Options) (providertest.Embedder, error) {
	return ollama.New(ollama.Config{
		BaseURL: s.URL, APIKey: llmtest.Key, Model: o.Model, Dimensions: o.Dimensions,
		QueryPrefix: o.QueryPrefix, PassagePrefix: o.PassagePrefix, Timeout: llmtest.Patience, Share: o.Share,
	})
}

func TestEmbedder(t *testing.T) { providertest.Run(t, open) }
