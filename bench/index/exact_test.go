package main

import (
	"math"
	"slices"
	"testing"

	rag "ragserver"
)

func TestBestKeepsTheHighest(t *testing.T) {
	b := best{k: 3}
	for _, s := range []float32{0.1, 0.5, 0.3, 0.5, 0.2, 0.9} {
		b.push(s)
	}
	if want := []float32{0.9, 0.5, 0.5}; !slices.Equal(b.scores, want) {
		t.Errorf("got %v, want %v", b.scores, want)
	}
	if got := b.kth(); got != 0.5 {
		t.Errorf("the third is %v, want 0.5", got)
	}
}

func TestRecall(t *testing.T) {
	axis := func(x, y float64) rag.Vector { return unit([]float32{float32(x), float32(y)}) }
	base := []rag.Vector{axis(1, 0), axis(1, 0), axis(1, 0.1), axis(0, 1), axis(-1, 0)}
	query := []rag.Vector{axis(1, 0)}
	all := newTruth(base, query, 2, nil)
	for _, c := range []struct {
		name string
		ids  []int
		want float64
	}{
		{"the best", []int{0, 1}, 1},
		{"one of them", []int{1, 2}, 0.5},
		{"the same twice", []int{1, 1}, 0.5},
		{"nothing", nil, 0},
		{"too many", []int{3, 4, 0, 1}, 0},
		{"rows that are not there", []int{-1, 99}, 0},
	} {
		if got := all.recall([][]int{c.ids}, nil); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	only := []bool{false, true, false, true, false}
	some := newTruth(base, query, 3, only)
	if got := some.recall([][]int{{1, 3}}, only); got != 1 {
		t.Errorf("both of the allowed rows: got %v, want 1", got)
	}
	if got := some.recall([][]int{{0, 1}}, only); got != 0.5 {
		t.Errorf("one that is not allowed: got %v, want 0.5", got)
	}
	tied := newTruth(base, query, 1, nil)
	if got := tied.recall([][]int{{1}}, nil); got != 1 {
		t.Errorf("the other one of two equal rows: got %v, want 1", got)
	}
}

func TestDotIsTheProductAtAnyLength(t *testing.T) {
	for n := range 40 {
		a, b := make(rag.Vector, n), make(rag.Vector, n)
		want := 0.0
		for i := range n {
			a[i], b[i] = float32(i+1), float32(2*i-7)
			want += float64(a[i]) * float64(b[i])
		}
		if got := dot(a, b); math.Abs(float64(got)-want) > 1e-3*math.Abs(want) {
			t.Errorf("%d dimensions: got %v, want %v", n, got, want)
		}
	}
}

func TestAskedRecallCountsTheRowsThatWereThere(t *testing.T) {
	b := &bench{options: options{data: t.TempDir(), queries: 3}}
	set, err := b.vectorSet(clustered, 3000, 16)
	if err != nil {
		t.Fatal(err)
	}
	base, err := readVectors(set.base, set.dim, 0)
	if err != nil {
		t.Fatal(err)
	}
	query, err := readVectors(set.query, set.dim, 0)
	if err != nil {
		t.Fatal(err)
	}
	var list []asked
	for _, rows := range []int{50, 1000, 3000} {
		for q := range query {
			ids := make([]int, rows)
			for i := range ids {
				ids[i] = i
			}
			slices.SortFunc(ids, func(i, j int) int {
				if dot(query[q], base[i]) > dot(query[q], base[j]) {
					return -1
				}
				return 1
			})
			list = append(list, asked{rows, q, ids[:topK]})
		}
	}
	got, err := askedRecall(set, list)
	if err != nil || got != 1 {
		t.Errorf("right answers: recall %v, %v; want 1", got, err)
	}
	for i := range list {
		list[i].IDs[0] = set.n - 1 - i // hardly among the best, and mostly not there yet
	}
	if got, err = askedRecall(set, list); err != nil || math.Abs(got-0.9) > 0.03 {
		t.Errorf("one of ten is wrong: recall %v, %v; want 0.9", got, err)
	}
}
