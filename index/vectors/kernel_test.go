package vectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// filled returns a slab of n random rows of all kinds.
func filled(r *rand.Rand, dim, n int) *slab {
	s := newSlab(shapeOf(dim, false))
	for i := range n {
		s.write(plain(), 1, i, uint32(i), random(r, dim, r.IntN(21)))
		s.publish(i, 1)
	}
	return s
}

// The bound is what makes the scan exact: it must hold for any two vectors.
func TestBoundIsNeverBelowTheProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var product [1]int32
	for i := range 3000 {
		dim := 1 + r.IntN(150)
		query, s := random(r, dim, i), newSlab(shapeOf(dim, false))
		s.write(plain(), 1, 0, 0, random(r, dim, i/2))
		for _, k := range kernels() {
			p := newProbe(k, query)
			exact := float32(p.score(s, 0))
			if bound := p.boundOf(s, 0, product[:]); !(bound >= exact) {
				t.Fatalf("%s, dim %d, pair %d: bound %v, product %v", k.name, dim, i, bound, exact)
			}
		}
	}
}

// checkKernels compares every kernel with the portable one, bit by bit, also
// with a floor that is the bound of a row.
func checkKernels(t *testing.T, s *slab, rows int, query []float32, floor float32) {
	t.Helper()
	var want sieve
	p := newProbe(portable(), query)
	want.fill(p, s, 1, nil, floor)
	checkSieve(t, s, rows, query, floor, &want)
	if rows > 0 {
		floor = want.bounds[rows/2]
		want.fill(p, s, 1, nil, floor)
		checkSieve(t, s, rows, query, floor, &want)
	}
}

func checkSieve(t *testing.T, s *slab, rows int, query []float32, floor float32, want *sieve) {
	t.Helper()
	for _, k := range kernels() {
		var got sieve
		probe := newProbe(k, query)
		got.fill(probe, s, 1, nil, floor)
		for i := range rows {
			if got.products[i] != want.products[i] {
				t.Fatalf("%s, dim %d, row %d of %d: product %d, want %d", k.name, len(query), i, rows, got.products[i], want.products[i])
			}
			if !same(got.bounds[i], want.bounds[i]) {
				t.Fatalf("%s, dim %d, row %d of %d: bound %v, want %v", k.name, len(query), i, rows, got.bounds[i], want.bounds[i])
			}
			if a, b := float32(probe.score(s, i)), Dot(query, vectorOf(s, i)); !same(a, b) {
				t.Fatalf("%s, dim %d, row %d of %d: score %v, want %v", k.name, len(query), i, rows, a, b)
			}
			// Of rows that do not follow each other, each is computed alone.
			var product [1]int32
			if b := probe.boundOf(s, i, product[:]); !same(b, want.bounds[i]) || product[0] != want.products[i] {
				t.Fatalf("%s, dim %d, row %d of %d alone: %d and %v, want %d and %v", k.name, len(query), i, rows, product[0], b, want.products[i], want.bounds[i])
			}
		}
		for i := range 64 * want.words {
			a, b := got.mask[i/64]>>(i%64)&1, want.mask[i/64]>>(i%64)&1
			if i < rows && a != b {
				t.Fatalf("%s, dim %d, row %d of %d: bit %d, want %d", k.name, len(query), i, rows, a, b)
			}
		}
	}
}

func same(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

func TestKernelsGiveTheSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	dims := []int{384, 768, 1024, 1536}
	for dim := 1; dim <= 200; dim += 1 + dim/16 {
		dims = append(dims, dim)
	}
	for _, dim := range dims {
		for _, rows := range []int{1, 3, 64, 65, 70} {
			query := random(r, dim, r.IntN(21))
			checkKernels(t, filled(r, dim, rows), rows, query, float32(r.NormFloat64()))
		}
	}
}

// The largest codes of both signs, over and over: nothing overflows.
func TestLargestCodesDoNotOverflow(t *testing.T) {
	for _, dim := range []int{64, 4097, maxDim} {
		s := newSlab(shapeOf(dim, false))
		high, low := make([]float32, dim), make([]float32, dim)
		for i := range high {
			high[i], low[i] = 1, -1
		}
		s.write(plain(), 1, 0, 0, high)
		s.write(plain(), 1, 1, 1, low)
		s.publish(0, 1)
		s.publish(1, 1)
		for _, query := range [][]float32{high, low} {
			checkKernels(t, s, 2, query, 0)
			p := newProbe(portable(), query)
			var product [1]int32
			p.boundOf(s, 0, product[:])
			want := int32(dim) * codeMax * codeMax
			if query[0] < 0 {
				want = -want
			}
			if got := product[0] - p.weights.zero; got != want {
				t.Errorf("dim %d: product %d, want %d", dim, got, want)
			}
		}
	}
}

// The kernels write what they are told, for any number of rows and any place
// where these begin.
func TestKernelsStayInTheirBounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	const dim, mark = 100, math.MinInt32
	s := filled(r, dim, 64)
	query := random(r, dim, 0)
	w := words(dim)
	for _, k := range kernels() {
		if k.products == nil {
			continue
		}
		p, all := newProbe(k, query), make([]int32, 64)
		k.products(all, s.codes, p.codes)
		for first := range 12 {
			for n := range 12 {
				got := slices.Repeat([]int32{mark}, n+2)
				k.products(got[1:n+1], s.codes[first*w:], p.codes)
				if want := slices.Concat([]int32{mark}, all[first:first+n], []int32{mark}); !slices.Equal(got, want) {
					t.Fatalf("%s, %d rows from %d: got %v, want %v", k.name, n, first, got, want)
				}
			}
		}
		mask, bounds := []uint64{7, 7, 7}, make([]float32, 130)
		bounds[64] = 5
		k.bounds(mask[1:2], bounds[:64], all, &s.meta, &p.weights, float32(math.Inf(-1)))
		if mask[0] != 7 || mask[1] != math.MaxUint64 || mask[2] != 7 || bounds[64] != 5 {
			t.Errorf("%s: masks %x, bound behind the end %v", k.name, mask, bounds[64])
		}
	}
}

func FuzzKernels(f *testing.F) {
	f.Add(uint64(1), uint16(256), uint8(5), float32(0))
	f.Add(uint64(2), uint16(1), uint8(64), float32(math.Inf(-1)))
	f.Add(uint64(3), uint16(65), uint8(3), float32(1e30))
	f.Add(uint64(4), uint16(127), uint8(1), float32(math.NaN()))
	f.Fuzz(func(t *testing.T, seed uint64, dim uint16, rows uint8, floor float32) {
		r := rand.New(rand.NewPCG(seed, 4))
		d, n := 1+int(dim%1100), int(rows%100)
		s, query := filled(r, d, n), random(r, d, r.IntN(21))
		checkKernels(t, s, n, query, floor)
		if n > 0 {
			checkHop(t, r, []*slab{s, nil, s}, n, query)
		}
	})
}
