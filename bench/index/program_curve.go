package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ragserver/index"
	"ragserver/index/hybrid"
)

// curveTurns is how often each query and change is timed.
const curveTurns = 500

// curve measures queries and changes of an index of r.N chunks: of both legs
// joined, and of each alone. A query's time is that of the processor.
func (p *program) curve(ctx context.Context, r request) (a reply, err error) {
	f, err := fill(ctx, r, 200)
	if err != nil {
		return reply{}, err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	for _, m := range []struct {
		name string
		mode hybrid.Mode
	}{{"vector", hybrid.VectorOnly}, {"text", hybrid.TextOnly}, {"hybrid", hybrid.Both}} {
		cost, err := f.askMany(ctx, m.mode)
		if err != nil {
			return reply{}, fmt.Errorf("%s: %w", m.name, err)
		}
		a.Figures = append(a.Figures, figure{"query " + m.name, "us", cost * 1e6})
	}
	times, err := f.replaceMany(ctx, min(curveTurns, r.N))
	if err != nil {
		return reply{}, err
	}
	a.Figures = append(a.Figures, figure{"update hybrid", "us", quantile(times, 0.5) * 1e6})
	for _, l := range []struct {
		name string
		leg  index.Leg
	}{{"vector", f.vector}, {"text", f.text}} {
		cost, err := f.changeLeg(ctx, l.leg)
		if err != nil {
			return reply{}, fmt.Errorf("%s: %w", l.name, err)
		}
		a.Figures = append(a.Figures, figure{"update " + l.name, "us", cost * 1e6})
	}
	a.Figures = append(a.Figures, figure{"memory", "MB", settledMemory().resident / 1e6})
	return a, nil
}

// askMany returns the seconds of the processor that a query takes, the best of
// three passes.
func (f *filled) askMany(ctx context.Context, m hybrid.Mode) (float64, error) {
	least := 0.0
	for pass := range 3 {
		c := startClock()
		for turn := range len(f.queries) {
			if err := f.ask(ctx, turn, m); err != nil {
				return 0, err
			}
		}
		if cpu, _ := c.read(); pass == 0 || cpu < least {
			least = cpu
		}
	}
	return least / float64(len(f.queries)), nil
}

// changeLeg adds chunks to a leg behind the back of the index, under rows that
// it has not given out, and returns the median of the seconds that each took.
func (f *filled) changeLeg(ctx context.Context, leg index.Leg) (float64, error) {
	var times []float64
	for i := range curveTurns {
		row := index.Row(2*f.n + part + i)
		c := index.Change{Row: row, ID: chunkID(int(row)), Diff: 1, Text: index.Text{Body: f.texts.passage()}, Vector: f.vectors.next()}
		f.epoch++
		from := time.Now()
		if err := leg.Apply(ctx, f.epoch, []index.Change{c}); err != nil {
			return 0, err
		}
		times = append(times, time.Since(from).Seconds())
	}
	return quantile(times, 0.5), nil
}
