package main

import (
	"slices"
	"sync"

	rag "ragserver"
)

// tie is how much lower than the k-th best the score of an answer may be: what
// sums of float32 in another order differ by.
const tie = 2e-6

// dot is the product of two vectors of one length, summed in eight parts.
func dot(a, b rag.Vector) float32 {
	var s [8]float32
	i := 0
	for ; i+8 <= len(a); i += 8 {
		x, y := a[i:i+8:i+8], b[i:i+8:i+8]
		for j := range 8 {
			s[j] += x[j] * y[j]
		}
	}
	for ; i < len(a); i++ {
		s[0] += a[i] * b[i]
	}
	return (s[0] + s[1]) + (s[2] + s[3]) + (s[4] + s[5]) + (s[6] + s[7])
}

// A best keeps the k highest scores.
type best struct {
	scores []float32 // the highest first
	k      int
}

func (b *best) push(score float32) {
	if len(b.scores) == b.k && score <= b.scores[b.k-1] {
		return
	}
	at, _ := slices.BinarySearchFunc(b.scores, score, func(have, want float32) int {
		if have >= want {
			return -1
		}
		return 1
	})
	if len(b.scores) == b.k {
		b.scores = b.scores[:b.k-1]
	}
	b.scores = slices.Insert(b.scores, at, score)
}

// kth is the lowest score among the k best; of fewer, the lowest of all.
func (b *best) kth() float32 {
	if len(b.scores) == 0 {
		return -2
	}
	return b.scores[len(b.scores)-1]
}

// An exactTruth is what the right answers to queries must score.
type exactTruth struct {
	base, query []rag.Vector
	k           int
	least       []float32 // by query: the k-th best score
	count       int       // of right answers: k, or as many as there are rows
}

// newTruth compares every query with every row, or with those that are allowed.
// It takes len(base) * len(query) products.
func newTruth(base, query []rag.Vector, k int, allowed []bool) *exactTruth {
	t := &exactTruth{base: base, query: query, k: k, least: make([]float32, len(query)), count: min(k, len(base))}
	if allowed != nil {
		t.count = 0
		for _, ok := range allowed {
			if ok && t.count < k {
				t.count++
			}
		}
	}
	const block = 8 // queries that share a pass over the rows
	var group sync.WaitGroup
	slots := make(chan struct{}, 2)
	for from := 0; from < len(query); from += block {
		to := min(from+block, len(query))
		slots <- struct{}{}
		group.Go(func() {
			t.fill(from, to, allowed)
			<-slots
		})
	}
	group.Wait()
	return t
}

func (t *exactTruth) fill(from, to int, allowed []bool) {
	tops := make([]best, to-from)
	for i := range tops {
		tops[i].k = t.k
	}
	for row, v := range t.base {
		if allowed != nil && !allowed[row] {
			continue
		}
		for i := range tops {
			tops[i].push(dot(t.query[from+i], v))
		}
	}
	for i := range tops {
		t.least[from+i] = tops[i].kth()
	}
}

// recall is the part of the right answers that were found, in the mean. A row
// counts if it scores as high as the k-th best, so equal ones can stand for each
// other; the same row counts once, and one that is not allowed does not.
func (t *exactTruth) recall(answers [][]int, allowed []bool) float64 {
	if t.count == 0 || len(answers) == 0 {
		return 1
	}
	right := 0
	for i, ids := range answers {
		seen := make(map[int]bool, len(ids))
		for _, id := range ids[:min(len(ids), t.k)] {
			if id < 0 || id >= len(t.base) || seen[id] || allowed != nil && !allowed[id] {
				continue
			}
			seen[id] = true
			if dot(t.query[i], t.base[id]) >= t.least[i]-tie {
				right++
			}
		}
	}
	return float64(right) / float64(t.count*len(answers))
}
