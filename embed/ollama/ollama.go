// Package ollama embeds texts with a model that Ollama runs.
package ollama

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/embed/provider"
	"ragserver/remote"
	"ragserver/remote/ollama"
)

// A Config names a model and how it is asked.
type Config struct {
	BaseURL    string // "" means http://localhost:11434
	APIKey     string // where a proxy asks for one
	Model      string
	Dimensions int // 0 for the model's own

	// Put before each question and passage, for models that were trained so.
	QueryPrefix   string
	PassagePrefix string

	BatchSize int           // texts a caller should put into a call; 0 means 16
	MaxTokens int           // of one text, what is more is cut off; 0 means 8,000
	Timeout   time.Duration // of one call, with the time to load the model; 0 means 5 minutes
	Share     float64       // see embed.Space; 0 means 0.7
}

// An Embedder asks the model once for each Embed; batches, retries and limits
// are wrapped around it.
type Embedder struct {
	model  *provider.Model
	server *ollama.Server
}

// New returns an embedder. It does not call the server.
func New(c Config) (*Embedder, error) {
	m := &provider.Model{
		Kind: "ollama", Name: c.Model, Dimensions: c.Dimensions, Query: c.QueryPrefix, Passage: c.PassagePrefix,
		MaxTokens: c.MaxTokens, Share: c.Share,
		BatchSize: cmp.Or(c.BatchSize, 16), Timeout: cmp.Or(c.Timeout, 5*time.Minute),
	}
	if err := m.Check(); err != nil {
		return nil, err
	}
	server, err := ollama.New(c.BaseURL, c.APIKey, remote.Limits{Silence: m.Timeout})
	if err != nil {
		return nil, err
	}
	return &Embedder{model: m, server: server}, nil
}

// Space implements embed.Embedder.
func (e *Embedder) Space() embed.Space { return e.model.Space() }

// BatchSize is how many texts a call should have.
func (e *Embedder) BatchSize() int { return e.model.BatchSize }

// Embed implements embed.Embedder.
func (e *Embedder) Embed(ctx context.Context, role embed.Role, texts []string) ([]rag.Vector, error) {
	return e.model.Embed(ctx, e.server.Provider(), role, texts, e.call)
}

type request struct {
	Model      string   `json:"model"`
	Input      []string `json:"input"`
	Truncate   bool     `json:"truncate"`
	Dimensions int      `json:"dimensions,omitempty"`
}

type response struct {
	Embeddings [][]float32 `json:"embeddings"`
}

func (e *Embedder) call(ctx context.Context, inputs []string) ([][]float32, error) {
	req := request{Model: e.model.Name, Input: inputs, Truncate: true, Dimensions: e.model.Dimensions}
	resp, err := e.server.Post(ctx, "/api/embed", e.model.Name, req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var out response
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		return nil, remote.Unreadable(e.server.Provider(), err)
	}
	return out.Embeddings, nil
}
