package hash_test

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"ragserver/embed"
	"ragserver/embed/embedtest"
	"ragserver/embed/hash"
)

func open(t *testing.T) embed.Embedder {
	t.Helper()
	e, err := hash.New(hash.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestConformance(t *testing.T) { embedtest.Run(t, open) }

// TestGolden compares with vectors of the benchmark's embedder in Python.
func TestGolden(t *testing.T) {
	data, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Text   string
		Values map[string]float64
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	e := open(t)
	for _, c := range cases {
		vectors, err := e.Embed(t.Context(), embed.Query, []string{c.Text})
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range vectors[0] {
			if want := c.Values[strconv.Itoa(i)]; math.Abs(float64(x)-want) > 1e-7 {
				t.Errorf("%.40q: dimension %d: got %v, want %v", c.Text, i, x, want)
			}
		}
	}
}

func TestCancellingWordsHaveNoVector(t *testing.T) {
	vectors, err := open(t).Embed(t.Context(), embed.Passage, []string{"w91 W160"})
	if err != nil || vectors[0] != nil {
		t.Errorf("got %v, %v, want no vector", vectors, err)
	}
}
