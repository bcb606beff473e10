package main

import (
	"fmt"

	"ragserver/chunk"
	"ragserver/configs"
	"ragserver/embed"
	"ragserver/embed/static"
	"ragserver/llm/situate"
	"ragserver/pipeline"
	"ragserver/store"
)

// chunkSettings say how texts are cut. Sizes are in tokens.
type chunkSettings struct {
	By      chunk.Strategy
	Size    int
	Overlap int
	MinSize int
	Parent  int // of what is read around a chunk; 0: the chunk

	Context       configs.Block // a chat model that says where each chunk stands; none by default
	ContextChunks int           // of a document, that it is asked about at most; default 1,000
}

// splitter counts tokens as the configured embedder does, if it says how, else
// with the embedded vocabulary: it is fast, and every model's count is near it.
func (s settings) splitter() (*chunk.Splitter, error) {
	counter, err := s.counter()
	if err != nil {
		return nil, err
	}
	c := s.Chunk
	return chunk.New(chunk.Config{
		By: c.By, Size: c.Size, Overlap: c.Overlap, MinSize: c.MinSize, Parent: c.Parent,
		Count: counter.CountTokens, Counter: counter.Space().ID,
	})
}

func (s settings) counter() (embed.TokenCounter, error) {
	model, err := embedders().Build(s.Embedder)
	if err != nil {
		return nil, err
	}
	if counter, ok := model.Embedder.(embed.TokenCounter); ok {
		return counter, nil
	}
	return static.New(static.Config{})
}

// situator returns what gives chunks their context, nil if nothing does.
func (s settings) situator(kv store.Store) (pipeline.Situator, error) {
	block := s.Chunk.Context
	if block.Kind == "" {
		return nil, nil
	}
	chat, err := chats().Build(block)
	if err != nil {
		return nil, err
	}
	if chat == nil {
		return nil, fmt.Errorf("chunk.context: %s is no model that can be asked", block.Kind)
	}
	return situate.New(situate.Config{Chat: chat, KV: contexts{kv}, MaxChunks: s.Chunk.ContextChunks})
}

// contexts gives the store to package situate. As with vectors, what it writes is
// synced with the next epoch.
type contexts struct{ store.Store }

func (c contexts) Put(key, value []byte) error {
	var b store.Batch
	b.Put(key, value)
	return c.Commit(&b, false)
}
