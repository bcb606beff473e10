package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	rag "ragserver"
)

// loadSet is the data of a bulk load.
func (b *bench) loadSet() (vectorSet, string, error) {
	set, err := b.vectorSet(clustered, min(1_000_000, b.most), 256)
	return set, fmt.Sprintf("load %d x %d", set.n, set.dim), err
}

// load fills the vector leg with the largest data set, on all processors, asking
// meanwhile.
func (b *bench) load(ctx context.Context) error {
	_, _, err := b.loaded(ctx, true)
	return err
}

// restart saves a leg of that size and reads it back in a new process.
func (b *bench) restart(ctx context.Context) (err error) {
	set, _, err := b.loadSet()
	if err != nil {
		return err
	}
	dir, epoch, err := b.loaded(ctx, false)
	if err != nil || dir == "" {
		return err
	}
	e, err := b.self(ctx, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	a, err := e.call(request{Op: "start", Leg: b.vector, Dir: dir, Query: set.query, Dim: set.dim, N: set.n, Epoch: epoch})
	if err != nil {
		return err
	}
	name := fmt.Sprintf("start %d x %d", set.n, set.dim)
	b.figures(name, a)
	recall, err := askedRecall(set, a.Asked)
	if err != nil {
		return err
	}
	b.note(ours, name+", recall of the first queries", "", recall)
	return nil
}

// loaded loads and saves the leg, unless that was done, and returns the folder
// with the epoch that it has; "" if it cannot be saved. The figures are noted if
// asked for; then it is saved only if start is measured too.
func (b *bench) loaded(ctx context.Context, note bool) (dir string, epoch rag.Epoch, err error) {
	if b.saved.done {
		return b.saved.dir, b.saved.epoch, nil
	}
	set, name, err := b.loadSet()
	if err != nil {
		return "", 0, err
	}
	e, err := b.self(ctx, 0)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	a, err := e.call(request{Op: "load", Leg: b.vector, Base: set.base, Query: set.query, Dim: set.dim, N: set.n})
	if err != nil {
		return "", 0, err
	}
	if note {
		b.figures(name, a)
		recall, err := askedRecall(set, a.Asked)
		if err != nil {
			return "", 0, err
		}
		b.note(ours, name+", recall meanwhile", "", recall)
	}
	if note && !b.wants("start") {
		return "", 0, nil
	}
	dir = filepath.Join(b.work, "saved")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", 0, err
	}
	saving, err := e.call(request{Op: "save", Dir: dir})
	if err != nil {
		return "", 0, err
	}
	b.saved.done = true
	if len(saving.Figures) == 0 {
		b.report.Problem(ours, "start was not measured: a vector leg %q cannot be saved", b.vector)
		return "", 0, nil
	}
	b.figures(name, saving)
	b.saved.dir, b.saved.epoch = dir, a.Epoch
	return dir, a.Epoch, nil
}

// askedRecall compares answers given while the set was filled with the exact ones
// among the rows that were there. It reads the file once.
func askedRecall(set vectorSet, list []asked) (float64, error) {
	queries, err := readVectors(set.query, set.dim, 0)
	if err != nil {
		return 0, err
	}
	file, err := openVectors(set.base, set.dim)
	if err != nil {
		return 0, err
	}
	defer file.close()
	tops := make([]best, len(list))
	found := make([]map[int]float32, len(list)) // scores of the answers
	for i, a := range list {
		tops[i].k, found[i] = topK, make(map[int]float32)
		for _, id := range a.IDs {
			found[i][id] = -2
		}
	}
	for from := 0; from < set.n; {
		rows, err := file.read(min(8*part, set.n-from))
		if err != nil {
			return 0, err
		}
		if len(rows) == 0 {
			return 0, fmt.Errorf("%s has only %d vectors", set.base, from)
		}
		compare(list, queries, rows, from, tops, found)
		from += len(rows)
	}
	right := 0
	for i := range list {
		for _, score := range found[i] {
			if score >= tops[i].kth()-tie {
				right++
			}
		}
	}
	return float64(right) / float64(topK*len(list)), nil
}

// compare scores some rows, the first of which has the number from, for all
// queries that could see them.
func compare(list []asked, queries, rows []rag.Vector, from int, tops []best, found []map[int]float32) {
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		group.Go(func() {
			for i := w; i < len(list); i += workers {
				q := queries[list[i].Query]
				for j, v := range rows[:max(0, min(len(rows), list[i].Rows-from))] {
					score := dot(q, v)
					tops[i].push(score)
					if _, ok := found[i][from+j]; ok {
						found[i][from+j] = score
					}
				}
			}
		})
	}
	group.Wait()
}
