package dataflow

import (
	"cmp"
	"math"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// A sketch is a HyperLogLog that can take values back; see CountDistinctApprox.
type sketch[V any, D comparable] struct {
	kind  *sketchKind[V, D]
	ranks rankedBag[uint32] // a cell for each register and rank, highest rank first
	highs *rankCounts       // nil while there are few cells
	cells int               // about how many
}

// rankCounts says how many registers have which rank as their highest; 0 is that
// of a register without values.
type rankCounts [64]int32

type sketchKind[V any, D comparable] struct {
	rankedKind[uint32]
	precision int
	hash      func(V) uint64
}

func newSketchKind[V any, D comparable](precision int, by func(V) D, durable bool) *sketchKind[V, D] {
	hash := stableHash[D]()
	return &sketchKind[V, D]{
		rankedKind[uint32]{cmp.Compare[uint32], CBOR[uint32](), durable}, precision,
		func(v V) uint64 { return hash(by(v)) },
	}
}

// stableHash returns a hash that is the same in every process.
func stableHash[D any]() func(D) uint64 {
	if f, ok := any(xxhash.Sum64String).(func(D) uint64); ok {
		return f
	}
	order := newValueOrder[D]()
	return func(d D) uint64 { return xxhash.Sum64(order.encoded(d)) }
}

// cell names the register of a hash and the rank of the rest of its bits: one
// more than the zeros in front. Of one register the highest rank is the smallest
// cell.
func (k *sketchKind[V, D]) cell(hash uint64) uint32 {
	register := uint32(hash >> (64 - k.precision))
	rank := 1 + bits.LeadingZeros64(hash<<k.precision|1<<(k.precision-1))
	return register<<6 | uint32(63-rank)
}

func registerOf(cell uint32) uint32 { return cell >> 6 }
func rankOf(cell uint32) int        { return 63 - int(cell&63) }

// fewCells is how many cells a result looks at one by one.
const fewCells = 128

func (s *sketch[V, D]) add(v V, diff int, _ Epoch) {
	cell := s.kind.cell(s.kind.hash(v))
	if s.highs == nil {
		s.put(cell, diff)
		return
	}
	before := s.high(cell)
	s.put(cell, diff)
	s.highs[before]--
	s.highs[s.high(cell)]++
}

func (s *sketch[V, D]) put(cell uint32, diff int) {
	s.ranks.add(&s.kind.rankedKind, cell, diff)
	if s.cells++; s.highs == nil && s.cells > fewCells {
		s.count()
	}
}

// high returns the highest rank in the register of a cell.
func (s *sketch[V, D]) high(cell uint32) int {
	first := registerOf(cell) << 6
	if c, ok := s.ranks.have.from(s.kind.compare, first); ok && registerOf(c) == registerOf(cell) {
		return rankOf(c)
	}
	return 0
}

// count counts the cells, and the highest ranks if there are many.
func (s *sketch[V, D]) count() {
	s.cells = 0
	for range s.ranks.have.all() {
		s.cells++
	}
	if s.cells > fewCells/2 {
		s.highs = s.counted()
	}
}

func (s *sketch[V, D]) counted() *rankCounts {
	highs, last := new(rankCounts), -1
	highs[0] = 1 << s.kind.precision
	for c := range s.ranks.have.all() {
		if register := int(registerOf(c)); register != last {
			highs[0]--
			highs[rankOf(c)]++
			last = register
		}
	}
	return highs
}

func (s *sketch[V, D]) result() int {
	highs := s.highs
	if highs == nil {
		highs = s.counted()
	}
	return int(math.Round(highs.estimate(s.kind.precision)))
}

func (s *sketch[V, D]) empty() bool { return s.ranks.empty() }

func (s *sketch[V, D]) load(record, value []byte) error {
	s.cells++
	return s.ranks.load(&s.kind.rankedKind, record, value)
}

func (s *sketch[V, D]) save(put func(record, value []byte)) error {
	return s.ranks.save(&s.kind.rankedKind, put)
}

// estimate is algorithm 6 of Ertl.
func (c *rankCounts) estimate(precision int) float64 {
	m, top := float64(int(1)<<precision), 64-precision
	z := m * ertlTau(1-float64(c[top+1])/m)
	for k := top; k >= 1; k-- {
		z = 0.5 * (z + float64(c[k]))
	}
	z += m * ertlSigma(float64(c[0])/m)
	return m * m / (2 * math.Ln2 * z)
}

// ertlSigma is x + the sum of x^(2^k) * 2^(k-1) over k >= 1.
func ertlSigma(x float64) float64 {
	if x == 1 {
		return math.Inf(1)
	}
	for y, z := 1.0, x; ; y *= 2 {
		x *= x
		before := z
		if z += x * y; z == before {
			return z
		}
	}
}

// ertlTau is a third of 1 - x - the sum of (1 - x^(2^-k))^2 * 2^-k over k >= 1.
func ertlTau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	for y, z := 0.5, 1-x; ; y *= 0.5 {
		x = math.Sqrt(x)
		before := z
		if z -= (1 - x) * (1 - x) * y; z == before {
			return z / 3
		}
	}
}
