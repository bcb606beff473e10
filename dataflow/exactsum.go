package dataflow

import (
	"math"
	"math/big"
)

// An exactSum is a sum of floating-point numbers without any error, so that
// taking a number back leaves what was there before, bit by bit, in whatever
// order numbers come and go. It is an expansion: a list of numbers of growing
// size that do not overlap, whose sum is exact (Shewchuk, "Adaptive precision
// floating-point arithmetic and fast robust geometric predicates", 1997). The
// result is rounded once, as Python's math.fsum does.
type exactSum struct {
	parts []float64 // nearly always one or two
	rare  *rareTerms
}

// rareTerms are numbers that an expansion cannot hold.
type rareTerms struct {
	NaN, Plus, Minus int       // how many are not a number, +Inf and -Inf
	Huge             []float64 // expansion of the huge ones, each times 2^-128
}

// Numbers below huge can be added 2^63 times without overflow; larger ones are
// scaled down, which loses nothing of them.
const (
	huge      = 0x1p960
	hugeScale = 128
)

// add adds diff times v.
func (s *exactSum) add(v float64, diff int) {
	switch size := math.Abs(v); {
	case size < huge:
		s.parts = grow(s.parts, v, diff)
	case size <= math.MaxFloat64:
		r := s.rares()
		r.Huge = grow(r.Huge, math.Ldexp(v, -hugeScale), diff)
	case v > 0:
		s.rares().Plus += diff
	case v < 0:
		s.rares().Minus += diff
	default:
		s.rares().NaN += diff
	}
	if s.rare != nil && s.rare.none() {
		s.rare = nil
	}
}

func (s *exactSum) rares() *rareTerms {
	if s.rare == nil {
		s.rare = new(rareTerms)
	}
	return s.rare
}

func (r *rareTerms) none() bool {
	return r.NaN == 0 && r.Plus == 0 && r.Minus == 0 && len(r.Huge) == 0
}

// exactFactor is the largest diff that is exact as a float64.
const exactFactor = 1 << 53

// grow adds diff times v to an expansion.
func grow(parts []float64, v float64, diff int) []float64 {
	switch {
	case diff == 1:
		return growOnce(parts, v)
	case diff == -1:
		return growOnce(parts, -v)
	case diff > exactFactor || diff < -exactFactor:
		low := diff % (1 << 32)
		return growProduct(growProduct(parts, v, float64(diff-low)), v, float64(low))
	}
	return growProduct(parts, v, float64(diff))
}

func growProduct(parts []float64, a, b float64) []float64 {
	product := a * b
	return growOnce(growOnce(parts, math.FMA(a, b, -product)), product)
}

// growOnce is Shewchuk's Grow-Expansion without the zeros.
func growOnce(parts []float64, x float64) []float64 {
	kept := 0
	for _, y := range parts {
		if math.Abs(x) < math.Abs(y) {
			x, y = y, x
		}
		high := x + y
		if low := y - (high - x); low != 0 {
			parts[kept] = low
			kept++
		}
		x = high
	}
	parts = parts[:kept]
	if x != 0 {
		parts = append(parts, x)
	}
	return parts
}

// zero tells whether the sum is 0 and nothing in it is infinite or not a number.
func (s *exactSum) zero() bool { return len(s.parts) == 0 && s.rare == nil }

// value returns the float64 nearest to the sum, of two the even one.
func (s *exactSum) value() float64 {
	r := s.rare
	switch {
	case r == nil:
		return rounded(s.parts)
	case r.NaN > 0 || r.Plus > 0 && r.Minus > 0:
		return math.NaN()
	case r.Plus > 0:
		return math.Inf(1)
	case r.Minus > 0:
		return math.Inf(-1)
	}
	return s.wide()
}

// wide adds up the parts and the huge ones as one number of 2,400 bits: from
// 2^-1074 to 2^1024, times 2^63 numbers.
func (s *exactSum) wide() float64 {
	sum := new(big.Float).SetPrec(2400)
	for _, p := range s.rare.Huge {
		sum.Add(sum, new(big.Float).SetMantExp(big.NewFloat(p), hugeScale))
	}
	for _, p := range s.parts {
		sum.Add(sum, big.NewFloat(p))
	}
	f, _ := sum.Float64()
	return f
}

// rounded adds up an expansion from the large end, until something is lost.
func rounded(parts []float64) float64 {
	n := len(parts)
	if n == 0 {
		return 0
	}
	n--
	high, low := parts[n], 0.0
	for n > 0 && low == 0 {
		n--
		x, y := high, parts[n]
		high = x + y
		low = y - (high - x)
	}
	// Halfway between two numbers, what is left says to which side.
	if n > 0 && (low < 0 && parts[n-1] < 0 || low > 0 && parts[n-1] > 0) {
		twice := 2 * low
		if x := high + twice; x-high == twice {
			high = x
		}
	}
	return high
}
