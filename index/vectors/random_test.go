package vectors

import (
	"math"
	"math/rand/v2"
)

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

// newProbe returns a probe for v that computes products.
func newProbe(k *kernel, v []float32) *Probe {
	p := new(Probe)
	p.set(k, dot, shapeOf(len(v), false), v)
	return p
}

// plain is a store for slabs that are written alone.
func plain() *Store { return &Store{metric: dot, kernel: portable()} }

// vectorOf is the vector in place i of a slab.
func vectorOf(s *slab, i int) []float32 { return s.full(i)[:s.dim] }
