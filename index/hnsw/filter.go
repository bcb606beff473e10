package hnsw

import (
	"context"
	"math/bits"

	"ragserver/index/vectors"
)

func trailing(w uint64) int { return bits.TrailingZeros64(w) }

// beamThrough walks level 0 as beam does, after a reset, but only nodes that accept takes count
// for the width: the others are waypoints. The pool has the accepted ones. It
// gives up, and returns false, when it has scored more than budget nodes.
func (w *walker) beamThrough(ctx context.Context, v view, p *vectors.Probe, start candidate, starts []slot, width int, accept func(slot) bool, budget int) (bool, error) {
	w.front = w.front[:0]
	w.visit(start.slot)
	w.offer(start, width, accept)
	budget += w.scored
	ok, err := w.expandThrough(ctx, v, p, width, accept, budget)
	if !ok || err != nil || len(starts) == 0 {
		return ok, err
	}
	w.begin(v, p, starts, func(c candidate) { w.offer(c, width, accept) })
	return w.expandThrough(ctx, v, p, width, accept, budget)
}

// expandThrough looks at the neighbours of the nodes on the front, the best first.
func (w *walker) expandThrough(ctx context.Context, v view, p *vectors.Probe, width int, accept func(slot) bool, budget int) (bool, error) {
	for len(w.front) > 0 {
		c := w.pop()
		if len(w.pool) == width && c.score < w.pool[width-1].score {
			return true, nil
		}
		if w.scored > budget {
			return false, nil
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		hop, scores := w.look(v, p, c.slot, 0)
		for i, s := range hop {
			w.offer(candidate{scores[i], s}, width, accept)
		}
	}
	return true, nil
}

// offer puts c into the pool if it is accepted, and on the front if it may lead
// to better ones.
func (w *walker) offer(c candidate, width int, accept func(slot) bool) {
	if len(w.pool) == width && c.score <= w.pool[width-1].score {
		return
	}
	w.push(c)
	if accept(c.slot) {
		w.insert(c, width)
	}
}

// push and pop keep front a heap with the best node at its top.
func (w *walker) push(c candidate) {
	h := append(w.front, c)
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if h[up].score >= h[i].score {
			break
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
	w.front = h
}

func (w *walker) pop() candidate {
	h := w.front
	top := h[0]
	n := len(h) - 1
	h[0] = h[n]
	h = h[:n]
	for i := 0; ; {
		child := 2*i + 1
		if child >= n {
			break
		}
		if child+1 < n && h[child+1].score > h[child].score {
			child++
		}
		if h[i].score >= h[child].score {
			break
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
	w.front = h
	return top
}
