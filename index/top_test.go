package index

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestTopKeepsTheBest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, k := range []int{-1, 0, 1, 2, 7, 100, math.MaxInt} {
		top := NewTop(k)
		var all []Scored
		for row := range Row(80) {
			s := Scored{row, float64(r.IntN(20))} // many are equal
			all = append(all, s)
			if floor := top.Floor(); !top.Push(s.Row, s.Score) && k > 0 && s.Score > floor {
				t.Errorf("k = %d: %v was not kept above %v", k, s, floor)
			}
		}
		slices.SortFunc(all, func(a, b Scored) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Row, b.Row)) })
		want := all[:min(max(k, 0), len(all))]
		if got := top.Sorted(); !slices.Equal(got, want) {
			t.Errorf("k = %d: %v, want %v", k, got, want)
		}
	}
}
