package main

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
)

func TestQPSBetweenTwoPoints(t *testing.T) {
	curve := []point{{10, 0.90, 4000}, {20, 0.99, 1000}, {40, 0.999, 500}}
	for _, c := range []struct{ recall, want float64 }{
		{0.80, 4000},
		{0.90, 4000},
		{1 - math.Sqrt(0.1*0.01), 2000}, // half way of both logarithms
		{0.99, 1000},
		{0.9999, math.NaN()},
	} {
		got := qpsAt(curve, c.recall)
		if math.IsNaN(got) != math.IsNaN(c.want) || math.Abs(got-c.want) > 1e-6*c.want {
			t.Errorf("at recall %v: got %v, want %v", c.recall, got, c.want)
		}
	}
}

func TestQuantile(t *testing.T) {
	list := []float64{5, 1, 4, 2, 3}
	for _, c := range []struct{ share, want float64 }{{0, 1}, {0.5, 3}, {0.99, 5}, {1, 5}} {
		if got := quantile(list, c.share); got != c.want {
			t.Errorf("%v: got %v, want %v", c.share, got, c.want)
		}
	}
	if list[0] != 5 {
		t.Error("the list was sorted in place")
	}
}

func TestMemoryIsReadAsLinuxWritesIt(t *testing.T) {
	m := parseMemory("Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t    1024 kB\nRssAnon:\t     512 kB\nRssFile:\t     256 kB\n")
	if want := (memory{1 << 20, 512 << 10, 256 << 10, 2 << 20}); m != want {
		t.Errorf("got %+v, want %+v", m, want)
	}
}

func TestDecades(t *testing.T) {
	for _, c := range []struct {
		values    []float64
		low, high int
	}{
		{[]float64{1000, 1e6}, 3, 6},
		{[]float64{20, 70}, 1, 2},
		{[]float64{0.5, 30}, -1, 2},
		{[]float64{100}, 2, 3},
		{[]float64{0, -1, math.Inf(1)}, 0, 1},
		{nil, 0, 1},
	} {
		if low, high := decades(c.values); low != c.low || high != c.high {
			t.Errorf("%v: got %d to %d, want %d to %d", c.values, low, high, c.low, c.high)
		}
	}
}

func TestAChartIsXMLWithEveryPoint(t *testing.T) {
	c := chart{title: "a < b", x: "chunks", lines: []line{
		{"text", []float64{1000, 10000}, []float64{20, 200}},
		{"vector", []float64{1000, 10000}, []float64{0, 50}},
	}}
	d := xml.NewDecoder(strings.NewReader(c.svg()))
	seen := map[string]int{}
	var words strings.Builder
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			seen[token.Name.Local]++
		case xml.CharData:
			words.Write(token)
		}
	}
	if seen["circle"] != 3 || seen["polyline"] != 2 {
		t.Errorf("got %d points in %d lines, want 3 in 2", seen["circle"], seen["polyline"])
	}
	for _, want := range []string{"a < b", "chunks", "text", "vector", "1,000", "10,000"} {
		if !strings.Contains(words.String(), want) {
			t.Errorf("the chart does not say %q", want)
		}
	}
	if n := number(6); n != "1,000,000" {
		t.Errorf("got %s", n)
	}
}
