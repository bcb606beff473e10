package openai_test

import (
	"testing"

	"ragserver/embed/openai"
	"ragserver/embed/provider/providertest"
	"ragserver/llm/llmtest"
)

func open(t *testing.T, s *llmtest.Server, o providertest.Options) (providertest.Embedder, error) {
	return openai.New(openai.Config{
		BaseURL: s.URL + "/v1", APIKey: llmtest.Key, Model: o.Model, Dimensions: o.Dimensions,
		QueryPrefix: o.QueryPrefix, PassagePrefix: o.PassagePrefix, Timeout: llmtest.Patience, Share: o.Share,
	})
}

func TestEmbedder(t *testing.T) { providertest.Run(t, open) }

func TestOpenAINeedsAKey(t *testing.T) {
	if _, err := openai.New(openai.Config{Model: "m"}); err == nil || err.Error() != "openai: api_key is missing" {
		t.Errorf("got %v", err)
	}
}
