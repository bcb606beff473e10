package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"ragserver/index/hybrid"
)

// changes is how many chunks are replaced one by one to measure that.
const changes = 2000

// apply measures epochs of one replaced chunk in an index of r.N chunks.
func (p *program) apply(ctx context.Context, r request) (a reply, err error) {
	f, err := fill(ctx, r, 100)
	if err != nil {
		return reply{}, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	times, err := f.replaceMany(ctx, min(changes, r.N))
	if err != nil {
		return reply{}, err
	}
	return reply{Figures: []figure{
		{"one chunk replaced, p50", "us", quantile(times, 0.5) * 1e6},
		{"one chunk replaced, p99", "us", quantile(times, 0.99) * 1e6},
		{"one chunk replaced, longest", "us", slices.Max(times) * 1e6},
	}}, nil
}

// replaceMany replaces chunks one by one and returns how long each took, until a
// snapshot shows it.
func (f *filled) replaceMany(ctx context.Context, n int) ([]float64, error) {
	times := make([]float64, n)
	for i := range times {
		b := f.replace(i)
		from := time.Now()
		if err := f.apply(ctx, b); err != nil {
			return nil, err
		}
		f.index.Snapshot().Close()
		times[i] = time.Since(from).Seconds()
	}
	return times, nil
}

// readers is how many goroutines ask at a time.
const readers = 8

// mixed measures readers alone, and readers beside a writer that replaces one
// chunk after the other as fast as it can.
func (p *program) mixed(ctx context.Context, r request) (a reply, err error) {
	f, err := fill(ctx, r, 1000)
	if err != nil {
		return reply{}, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	length := time.Duration(r.Seconds * float64(time.Second))
	alone, err := f.read(ctx, length/2)
	if err != nil {
		return reply{}, err
	}
	during, stop := context.WithCancel(ctx)
	written, failed := 0, make(chan error, 1)
	go func() {
		failed <- func() error {
			for during.Err() == nil {
				if err := f.apply(ctx, f.replace(written)); err != nil {
					return err
				}
				written++
			}
			return nil
		}()
	}()
	beside, err := f.read(ctx, length)
	stop()
	if err := errors.Join(err, <-failed); err != nil {
		return reply{}, err
	}
	return reply{Figures: []figure{
		{"8 readers alone, queries", "1/s", float64(len(alone)) / (length / 2).Seconds()},
		{"8 readers alone, p50", "ms", quantile(alone, 0.5) * 1e3},
		{"8 readers alone, p99", "ms", quantile(alone, 0.99) * 1e3},
		{"8 readers beside a writer, queries", "1/s", float64(len(beside)) / length.Seconds()},
		{"8 readers beside a writer, p50", "ms", quantile(beside, 0.5) * 1e3},
		{"8 readers beside a writer, p99", "ms", quantile(beside, 0.99) * 1e3},
		{"the writer beside 8 readers, replaced", "chunks/s", float64(written) / length.Seconds()},
	}}, nil
}

// read asks from several goroutines for some time and returns how long each
// query took.
func (f *filled) read(ctx context.Context, length time.Duration) ([]float64, error) {
	var group sync.WaitGroup
	times, errs := make([][]float64, readers), make([]error, readers)
	end := time.Now().Add(length)
	for r := range readers {
		group.Go(func() {
			for turn := r; errs[r] == nil; turn += readers {
				from := time.Now()
				if from.After(end) {
					return
				}
				errs[r] = f.ask(ctx, turn, hybrid.Both)
				times[r] = append(times[r], time.Since(from).Seconds())
			}
		})
	}
	group.Wait()
	return slices.Concat(times...), errors.Join(errs...)
}
