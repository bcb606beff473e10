package flat

import (
	"math"
	"math/rand/v2"
	"testing"

	"ragserver/index"
	"ragserver/index/indextest"
)

func TestLeg(t *testing.T) {
	for _, workers := range []int{0, 1} {
		indextest.Run(t, indextest.Subject{
			Vector: true,
			Open: func(t testing.TB, dir string) index.Leg {
				l, err := New(Config{Workers: workers})
				if err != nil {
					t.Fatal(err)
				}
				return l
			},
		})
	}
}

// The bound is what makes the scan exact: it must hold for any two vectors.
func TestBoundIsNeverBelowTheProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 3000 {
		dim := 1 + r.IntN(70)
		a, b := random(r, dim, i), random(r, dim, i/2)
		codes := make([]uint64, words(dim))
		row := quantize(b, codes)
		exact := Dot(a, b)
		for _, p := range []*probe{newProbe(a), slowProbe(a)} {
			if bound := p.bound(codes, &row); bound < exact || math.IsNaN(float64(bound)) {
				t.Fatalf("dim %d, pair %d: bound %v, product %v", dim, i, bound, exact)
			}
		}
	}
}

// slowProbe is the probe of a processor without AVX2.
func slowProbe(v []float32) *probe {
	p := newProbe(v)
	if p.signed != nil {
		p.signed = nil
		p.lanes()
	}
	return p
}

// TestProductsAreThoseOfTheCodes compares both ways to multiply codes, for
// several rows at a time, with the largest codes too.
func TestProductsAreThoseOfTheCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, dim := range []int{25, 32, 60, 64, 250, 256, 1024} {
		const rows = 5
		w := words(dim)
		query, codes := random(r, dim, 1+3*r.IntN(2)), make([]uint64, rows*w)
		var meta [rows]quantized
		for i := range meta {
			meta[i] = quantize(random(r, dim, i), codes[i*w:(i+1)*w])
		}
		p, slow := newProbe(query), slowProbe(query)
		if p.signed == nil {
			continue // this processor has one way only
		}
		var got [rows]int32
		products(got[:], codes, p.signed)
		for i := range meta {
			sum := float32(codeDot(codes[i*w:(i+1)*w], slow.even, slow.odd))
			if want := sum + slow.offset - codeZero*meta[i].sum; float32(got[i]-p.zero) != want {
				t.Errorf("dim %d, row %d: got %d, want %v", dim, i, got[i]-p.zero, want)
			}
		}
	}
}

// random returns vectors of all sorts of lengths and shapes.
func random(r *rand.Rand, dim, kind int) []float32 {
	v := make([]float32, dim)
	scale := math.Pow(10, float64(kind%7-3))
	for i := range v {
		switch kind % 3 {
		case 0:
			v[i] = float32(r.NormFloat64() * scale)
		case 1:
			v[i] = float32(scale)
		case 2:
			if r.IntN(5) == 0 {
				v[i] = float32((r.Float64() - 0.5) * scale)
			}
		}
	}
	return v
}

func TestParallelScanFindsTheSame(t *testing.T) {
	const n = parallelRows + 1234
	var changes []index.Change
	for i := range n {
		changes = append(changes, indextest.Add(i%5000, index.Row(i)))
	}
	var found [][]index.Scored
	for _, workers := range []int{1, 3} {
		l, err := New(Config{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Apply(t.Context(), 1, changes); err != nil {
			t.Fatal(err)
		}
		list, err := l.Snapshot().Search(t.Context(), index.Query{Vector: indextest.Vector(7), K: 50})
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, list)
	}
	for i := range 50 {
		if found[0][i] != found[1][i] {
			t.Fatalf("place %d: %v with one worker, %v with three", i, found[0][i], found[1][i])
		}
	}
}

func TestVectorsThatAreNoNumbersAreRefused(t *testing.T) {
	l, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		v := indextest.Vector(1)
		v[3] = float32(x)
		if err := l.Apply(t.Context(), 1, []index.Change{{Row: 1, Diff: 1, Vector: v}}); err == nil {
			t.Errorf("a vector with %v was taken", x)
		}
	}
}

func BenchmarkScan(b *testing.B) {
	const rows, dim = 70_000, 256
	r := rand.New(rand.NewPCG(1, 1))
	centers := make([][]float32, 200)
	for i := range centers {
		centers[i] = random(r, dim, 3)
	}
	vector := func() []float32 {
		v := make([]float32, dim)
		c := centers[r.IntN(len(centers))]
		for i := range v {
			v[i] = c[i] + float32(r.NormFloat64())
		}
		n := norm(v)
		for i := range v {
			v[i] /= n
		}
		return v
	}
	var changes []index.Change
	for i := range rows {
		changes = append(changes, index.Change{Row: index.Row(i), Diff: 1, Vector: vector()})
	}
	for _, workers := range []int{1, 2} {
		l, err := New(Config{Workers: workers})
		if err != nil {
			b.Fatal(err)
		}
		if err := l.Apply(b.Context(), 1, changes); err != nil {
			b.Fatal(err)
		}
		s := l.Snapshot()
		for _, k := range []int{10, 100} {
			q := index.Query{Vector: vector(), K: k}
			b.Run(name(workers, k), func(b *testing.B) {
				for b.Loop() {
					if _, err := s.Search(b.Context(), q); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func name(workers, k int) string {
	return map[int]string{1: "one", 2: "two"}[workers] + map[int]string{10: "/k10", 100: "/k100"}[k]
}
