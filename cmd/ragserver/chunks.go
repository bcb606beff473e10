package main

import (
	"ragserver/chunk"
	"ragserver/embed"
	"ragserver/embed/static"
)

// chunkSettings say how texts are cut. Sizes are in tokens.
type chunkSettings struct {
	By      chunk.Strategy
	Size    int
	Overlap int
	MinSize int
	Parent  int // of what is read around a chunk; 0: the chunk
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
