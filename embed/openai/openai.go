// Package openai embeds texts with a model behind OpenAI's HTTP interface,
// which many other servers speak too.
package openai

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/embed/provider"
	"ragserver/remote"
)

// A Config names a model and how it is asked.
type Config struct {
	BaseURL    string // "" means OpenAI itself
	APIKey     string
	Model      string
	Dimensions int // 0 for the model's own

	// Put before each question and passage, for models that were trained so.
	QueryPrefix   string
	PassagePrefix string

	BatchSize int           // texts a caller should put into a call; 0 means 64
	MaxTokens int           // of one text, what is more is cut off; 0 means 8,000
	Timeout   time.Duration // of one call; 0 means a minute
	Share     float64       // see embed.Space; 0 means 0.7
}

// An Embedder asks the model once for each Embed; batches, retries and limits
// are wrapped around it.
type Embedder struct {
	model    *provider.Model
	provider string
	client   *openai.Client
	floats   atomic.Bool // the server does not know base64
}

// New returns an embedder. It does not call the server.
func New(c Config) (*Embedder, error) {
	official := c.BaseURL == ""
	if official {
		c.BaseURL = "https://api.openai.com/v1"
	}
	address, err := remote.ParseAddress("openai", c.BaseURL)
	if err != nil {
		return nil, err
	}
	key, err := remote.CheckKey("openai", c.APIKey)
	switch {
	case err != nil:
		return nil, err
	case key == "" && official:
		return nil, errors.New("openai: api_key is missing")
	}
	m := &provider.Model{
		Kind: "openai", Name: c.Model, Dimensions: c.Dimensions, Query: c.QueryPrefix, Passage: c.PassagePrefix,
		MaxTokens: c.MaxTokens, Share: c.Share,
		BatchSize: cmp.Or(c.BatchSize, 64), Timeout: cmp.Or(c.Timeout, time.Minute),
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	e := &Embedder{model: m, provider: address.Provider}
	config := openai.DefaultConfig(key)
	config.BaseURL = address.URL
	config.HTTPClient = remote.NewClient(e.provider, remote.Limits{Silence: m.Timeout})
	e.client = openai.NewClientWithConfig(config)
	return e, nil
}

// Space implements embed.Embedder.
func (e *Embedder) Space() embed.Space { return e.model.Space() }

// BatchSize is how many texts a call should have.
func (e *Embedder) BatchSize() int { return e.model.BatchSize }

// Embed implements embed.Embedder.
func (e *Embedder) Embed(ctx context.Context, role embed.Role, texts []string) ([]rag.Vector, error) {
	return e.model.Embed(ctx, e.provider, role, texts, e.call)
}

// call asks for base64, a third of the bytes of decimal numbers, and for
// numbers if the server sent numbers all the same.
func (e *Embedder) call(ctx context.Context, inputs []string) ([][]float32, error) {
	req := openai.EmbeddingRequest{
		Input: inputs, Model: openai.EmbeddingModel(e.model.Name), Dimensions: e.model.Dimensions,
		EncodingFormat: openai.EmbeddingEncodingFormatBase64,
	}
	if e.floats.Load() {
		req.EncodingFormat = openai.EmbeddingEncodingFormatFloat
	}
	resp, err := e.client.CreateEmbeddings(ctx, req)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Value == "array" && !e.floats.Swap(true) {
		return e.call(ctx, inputs)
	}
	if err != nil {
		return nil, remote.Unreadable(e.provider, err)
	}
	return ordered(resp.Data, len(inputs), e.provider)
}

// ordered returns the vectors by their index. Servers that leave the index out
// number all of them 0; then the order is that of the answer.
func ordered(data []openai.Embedding, n int, provider string) ([][]float32, error) {
	if len(data) != n {
		return nil, remote.Garbled(provider, fmt.Errorf("%d vectors for %d texts", len(data), n))
	}
	numbered := false
	for _, d := range data {
		numbered = numbered || d.Index != 0
	}
	out := make([][]float32, n)
	for i, d := range data {
		if numbered {
			i = d.Index
		}
		if i < 0 || i >= n || out[i] != nil {
			return nil, remote.Garbled(provider, fmt.Errorf("index %d twice or outside of %d texts", i, n))
		}
		out[i] = d.Embedding
	}
	return out, nil
}
