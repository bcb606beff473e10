package openai_test

import (
	"testing"

	"ragserver/embed"
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

func TestServerWithoutBase64(t *testing.T) {
	s := llmtest.NewServer(t, llmtest.NoBase64)
	e, err := open(t, s, providertest.Options{Model: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := e.Embed(t.Context(), embed.Passage, []string{"a", "bb"})
		if err != nil || len(got) != 2 || got[1][2] != 0.6 {
			t.Fatalf("got %v, %v", got, err)
		}
	}
	if n := len(s.Requests()); n != 3 {
		t.Errorf("%d requests, want 3: the second call knows better", n)
	}
}
