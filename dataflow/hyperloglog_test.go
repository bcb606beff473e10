package dataflow

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func newTestSketch(precision int) *sketch[string, string] {
	return &sketch[string, string]{kind: newSketchKind(precision, func(v string) string { return v }, true)}
}

// The error is what the paper says, for few values and for many.
func TestSketchIsAsNearAsItSays(t *testing.T) {
	for _, c := range []struct{ precision, values, sketches int }{
		{8, 10, 200}, {8, 300, 200}, {10, 5000, 50}, {12, 3000, 30}, {12, 50000, 6},
	} {
		t.Run(fmt.Sprintf("precision %d, %d values", c.precision, c.values), func(t *testing.T) {
			squares, sum := 0.0, 0.0
			for i := range c.sketches {
				s := newTestSketch(c.precision)
				for v := range c.values {
					s.add(fmt.Sprint("value ", i, " ", v), 1+v%3, 1)
				}
				e := float64(s.result())/float64(c.values) - 1
				squares, sum = squares+e*e, sum+e
			}
			want := 1.04 / math.Sqrt(float64(int(1)<<c.precision))
			deviation := math.Sqrt(squares / float64(c.sketches))
			bias := math.Abs(sum) / float64(c.sketches)
			if deviation > 1.5*want {
				t.Errorf("the error is %.4f, want %.4f", deviation, want)
			}
			if bias > 4*want/math.Sqrt(float64(c.sketches))+0.5/float64(c.values) {
				t.Errorf("the bias is %.4f", bias)
			}
		})
	}
}

// A sketch from which values were taken back is that of the others.
func TestSketchForgetsWhatIsRetracted(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	s, want := newTestSketch(8), newTestSketch(8)
	var deltas []Delta[string]
	for v := range 3000 {
		name := fmt.Sprint("value ", v)
		if deltas = append(deltas, Delta[string]{name, 1}); v%3 > 0 {
			deltas = append(deltas, Delta[string]{name, -1})
		} else {
			want.add(name, 1, 1)
		}
	}
	r.Shuffle(len(deltas), func(i, j int) { deltas[i], deltas[j] = deltas[j], deltas[i] })
	for _, d := range deltas {
		s.add(d.Value, d.Diff, 1)
	}
	if got, want := s.result(), want.result(); got != want {
		t.Errorf("seed %d: got %d, want %d", seed, got, want)
	}
	if *s.highs != *s.counted() {
		t.Errorf("seed %d: the highest ranks are %v, counted anew %v", seed, *s.highs, *s.counted())
	}
}

// State that an older program wrote is read with the hash of this one.
func TestSketchesOfAllProcessesAreTheSame(t *testing.T) {
	if got := stableHash[string]()("a"); got != 0xd24ec4f1a98c6e5b {
		t.Errorf("the hash of a string is %#x", got)
	}
	if got := stableHash[int]()(1); got != 0x8a4127811b21e730 {
		t.Errorf("the hash of a number is %#x", got)
	}
}
