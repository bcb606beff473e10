package dataflow

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func inf() float64 { return math.Inf(1) }
func nan() float64 { return math.NaN() }

// randomFloat has any exponent, and often one near those of others.
func randomFloat(r *rand.Rand) float64 {
	switch r.IntN(8) {
	case 0:
		return math.Float64frombits(r.Uint64() &^ (1 << 62)) // small, subnormal too
	case 1:
		return math.Ldexp(r.Float64()-0.5, 1024)
	case 2:
		return float64(r.IntN(100))
	case 3:
		return []float64{huge, -huge, math.Nextafter(huge, 0), math.MaxFloat64, -math.MaxFloat64, 5e-324, 0x1p-1022}[r.IntN(7)]
	}
	return math.Ldexp(r.NormFloat64(), r.IntN(120)-60)
}

type floatTerm struct {
	v float64
	n int
}

// bigSum adds up terms with 4,000 bits.
func bigSum(terms []floatTerm) float64 {
	sum := new(big.Float).SetPrec(4000)
	for _, x := range terms {
		v := new(big.Float).SetPrec(4000).SetFloat64(x.v)
		sum.Add(sum, v.Mul(v, new(big.Float).SetInt64(int64(x.n))))
	}
	f, _ := sum.Float64()
	return f
}

// Whatever comes and goes in whatever order, the sum is that of what is left,
// rounded once.
func TestExactSumIsExact(t *testing.T) {
	for range 20 * *trials {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		var kept, all []floatTerm
		for range 1 + r.IntN(20) {
			x := floatTerm{randomFloat(r), []int{1, 1, 1, -1, 3, -7, 1 << 40, math.MaxInt64 >> 5}[r.IntN(8)]}
			if all = append(all, x); r.IntN(2) == 0 {
				all = append(all, floatTerm{x.v, -x.n})
			} else {
				kept = append(kept, x)
			}
		}
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var s exactSum
		for _, x := range all {
			s.add(x.v, x.n)
		}
		if got, want := s.value(), bigSum(kept); got != want {
			t.Fatalf("seed %d: the sum of %v is %g, want %g", seed, all, got, want)
		}
		for _, x := range kept {
			s.add(x.v, -x.n)
		}
		if !s.zero() {
			t.Fatalf("seed %d: %v is left of nothing", seed, s)
		}
	}
}

func TestExactSumOfWhatIsNoNumber(t *testing.T) {
	var s exactSum
	for _, c := range []struct {
		v    float64
		diff int
		want float64
	}{
		{1.5, 1, 1.5}, {inf(), 1, inf()}, {nan(), 1, nan()}, {nan(), -1, inf()}, {-inf(), 1, nan()},
		{inf(), -1, -inf()}, {-inf(), -1, 1.5}, {math.MaxFloat64, 2, inf()}, {math.MaxFloat64, -2, 1.5}, {1.5, -1, 0},
	} {
		s.add(c.v, c.diff)
		if got := s.value(); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("after %g, %+d times, it is %g, want %g", c.v, c.diff, got, c.want)
		}
	}
	if !s.zero() {
		t.Errorf("%v is left of nothing", s)
	}
}

// Halfway cases, of CPython's test_math.py (testFsum).
func TestExactSumRoundsHalfToEven(t *testing.T) {
	for _, c := range []struct {
		terms []float64
		want  float64
	}{
		{[]float64{1e100, 1.0, -1e100, 1e-100, 1e50, -1.0, -1e50}, 1e-100},
		{[]float64{0x1p53, -0.5, -0x1p-54}, 0x1p53 - 1},
		{[]float64{0x1p53, 1.0, 0x1p-100}, 0x1p53 + 2},
		{[]float64{0x1p53 + 10, 1.0, 0x1p-100}, 0x1p53 + 12},
		{[]float64{0x1p53 - 4, 0.5, 0x1p-54}, 0x1p53 - 3},
		{[]float64{1e16, 1., 1e-16}, 10000000000000002},
		{[]float64{1e16 - 2., 1. - 0x1p-53, -(1e16 - 2.), -(1. - 0x1p-53)}, 0},
	} {
		var s exactSum
		for _, v := range c.terms {
			s.add(v, 1)
		}
		if got := s.value(); got != c.want {
			t.Errorf("the sum of %v is %g, want %g", c.terms, got, c.want)
		}
	}
}
