package main

import (
	"log/slog"
	"path/filepath"
	"regexp"

	"ragserver/configs"
	"ragserver/embed"
	"ragserver/embed/hash"
	embedollama "ragserver/embed/ollama"
	embedopenai "ragserver/embed/openai"
	"ragserver/embed/static"
	"ragserver/index"
	"ragserver/index/bleve"
	"ragserver/index/bm25"
	"ragserver/index/flat"
	"ragserver/index/hnsw"
	"ragserver/ingest/fs"
	"ragserver/llm"
	chatollama "ragserver/llm/ollama"
	chatopenai "ragserver/llm/openai"
	"ragserver/pipeline"
)

// sources lists every source this program can be configured with. None of them
// reads the data folder.
func sources(data string, log *slog.Logger) *configs.Kinds[pipeline.Source] {
	k := new(configs.Kinds[pipeline.Source])
	configs.Add(k, "fs", func(c fs.Config) (pipeline.Source, error) {
		if c.Name == "" {
			c.Name = sourceName(c.Path)
		}
		c.Logger = log
		c.Exclude = append(c.Exclude, inside(c.Path, data)...)
		s, err := fs.New(c)
		return pipeline.Source{Name: c.Name, Kind: "fs", Source: s}, err
	})
	return k
}

// inside returns the glob that leaves the data folder out of the folder at path,
// if it lies there.
func inside(path, data string) []string {
	from, err := filepath.Abs(path)
	if err != nil {
		return nil // fs.New will say so
	}
	to, err := filepath.Abs(data)
	if err != nil {
		return nil
	}
	rel, err := filepath.Rel(from, to)
	if err != nil || rel == "." || !filepath.IsLocal(rel) {
		return nil
	}
	return []string{regexp.MustCompile(`[\\*?\[\]{}]`).ReplaceAllString(filepath.ToSlash(rel), `\$0`)}
}

// An embedder is a model with what its wrappers should know of it.
type embedder struct {
	embed.Embedder
	remote bool
	batch  int // texts a call; 0 for no limit
}

func embedders() *configs.Kinds[embedder] {
	k := new(configs.Kinds[embedder])
	configs.Add(k, "static", func(c static.Config) (embedder, error) {
		e, err := static.New(c)
		return embedder{Embedder: e}, err
	})
	configs.Add(k, "hash", func(c hash.Config) (embedder, error) {
		e, err := hash.New(c)
		return embedder{Embedder: e}, err
	})
	configs.Add(k, "openai", func(c embedopenai.Config) (embedder, error) {
		e, err := embedopenai.New(c)
		return embedder{e, true, orElse(c.BatchSize, 64)}, err
	})
	configs.Add(k, "ollama", func(c embedollama.Config) (embedder, error) {
		e, err := embedollama.New(c)
		return embedder{e, true, orElse(c.BatchSize, 16)}, err
	})
	return k
}

func vectorLegs(log *slog.Logger) *configs.Kinds[index.Leg] {
	k := new(configs.Kinds[index.Leg])
	configs.Add(k, "hnsw", func(c hnsw.Config) (index.Leg, error) {
		c.Logger = log
		return hnsw.New(c)
	})
	configs.Add(k, "flat", func(c flat.Config) (index.Leg, error) { return flat.New(c) })
	addCoderHNSW(k)
	return k
}

// textLegs lists the text legs; one on disk keeps its files in dir.
func textLegs(dir string) *configs.Kinds[index.Leg] {
	k := new(configs.Kinds[index.Leg])
	configs.Add(k, "bm25", func(c bm25.Config) (index.Leg, error) { return bm25.New(c) })
	configs.Add(k, "bleve", func(c bleve.Config) (index.Leg, error) {
		c.Dir = dir
		return bleve.Open(c)
	})
	return k
}

// chats lists the chat models; the extractive answerer needs none, so its model
// is nil.
func chats() *configs.Kinds[llm.Chat] {
	k := new(configs.Kinds[llm.Chat])
	configs.Add(k, "extractive", func(struct{}) (llm.Chat, error) { return nil, nil })
	configs.Add(k, "openai", func(c chatopenai.Config) (llm.Chat, error) { return chatopenai.New(c) })
	configs.Add(k, "ollama", func(c chatollama.Config) (llm.Chat, error) { return chatollama.New(c) })
	return k
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
