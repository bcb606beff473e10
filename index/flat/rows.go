package flat

import (
	"math"
	"sync/atomic"
)

// slabRows is the number of rows that are allocated at a time.
// 1,024 rows * (256 * 4 B vector + 256 B codes + 32 B) = 1.3 MB.
const slabRows = 1024

// never is the version at which a living row dies.
const never = math.MaxUint64

// A slab holds rows in place: growing an index copies no vector.
//
// A row is written by the single writer while no reader can see it, and then
// published by its birth. Its death makes it invisible to later versions. A row
// is reused only when no reader that sees the old vector is left (see
// index.Row), which the new birth makes certain for readers of old versions.
type slab struct {
	dim          int
	vectors      []float32
	codes        []uint64
	meta         meta
	birth, death []atomic.Uint64

	// used is above every row that ever was written, and a multiple of 64.
	used atomic.Int32
}

// A meta holds the quantized of all rows, field by field.
type meta struct {
	scale, rest, norm []float32
	sum               []int32
}

func (m *meta) at(i int) quantized {
	return quantized{scale: m.scale[i], sum: m.sum[i], norm: m.norm[i], rest: m.rest[i]}
}

func (m *meta) set(i int, q quantized) {
	m.scale[i], m.sum[i], m.norm[i], m.rest[i] = q.scale, q.sum, q.norm, q.rest
}

func newSlab(dim int) *slab {
	s := &slab{
		dim:     dim,
		vectors: make([]float32, slabRows*dim),
		codes:   make([]uint64, slabRows*words(dim)),
		meta: meta{
			scale: make([]float32, slabRows),
			rest:  make([]float32, slabRows),
			norm:  make([]float32, slabRows),
			sum:   make([]int32, slabRows),
		},
		birth: make([]atomic.Uint64, slabRows),
		death: make([]atomic.Uint64, slabRows),
	}
	for i := range s.birth {
		s.birth[i].Store(never)
	}
	return s
}

// write puts v at i, invisible until publish.
func (s *slab) write(i int, v []float32) {
	// Birth first: a reader loads death, then birth, and so never takes the
	// old birth together with the new death.
	s.birth[i].Store(never)
	s.death[i].Store(never)
	copy(s.vector(i), v)
	s.meta.set(i, quantize(v, s.code(i)))
	s.used.Store(max(s.used.Load(), int32(i+64)&^63))
}

func (s *slab) publish(i int, version uint64) { s.birth[i].Store(version) }

func (s *slab) vector(i int) []float32 { return s.vectors[i*s.dim : (i+1)*s.dim] }

func (s *slab) code(i int) []uint64 {
	w := words(s.dim)
	return s.codes[i*w : (i+1)*w]
}

// alive says whether version sees row i.
func (s *slab) alive(i int, version uint64) bool {
	death := s.death[i].Load()
	return version < death && s.birth[i].Load() <= version
}
