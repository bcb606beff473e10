package main

import (
	"context"
	"errors"
	"fmt"
)

// recall measures what we find when nothing is set, on vectors that lie in
// different ways, and whether every row is found by its own vector. Those of
// real texts are among the figures of real.
func (b *bench) recall(ctx context.Context) error {
	for _, s := range []shape{clustered, isotropic, repeated} {
		set, err := b.vectorSet(s, min(100_000, b.most), 256)
		if err != nil {
			return err
		}
		if err := b.recallOf(ctx, fmt.Sprintf("%s %d x %d", s, set.n, set.dim), set); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func (b *bench) recallOf(ctx context.Context, name string, set vectorSet) (err error) {
	truth, err := b.truth(set)
	if err != nil {
		return err
	}
	e, err := b.self(ctx, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	for _, r := range []request{
		{Op: "open", Base: set.base, Query: set.query, Dim: set.dim, N: set.n},
		{Op: "build", M: graphM, EfC: graphEfC, Leg: b.vector},
	} {
		if _, err := e.call(r); err != nil {
			return err
		}
	}
	if err := b.atDefaults(e, name, truth); err != nil {
		return err
	}
	a, err := e.call(request{Op: "self", K: topK})
	if err != nil {
		return err
	}
	b.figures(name, a)
	return nil
}

// figures notes what an engine of ours has measured by itself.
func (b *bench) figures(name string, a reply) {
	for _, f := range a.Figures {
		b.note(ours, name+", "+f.What, f.Unit, f.Value)
	}
}
