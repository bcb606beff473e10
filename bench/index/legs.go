package main

import (
	"context"
	"fmt"

	"ragserver/index"
	"ragserver/index/bleve"
	"ragserver/index/bm25"
	"ragserver/index/coderhnsw"
	"ragserver/index/flat"
	"ragserver/index/hnsw"
)

// vectorLeg opens a vector leg by the name of its kind, "" for the default.
func vectorLeg(kind string, m, efc int) (index.Leg, error) {
	switch kind {
	case "", "hnsw":
		return hnsw.New(hnsw.Config{M: m, EfConstruction: efc})
	case "flat":
		return flat.New(flat.Config{})
	case "coderhnsw":
		return coderhnsw.New(coderhnsw.Config{M: m})
	}
	return nil, fmt.Errorf("there is no vector leg %q", kind)
}

// textLeg opens a text leg by the name of its kind, "" for the default.
func textLeg(kind, analyzer, dir string) (index.Leg, error) {
	switch kind {
	case "", "bm25":
		return bm25.New(bm25.Config{Analyzer: analyzer})
	case "bleve":
		return bleve.Open(bleve.Config{Dir: dir, Analyzer: analyzer})
	}
	return nil, fmt.Errorf("there is no text leg %q", kind)
}

// settle waits until a leg has done all that it does in the background.
func settle(ctx context.Context, leg index.Leg) error {
	if w, ok := leg.(interface{ Wait(context.Context) error }); ok {
		return w.Wait(ctx)
	}
	return nil
}

// setWidth sets efSearch of a graph; 0 is what the graph finds right by itself.
func setWidth(leg index.Leg, ef int) {
	if s, ok := leg.(interface{ SetEfSearch(int) }); ok {
		s.SetEfSearch(ef)
	}
}
