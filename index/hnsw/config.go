// Package hnsw is the vector leg for many vectors: a graph of them is walked from
// neighbour to neighbour towards the query (Malkov and Yashunin, "Efficient and
// robust approximate nearest neighbor search using Hierarchical Navigable Small
// World graphs", 2018).
//
// A vector can be found as soon as it is applied: until a goroutine in the
// background has linked it into the graph, searches compare it one by one, with
// package vectors. The same is done with all vectors while they are few, and with
// those that a filter leaves if that costs less than walking. The walk reads one
// byte for each dimension; its best results are compared in float32.
//
// How wide a walk is follows from a wanted recall: now and then the leg answers
// questions exactly and by the graph, and takes the least width that is enough.
//
// Removed vectors stay in the graph as waypoints that no answer has. When they
// are many, their neighbours are linked anew and their slots used again. Equal
// vectors hang on the first of them: a thousand copies of a page are one node.
package hnsw

import (
	"fmt"
	"log/slog"
	"runtime"

	"ragserver/index/vectors"
)

// Config sets up a Leg. The zero value is usable.
type Config struct {
	// M is how many links a new node gets on each level; it may come to have
	// twice as many on the lowest. Default 16.
	M int

	// EfConstruction is the width of the walk that finds the neighbours of a
	// new node. Default 200.
	EfConstruction int

	// EfSearch is the width of a search. Default 0: the leg finds out which
	// one gives Recall.
	EfSearch int

	// Recall is how many of the true best results a search should find, as a
	// share. Default 0.98.
	Recall float64

	// ExactBelow is the number of vectors up to which there is no graph.
	// Default 16,384, whose codes of 256 dimensions are compared in 0.15 ms.
	ExactBelow int

	// Builders is how many goroutines link vectors into the graph. Default
	// half of GOMAXPROCS, so that searches have the rest.
	Builders int

	// Metric, Precision, Rows and Workers are those of vectors.Config: how
	// vectors are compared, how exactly and where they are kept, and how many
	// goroutines share exact scans.
	Metric    string
	Precision string
	Rows      string
	Workers   int

	Logger *slog.Logger // nil: none
}

func (c Config) withDefaults() (Config, error) {
	for _, s := range []struct {
		name     string
		value    *int
		least    int
		fallback int
	}{
		{"m", &c.M, 2, 16},
		{"ef_construction", &c.EfConstruction, 8, 200},
		{"ef_search", &c.EfSearch, 1, 0},
		{"exact_below", &c.ExactBelow, 1, 16 << 10},
		{"builders", &c.Builders, 1, max(1, runtime.GOMAXPROCS(0)/2)},
	} {
		if *s.value == 0 {
			*s.value = s.fallback
			continue
		}
		if *s.value < s.least {
			return c, fmt.Errorf("hnsw: %s is %d, the least is %d", s.name, *s.value, s.least)
		}
	}
	if c.M > maxM {
		return c, fmt.Errorf("hnsw: m is %d, the most is %d", c.M, maxM)
	}
	if c.Recall == 0 {
		c.Recall = 0.98
	}
	if !(c.Recall > 0 && c.Recall < 1) {
		return c, fmt.Errorf("hnsw: recall is %v, not between 0 and 1", c.Recall)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// maxM keeps what a step of a walk looks at on the stack.
const maxM = 128

func (c Config) vectors() vectors.Config {
	return vectors.Config{Metric: c.Metric, Precision: c.Precision, Rows: c.Rows, Workers: c.Workers}
}
