package dataflow

import (
	"fmt"
	"reflect"
)

// A Number is what Sum and Avg can add up.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64
}

// Sum adds up what by gives of the values. Sums of integers wrap around as Go's
// do. Sums of floating-point numbers are exact and rounded once, so they depend
// neither on the order of the values nor on what was retracted; NaN and infinite
// values count for as long as they are there. A change costs O(1); the memory is
// one number, of floating-point numbers nearly always one or two.
func Sum[V any, N Number](by func(V) N) Aggregator[V, N] {
	name := fmt.Sprintf("sum of %v", reflect.TypeFor[N]())
	if by == nil {
		return without[V, N](name, "a function")
	}
	return Aggregator[V, N]{name: name, same: []any{name, address(by)}, make: func(*builder) func() accumulator[V, N] {
		if fractional[N]() {
			kind := &floatKind[V, N]{
				by:     func(v V) float64 { return float64(by(v)) },
				result: func(s *floatSum[V, N]) N { return N(s.sum.value()) },
			}
			return func() accumulator[V, N] { return &floatSum[V, N]{kind: kind} }
		}
		kind := &intKind[V, N]{by}
		return func() accumulator[V, N] { return &intSum[V, N]{kind: kind} }
	}}
}

// Avg returns the mean of what by gives of the values: their sum, which is exact
// as that of Sum is and does not wrap around, divided by their number. Integers
// beyond 2^53 are first rounded to a float64.
func Avg[V any, N Number](by func(V) N) Aggregator[V, float64] {
	if by == nil {
		return without[V, float64]("avg", "a function")
	}
	return Aggregator[V, float64]{name: "avg", same: []any{"avg", reflect.TypeFor[N](), address(by)}, make: func(*builder) func() accumulator[V, float64] {
		kind := &floatKind[V, float64]{
			by:     func(v V) float64 { return float64(by(v)) },
			result: func(s *floatSum[V, float64]) float64 { return s.sum.value() / float64(s.n) },
		}
		return func() accumulator[V, float64] { return &floatSum[V, float64]{kind: kind} }
	}}
}

// fractional tells whether N has fractions.
func fractional[N Number]() bool {
	one, two := N(1), N(2)
	return one/two != 0
}

type intKind[V any, N Number] struct{ by func(V) N }

type intSum[V any, N Number] struct {
	kind    *intKind[V, N]
	sum     N
	changed bool // since the last save
}

func (s *intSum[V, N]) add(v V, diff int, _ Epoch) {
	s.sum, s.changed = s.sum+s.kind.by(v)*N(diff), true
}

func (s *intSum[V, N]) result() N   { return s.sum }
func (s *intSum[V, N]) empty() bool { return s.sum == 0 }

func (s *intSum[V, N]) load(_, value []byte) error {
	n, err := loadNumber(value)
	s.sum = N(n)
	return err
}

func (s *intSum[V, N]) save(put func(record, value []byte)) error {
	if s.changed {
		put(nil, savedNumber(int64(s.sum)))
		s.changed = false
	}
	return nil
}

type floatKind[V, R any] struct {
	by     func(V) float64
	result func(*floatSum[V, R]) R
}

// floatSum is an exact sum and the number of its terms.
type floatSum[V, R any] struct {
	kind    *floatKind[V, R]
	sum     exactSum
	n       int
	changed bool // since the last save
}

func (s *floatSum[V, R]) add(v V, diff int, _ Epoch) {
	s.sum.add(s.kind.by(v), diff)
	s.n += diff
	s.changed = true
}

func (s *floatSum[V, R]) result() R   { return s.kind.result(s) }
func (s *floatSum[V, R]) empty() bool { return s.n == 0 && s.sum.zero() }

// floatRecord is a floatSum as it is stored.
type floatRecord struct {
	_     struct{} `cbor:",toarray"`
	N     int
	Parts []float64
	Rare  *rareTerms
}

func (s *floatSum[V, R]) load(_, value []byte) error {
	r, err := CBOR[floatRecord]().Decode(value)
	s.n, s.sum = r.N, exactSum{r.Parts, r.Rare}
	return err
}

func (s *floatSum[V, R]) save(put func(record, value []byte)) error {
	if !s.changed {
		return nil
	}
	s.changed = false
	if s.empty() {
		put(nil, nil)
		return nil
	}
	b, err := CBOR[floatRecord]().Encode(nil, floatRecord{N: s.n, Parts: s.sum.parts, Rare: s.sum.rare})
	if err != nil {
		return fmt.Errorf("encoding a sum: %w", err)
	}
	put(nil, b)
	return nil
}
