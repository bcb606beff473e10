package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// filterQueries is how many queries are asked with a filter: the filters of some
// peers are slow.
const filterQueries = 100

// slowFilter is from how many seconds on the first pass is enough.
const slowFilter = 1.0

// filterShares are the parts of the rows that filters leave.
func filterShares() []float64 { return []float64{0.5, 0.1, 0.01, 0.001, 0.00001} }

func filterName(share float64) string { return fmt.Sprintf("filter %g%%", share*100) }

// filters compares searches among a random part of the rows. hnswlib calls a
// function of Python for each row that it meets, which is how its package
// filters; faiss tests bits.
func (b *bench) filters(ctx context.Context) (err error) {
	set, truth, engines, end, err := b.built(ctx, "hnswlib", "faiss")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	random := rand.New(rand.NewPCG(3, 3))
	for _, share := range filterShares() {
		flags, allowed := make([]byte, set.n), make([]bool, set.n)
		for range max(1, int(share*float64(set.n))) {
			row := random.IntN(set.n)
			for allowed[row] {
				row = random.IntN(set.n)
			}
			flags[row], allowed[row] = 1, true
		}
		file := filepath.Join(b.work, "allowed")
		if err := os.WriteFile(file, flags, 0o644); err != nil {
			return err
		}
		if err := b.filtered(engines, truth, filterName(share), file, allowed); err != nil {
			return err
		}
	}
	return nil
}

// built reads the first data set and lets the engines index it, without notes.
func (b *bench) built(ctx context.Context, peers ...string) (set vectorSet, t *exactTruth, engines []*engine, end func() error, err error) {
	if set, err = b.vectorSet(clustered, min(100_000, b.most), 256); err != nil {
		return
	}
	if t, err = b.truth(set); err != nil {
		return
	}
	if engines, end, err = b.engines(ctx, peers...); err != nil {
		return
	}
	open := request{Op: "open", Base: set.base, Query: set.query, Dim: set.dim, N: set.n}
	if _, err = askAll(engines, open); err == nil {
		_, err = askAll(engines, request{Op: "build", M: graphM, EfC: graphEfC, Leg: b.vector})
	}
	if err != nil {
		err = errors.Join(err, end())
	}
	return
}

func (b *bench) filtered(engines []*engine, t *exactTruth, what, file string, allowed []bool) error {
	n := min(filterQueries, len(t.query))
	exact := newTruth(t.base, t.query[:n], t.k, allowed)
	recall, qps := make([]float64, len(engines)), make([]float64, len(engines))
	for i, e := range engines {
		r := request{Op: "filter", Rows: file, N: n, K: t.k, Ef: 128}
		if i == 0 {
			r.Ef = 0 // we choose for ourselves
		}
		a, err := e.call(r)
		if err != nil {
			return err
		}
		recall[i], qps[i] = exact.recall(a.IDs, allowed), float64(n)/a.CPU
		for pass := 1; pass < b.passes && a.CPU < slowFilter; pass++ {
			if a, err = e.call(r); err != nil {
				return err
			}
			qps[i] = max(qps[i], float64(n)/a.CPU)
		}
	}
	b.against(engines, what+", recall", "", recall)
	b.against(engines, what+", queries", "1/CPU-s", qps)
	return nil
}

// churn compares what is found before and after half of the rows were removed
// and added again.
func (b *bench) churn(ctx context.Context) (err error) {
	set, truth, engines, end, err := b.built(ctx, "hnswlib")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	rows := rand.New(rand.NewPCG(5, 5)).Perm(set.n)[:set.n/2]
	var data []byte
	for _, row := range rows {
		data = binary.LittleEndian.AppendUint32(data, uint32(row))
	}
	file := filepath.Join(b.work, "rows")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return err
	}
	if err := b.recallAt(engines, truth, "recall at ef 64 before the churn", 64); err != nil {
		return err
	}
	replies, err := askAll(engines, request{Op: "churn", Rows: file})
	if err != nil {
		return err
	}
	speed := make([]float64, len(engines))
	for i, a := range replies {
		speed[i] = float64(len(rows)) / a.CPU
	}
	b.against(engines, "half removed and added again", "rows/CPU-s", speed)
	if err := b.recallAt(engines, truth, "recall at ef 64 after the churn", 64); err != nil {
		return err
	}
	return b.atDefaults(engines[0], "after the churn", truth)
}

func (b *bench) recallAt(engines []*engine, t *exactTruth, what string, ef int) error {
	replies, err := askAll(engines, request{Op: "search", K: t.k, Ef: ef, IDs: true})
	if err != nil {
		return err
	}
	figures := make([]float64, len(engines))
	for i, a := range replies {
		figures[i] = t.recall(a.IDs, nil)
	}
	b.against(engines, what, "", figures)
	return nil
}
