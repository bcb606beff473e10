package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"ragserver/embed"
	"ragserver/index/hybrid"
	"ragserver/pipeline"
	"ragserver/store"
)

// formerAnswersIn is how long the start waits for the former model.
const formerAnswersIn = 5 * time.Second

// A former is the embedding model whose vectors the documents have, when another
// one is configured now.
type former struct {
	embedder embed.Embedder // with its cache; nil if there is none
	unusable error          // why there is none although the model changes
}

// former builds the model that the store remembers, if its space is not the
// configured one, and asks it once whether it works.
func (s settings) former(kv store.Store, now embed.Space, log *slog.Logger) (former, error) {
	was, ok, err := pipeline.ReadModel(kv)
	if err != nil || !ok || was.Space == now.ID {
		return former{}, err
	}
	e, err := s.formerEmbedder(was, kv)
	if err != nil {
		err = fmt.Errorf("the former embedding model %s cannot be used: %w", was.Space, err)
		log.Warn("until all documents are embedded again, the others are found by their words only", "reason", err)
		return former{unusable: err}, nil
	}
	return former{embedder: e}, nil
}

func (s settings) formerEmbedder(was pipeline.Model, kv store.Store) (embed.Embedder, error) {
	block, err := s.Embedder.Like(was.Config)
	if err != nil {
		return nil, err
	}
	_, e, err := s.embedder(block, kv)
	if err != nil {
		return nil, err
	}
	if is := e.Space().ID; is != was.Space {
		return nil, fmt.Errorf("its configuration is that of %s now", is)
	}
	ctx, cancel := context.WithTimeout(context.Background(), formerAnswersIn)
	defer cancel()
	_, err = e.Embed(ctx, embed.Query, []string{"Does it work?"})
	return e, err
}

// besideFormer has x search the vectors of the former model, if there is one,
// while those of the configured one come.
func (s settings) besideFormer(x *hybrid.Index, f former, log *slog.Logger) error {
	if f.embedder == nil {
		return nil
	}
	leg, err := vectorLegs(log).Build(s.Index.Vector)
	if err != nil {
		return err
	}
	x.Beside(leg)
	return nil
}
