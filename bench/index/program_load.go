package main

import (
	"context"
	"fmt"
	"time"

	"ragserver/index"
)

// The samples that are taken while an index is filled.
const (
	loadSamples      = 40 // while rows are applied
	queriesPerSample = 4
)

// load fills the vector leg from a file and asks meanwhile: between epochs, and
// while the leg goes on working in the background.
func (p *program) load(ctx context.Context, r request) (reply, error) {
	if err := p.openLeg(ctx, r); err != nil {
		return reply{}, err
	}
	file, err := openVectors(r.Base, r.Dim)
	if err != nil {
		return reply{}, err
	}
	defer file.close()
	var a reply
	var times []float64
	c := startClock()
	every := max(r.N/loadSamples, part)
	for from := 0; from < r.N; {
		vectors, err := file.read(min(part, r.N-from))
		if err != nil {
			return reply{}, err
		}
		if len(vectors) == 0 {
			return reply{}, fmt.Errorf("%s has only %d vectors", r.Base, from)
		}
		changes := additions(vectors, 0, len(vectors))
		for i := range changes {
			changes[i].Row, changes[i].ID = index.Row(from+i), chunkID(from+i)
		}
		if err := p.commit(ctx, changes); err != nil {
			return reply{}, err
		}
		from += len(vectors)
		if from/every != (from-len(vectors))/every {
			if err := p.sample(ctx, from, &a, &times); err != nil {
				return reply{}, err
			}
		}
	}
	_, searchable := c.read()
	if err := p.sampleUntilSettled(ctx, r.N, &a, &times); err != nil {
		return reply{}, err
	}
	cpu, complete := c.read()
	peak, settled := readMemory().peak, settledMemory()
	a.Epoch = p.epoch
	a.Figures = []figure{
		{"until all is searchable", "s", searchable},
		{"until the graph is complete", "s", complete},
		{"until the graph is complete, processor", "CPU-s", cpu},
		{"query meanwhile, p50", "ms", quantile(times, 0.5) * 1e3},
		{"query meanwhile, p99", "ms", quantile(times, 0.99) * 1e3},
		{"peak memory", "MB", peak / 1e6},
		{"memory at rest", "MB", settled.resident / 1e6},
	}
	return a, nil
}

// openLeg opens an empty vector leg and reads the queries.
func (p *program) openLeg(_ context.Context, r request) (err error) {
	queries, err := readVectors(r.Query, r.Dim, 0)
	if err != nil {
		return err
	}
	for _, v := range queries {
		p.queries = append(p.queries, index.Query{Vector: v, K: topK})
	}
	p.leg, err = vectorLeg(r.Leg, graphM, graphEfC)
	return err
}

// sample asks a few queries.
func (p *program) sample(ctx context.Context, rows int, a *reply, times *[]float64) error {
	s := p.leg.Snapshot()
	defer s.Close()
	for range queriesPerSample {
		at := len(a.Asked) % len(p.queries)
		from := time.Now()
		found, err := s.Search(ctx, p.queries[at])
		if err != nil {
			return fmt.Errorf("query after %d rows: %w", rows, err)
		}
		*times = append(*times, time.Since(from).Seconds())
		a.Asked = append(a.Asked, asked{rows, at, rowsOf(found)})
	}
	return nil
}

// sampleUntilSettled asks while the leg works in the background.
func (p *program) sampleUntilSettled(ctx context.Context, rows int, a *reply, times *[]float64) error {
	done := make(chan error, 1)
	go func() { done <- settle(ctx, p.leg) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if err := p.sample(ctx, rows, a, times); err != nil {
			return err
		}
		select {
		case err := <-done:
			return err
		case <-tick.C:
		}
	}
}

// save writes the leg to a folder. It has no figure if the leg cannot be saved.
func (p *program) save(ctx context.Context, r request) (reply, error) {
	saver, ok := p.leg.(index.Saver)
	if !ok {
		return reply{}, nil
	}
	s := p.leg.Snapshot()
	defer s.Close()
	c := startClock()
	if err := saver.Save(ctx, s, r.Dir, ""); err != nil {
		return reply{}, err
	}
	_, wall := c.read()
	return reply{Figures: []figure{{"saving", "s", wall}}}, nil
}

// startQueries is how many queries are asked after a start, before the memory is
// looked at.
const startQueries = 10_000

// start reads a leg back from a folder and asks.
func (p *program) start(ctx context.Context, r request) (a reply, err error) {
	if err := p.openLeg(ctx, r); err != nil {
		return reply{}, err
	}
	saver, ok := p.leg.(index.Saver)
	if !ok {
		return reply{}, fmt.Errorf("a leg of type %T cannot be loaded", p.leg)
	}
	c := startClock()
	if err := saver.Load(ctx, r.Dir, r.Epoch); err != nil {
		return reply{}, err
	}
	_, loaded := c.read()
	if err := p.sample(ctx, r.N, &a, new([]float64)); err != nil {
		return reply{}, err
	}
	_, asked := c.read()
	s := p.leg.Snapshot()
	defer s.Close()
	for turn := range startQueries {
		if _, err := s.Search(ctx, p.queries[turn%len(p.queries)]); err != nil {
			return reply{}, err
		}
	}
	m := settledMemory()
	a.Figures = []figure{
		{"loading", "s", loaded},
		{"until the first answers", "s", asked},
		{"memory after 10,000 queries, anonymous", "MB", m.anonymous / 1e6},
		{"memory after 10,000 queries, mapped files", "MB", m.mapped / 1e6},
	}
	return a, nil
}
