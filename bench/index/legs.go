package main

import (
	"context"
	"fmt"
	"time"

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

// resting is the part of a processor that a process at rest may use, in a time
// as long as restFor.
const (
	resting = 0.1
	restFor = 20 * time.Millisecond
)

// settle waits until a leg has done all that it does in the background: until it
// says so, if it can, and until this process does nothing any more.
func settle(ctx context.Context, leg index.Leg) error {
	if w, ok := leg.(interface{ Wait(context.Context) error }); ok {
		if err := w.Wait(ctx); err != nil {
			return err
		}
	}
	for {
		c := startClock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(restFor):
		}
		if cpu, wall := c.read(); cpu < resting*wall {
			return nil
		}
	}
}

// setWidth sets efSearch of a graph; 0 is what the graph finds right by itself.
func setWidth(leg index.Leg, ef int) {
	if s, ok := leg.(interface{ SetEfSearch(int) }); ok {
		s.SetEfSearch(ef)
	}
}
