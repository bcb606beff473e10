package dataflow

import (
	"context"
	"fmt"
)

// Results reads the live results of an asynchronous operator by key, as of the
// last commit. The zero Results has none.
type Results[R any] struct {
	get func(key string) (R, bool, error)
}

// ResultsOf returns the results of the operator that s comes out of; s must be
// the very stream that Async returned.
func ResultsOf[In, R any](s Stream[Done[In, R]]) Results[R] {
	if s.n == nil {
		return Results[R]{}
	}
	o, ok := s.n.object.(*async[In, R])
	if !ok {
		s.n.g.problem(s.n, "is not an asynchronous operator: it has no results to read")
		return Results[R]{}
	}
	return Results[R]{o.result}
}

// Get returns the result of key, or false if it has none. Any goroutine may call
// it; it waits until Run has recovered its state.
func (r Results[R]) Get(key string) (R, bool, error) {
	if r.get == nil {
		var none R
		return none, false, nil
	}
	return r.get(key)
}

// result reads the record of a key and what it refers to. Between the two reads
// the key may get another result and the old one be forgotten, which is why it
// looks again.
func (o *async[In, R]) result(key string) (r R, ok bool, err error) {
	const looks = 3
	g := o.node.g
	if err := g.awaitStart(context.Background()); err != nil {
		return r, false, fmt.Errorf("reading a result of %s: %w", o.node, err)
	}
	for range looks {
		b, err := g.backend.Get(g.keys.live(o.Name, key))
		if b == nil || err != nil {
			return r, false, err
		}
		live, err := decodeLive(b)
		if err != nil {
			return r, false, fmt.Errorf("%s: key %q: %w", o.node, key, err)
		}
		stored := live.result
		if live.memo != "" {
			if stored, err = g.backend.Get(g.keys.memo(o.Name, live.memo)); err != nil {
				return r, false, err
			}
		}
		if stored != nil {
			r, err = o.Result.Decode(stored)
			return r, err == nil, err
		}
	}
	return r, false, nil
}
