package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// growDim is the length of the vectors that a filled index makes.
const growDim = 256

// alone asks a new process of ours for one thing, on all processors or on some,
// and notes what it has measured.
func (b *bench) alone(ctx context.Context, threads int, r request) (a reply, err error) {
	r.Leg, r.Text, r.Dim = b.vector, b.text, growDim
	if r.Dir, err = os.MkdirTemp(b.work, r.Op); err != nil {
		return reply{}, err
	}
	e, err := b.self(ctx, threads)
	if err != nil {
		return reply{}, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	return e.call(r)
}

// apply measures small changes of a filled index.
func (b *bench) apply(ctx context.Context) error {
	n := min(100_000, b.most)
	a, err := b.alone(ctx, 0, request{Op: "apply", N: n})
	if err != nil {
		return err
	}
	b.figures(fmt.Sprintf("index of %d chunks", n), a)
	return nil
}

// mixed measures readers beside a writer.
func (b *bench) mixed(ctx context.Context) error {
	n := min(100_000, b.most)
	a, err := b.alone(ctx, 0, request{Op: "mixed", N: n, Seconds: b.seconds})
	if err != nil {
		return err
	}
	b.figures(fmt.Sprintf("index of %d chunks", n), a)
	return nil
}

// curves measures queries and changes as the index grows, and plots them.
func (b *bench) curves(ctx context.Context) error {
	lines := make(map[string]*line)
	for n := 1000; n <= b.most; n *= 10 {
		a, err := b.alone(ctx, 1, request{Op: "curve", N: n})
		if err != nil {
			return fmt.Errorf("%d chunks: %w", n, err)
		}
		b.figures(fmt.Sprintf("curve, %d chunks", n), a)
		for _, f := range a.Figures {
			if lines[f.What] == nil {
				_, name, _ := strings.Cut(f.What, " ")
				lines[f.What] = &line{name: name}
			}
			l := lines[f.What]
			l.x, l.y = append(l.x, float64(n)), append(l.y, f.Value)
		}
	}
	if b.plots == "" {
		return nil
	}
	return b.plot(lines)
}

// plot writes what queries and changes cost to one file each.
func (b *bench) plot(lines map[string]*line) error {
	if err := os.MkdirAll(b.plots, 0o755); err != nil {
		return err
	}
	for _, p := range []struct{ kind, title string }{
		{"query", "One query, processor time (µs)"},
		{"update", "One chunk changed, until it is found (µs)"},
	} {
		c := chart{title: p.title, x: "chunks in the index"}
		for _, leg := range []string{"vector", "text", "hybrid"} {
			if l := lines[p.kind+" "+leg]; l != nil {
				c.lines = append(c.lines, *l)
			}
		}
		file := filepath.Join(b.plots, p.kind+".svg")
		if err := os.WriteFile(file, []byte(c.svg()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// decades returns the powers of ten that enclose all positive values; 1 and 10
// without any.
func decades(values []float64) (low, high int) {
	low, high = math.MaxInt, math.MinInt
	for _, v := range values {
		if v > 0 && !math.IsInf(v, 0) {
			low = min(low, int(math.Floor(math.Log10(v)+1e-9)))
			high = max(high, int(math.Ceil(math.Log10(v)-1e-9)))
		}
	}
	if low > high {
		return 0, 1
	}
	return low, max(high, low+1)
}
