package index

import (
	"cmp"
	"math"
	"slices"
)

// A Top keeps the k best of the rows that are pushed: the highest scores, and
// of equal ones the lowest rows. Memory follows the rows kept, not k.
type Top struct {
	k    int
	heap []Scored // the worst first
}

// NewTop returns an empty Top for k rows.
func NewTop(k int) *Top { return &Top{k: max(k, 0)} }

// worse says whether a comes after b in the result.
func worse(a, b Scored) bool {
	return a.Score < b.Score || a.Score == b.Score && a.Row > b.Row
}

// Floor is the score below which Push keeps nothing.
func (t *Top) Floor() float64 {
	if len(t.heap) < t.k || t.k == 0 {
		return math.Inf(-1)
	}
	return t.heap[0].Score
}

// Push offers a row and says whether it was kept.
func (t *Top) Push(row Row, score float64) bool {
	s := Scored{Row: row, Score: score}
	if len(t.heap) < t.k {
		t.heap = append(t.heap, s)
		t.up(len(t.heap) - 1)
		return true
	}
	if t.k == 0 || !worse(t.heap[0], s) {
		return false
	}
	t.heap[0] = s
	t.down(0)
	return true
}

func (t *Top) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !worse(t.heap[i], t.heap[parent]) {
			return
		}
		t.heap[i], t.heap[parent] = t.heap[parent], t.heap[i]
		i = parent
	}
}

func (t *Top) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(t.heap) {
			return
		}
		if child+1 < len(t.heap) && worse(t.heap[child+1], t.heap[child]) {
			child++
		}
		if !worse(t.heap[child], t.heap[i]) {
			return
		}
		t.heap[i], t.heap[child] = t.heap[child], t.heap[i]
		i = child
	}
}

// Sorted returns the rows kept, best first. Nothing may be pushed afterwards.
func (t *Top) Sorted() []Scored {
	slices.SortFunc(t.heap, func(a, b Scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row, b.Row))
	})
	return t.heap
}
