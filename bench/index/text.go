package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"ragserver/index/analyze"
)

// textQueries is how many queries are asked of the text engines.
const textQueries = 500

// text20and100 compares the text legs with tantivy on 20,000 and 100,000
// passages, with lower case and English stop words, and with stemming too.
func (b *bench) text20and100(ctx context.Context) error {
	for _, n := range []int{20_000, 100_000} {
		n = min(n, b.most)
		set, err := b.textSet(n)
		if err != nil {
			return err
		}
		for _, stem := range []bool{false, true} {
			name := fmt.Sprintf("%d passages", n)
			if stem {
				name += ", stemmed"
			}
			if err := b.compareText(ctx, name, set, stem); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if n == b.most {
			break
		}
	}
	return nil
}

// compareText measures all engines on one data set.
func (b *bench) compareText(ctx context.Context, name string, set textSet, stem bool) (err error) {
	stop, err := stopWords()
	if err != nil {
		return err
	}
	engines, end, err := b.engines(ctx, "tantivy")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	speed, memory := make([]float64, len(engines)), make([]float64, len(engines))
	for i, e := range engines {
		dir := filepath.Join(b.work, fmt.Sprintf("%s %s", name, e.name))
		a, err := e.call(request{Op: "index", Text: b.text, Base: set.base, N: set.n, Dir: dir, Stem: stem, Stop: stop})
		if err != nil {
			return err
		}
		speed[i], memory[i] = float64(set.n)/a.CPU, a.RSS/1e6
	}
	b.against(engines, name+", indexing", "docs/CPU-s", speed)
	b.against(engines, name+", memory", "MB", memory)
	for _, all := range []bool{false, true} {
		if err := b.askTexts(engines, name, set, stem, all); err != nil {
			return err
		}
	}
	return b.fresh(engines, name)
}

// analyzerName is the analysis of our text leg that all engines use.
func analyzerName(stem bool) string {
	if stem {
		return analyze.Mixed
	}
	return analyze.Words
}

func (b *bench) askTexts(engines []*engine, name string, set textSet, stem, all bool) error {
	texts, err := readPassages(set.base, set.n)
	if err != nil {
		return err
	}
	queries, err := readLines(set.query, textQueries)
	if err != nil {
		return err
	}
	truth, err := newBM25Truth(analyzerName(stem), texts)
	if err != nil {
		return err
	}
	r := request{Op: "search", Query: set.query, N: len(queries), K: topK, All: all, IDs: true, Stem: stem}
	replies, err := askAll(engines, r)
	if err != nil {
		return err
	}
	r.IDs = false
	took, err := b.best(engines, r)
	if err != nil {
		return err
	}
	kind := "any word"
	if all {
		kind = "every word"
	}
	overlap, cost := make([]float64, len(engines)), make([]float64, len(engines))
	for i, a := range replies {
		overlap[i] = truth.overlap(queries, a.IDs, topK, all)
		cost[i] = took[i] / float64(len(queries)) * 1e6
	}
	b.against(engines, fmt.Sprintf("%s, top 10 by %s", name, kind), "CPU-us", cost)
	b.against(engines, fmt.Sprintf("%s, top 10 by %s, overlap with exact BM25", name, kind), "", overlap)
	return nil
}

// fresh measures how long one passage takes until it is found.
func (b *bench) fresh(engines []*engine, name string) error {
	replies, err := askAll(engines, request{Op: "fresh", N: min(50, b.queries)})
	if err != nil {
		return err
	}
	p50, p99 := make([]float64, len(engines)), make([]float64, len(engines))
	for i, a := range replies {
		p50[i], p99[i] = quantile(a.Times, 0.5)*1e3, quantile(a.Times, 0.99)*1e3
	}
	b.against(engines, name+", one added until found, p50", "ms", p50)
	b.against(engines, name+", one added until found, p99", "ms", p99)
	return nil
}

// quantile returns the value below which a share of the list lies.
func quantile(list []float64, share float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}
