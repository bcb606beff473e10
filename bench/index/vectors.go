package main

import (
	"context"
	"errors"
	"fmt"

	rag "ragserver"
)

// The settings of all graphs: links of a node, and the width of building.
const (
	graphM   = 16
	graphEfC = 200
	topK     = 10
)

// A size is a number of vectors of a length.
type size struct{ n, dim int }

// vectors compares building, searching at equal recall, and memory.
func (b *bench) vectors(ctx context.Context) error {
	for _, s := range []size{{100_000, 256}, {20_000, 384}, {20_000, 1536}} {
		set, err := b.vectorSet(clustered, min(s.n, b.most), s.dim)
		if err != nil {
			return err
		}
		name := fmt.Sprintf("%d x %d", set.n, set.dim)
		if err := b.compareVectors(ctx, name, set, []float64{0.95, 0.98, 0.99}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// compareVectors measures all engines on one data set.
func (b *bench) compareVectors(ctx context.Context, name string, set vectorSet, recalls []float64) (err error) {
	truth, err := b.truth(set)
	if err != nil {
		return err
	}
	engines, end, err := b.engines(ctx, "hnswlib", "faiss", "usearch")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	if err := b.build(engines, name, set); err != nil {
		return err
	}
	curves, err := b.sweep(engines, truth)
	if err != nil {
		return err
	}
	for _, r := range recalls {
		figures := make([]float64, len(engines))
		for i := range engines {
			figures[i] = qpsAt(curves[i], r)
		}
		b.against(engines, fmt.Sprintf("%s, queries at recall %.2f", name, r), "1/CPU-s", figures)
	}
	return b.atDefaults(engines[0], name, truth)
}

// build lets all engines index the set.
func (b *bench) build(engines []*engine, name string, set vectorSet) error {
	open := request{Op: "open", Base: set.base, Query: set.query, Dim: set.dim, N: set.n}
	if _, err := askAll(engines, open); err != nil {
		return err
	}
	replies, err := askAll(engines, request{Op: "build", M: graphM, EfC: graphEfC, Leg: b.vector})
	if err != nil {
		return err
	}
	speed, memory := make([]float64, len(engines)), make([]float64, len(engines))
	for i, a := range replies {
		speed[i], memory[i] = float64(set.n)/a.CPU, a.RSS/1e6
	}
	b.against(engines, name+", build", "rows/CPU-s", speed)
	b.against(engines, name+", memory", "MB", memory)
	return nil
}

// atDefaults notes the recall that we have when no width is asked for.
func (b *bench) atDefaults(e *engine, name string, truth *exactTruth) error {
	a, err := e.call(request{Op: "search", K: truth.k, IDs: true})
	if err != nil {
		return err
	}
	b.note(ours, name+", recall at the defaults", "", truth.recall(a.IDs, nil))
	fmt.Printf("    by %s, width %d, %d rows scored\n", a.Plan.Method, a.Plan.Width, a.Plan.Scored)
	took, err := b.best([]*engine{e}, request{Op: "search", K: truth.k})
	if err != nil {
		return err
	}
	b.note(ours, name+", queries at the defaults", "1/CPU-s", float64(len(truth.query))/took[0])
	return nil
}

// against notes our figure beside each peer's, a row for each.
func (b *bench) against(engines []*engine, what, unit string, figures []float64) {
	if len(engines) == 1 {
		b.note(ours, what, unit, figures[0])
	}
	for i := 1; i < len(engines); i++ {
		row := what + ", " + engines[i].name
		b.note(ours, row, unit, figures[0])
		b.note(engines[i].name, row, unit, figures[i])
	}
}

// truth reads a set and finds the right answers, or reads those too: they are
// kept beside the set.
func (b *bench) truth(set vectorSet) (*exactTruth, error) {
	base, err := readVectors(set.base, set.dim, set.n)
	if err != nil {
		return nil, err
	}
	query, err := readVectors(set.query, set.dim, 0)
	if err != nil {
		return nil, err
	}
	file := fmt.Sprintf("%s_%d_top%d", set.base, len(base), topK)
	if kept, err := readVectors(file, len(query), 1); err == nil && len(kept) == 1 {
		return &exactTruth{base: base, query: query, k: topK, least: kept[0], count: min(topK, len(base))}, nil
	}
	t := newTruth(base, query, topK, nil)
	return t, writeVectors(file, 1, func() rag.Vector { return t.least })
}
