package main

import (
	"math"
	"testing"

	"ragserver/index/analyze"
)

func TestBM25OfThreeTexts(t *testing.T) {
	truth, err := newBM25Truth(analyze.Words, []string{"red red fox", "the fox", "blue whale sings loudly"})
	if err != nil {
		t.Fatal(err)
	}
	got := truth.scores("red fox", false)
	mean := (3.0 + 1 + 4) / 3 // "the" is a stop word
	weight := func(df, tf, length float64) float64 {
		return math.Log(1+(3-df+0.5)/(df+0.5)) * tf * 2.2 / (tf + 1.2*(0.25+0.75*length/mean))
	}
	want := map[int]float64{0: weight(1, 2, 3) + weight(2, 1, 3), 1: weight(2, 1, 1)}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for text, score := range want {
		if math.Abs(got[text]-score) > 1e-12 {
			t.Errorf("text %d: got %v, want %v", text, got[text], score)
		}
	}
	if every := truth.scores("red fox", true); len(every) != 1 || every[0] == 0 {
		t.Errorf("with every word: got %v, want text 0 only", every)
	}
}

func TestOverlap(t *testing.T) {
	truth, err := newBM25Truth(analyze.Words, []string{"fox", "fox", "fox fox", "whale"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		answers []int
		want    float64
	}{
		{"right", []int{2, 0}, 1},
		{"an equal one", []int{2, 1}, 1},
		{"one is wrong", []int{2, 3}, 0.5},
		{"one is missing", []int{2}, 0.5},
	} {
		if got := truth.overlap([]string{"fox"}, [][]int{c.answers}, 2, false); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
	if got := truth.overlap([]string{"zebra"}, [][]int{{1}}, 2, false); got != 0 {
		t.Errorf("answers to a question without any: got %v, want 0", got)
	}
}
