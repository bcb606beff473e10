package vectors

import (
	"math"
	"sync/atomic"
	"unsafe"
)

// SlabSlots is the number of slots that are allocated at a time.
// 1,024 slots * (256 * 4 B vector + 256 B codes + 40 B) = 1.35 MB.
const SlabSlots = 1024

// never is the version at which a living row dies.
const never = math.MaxUint64

// A slab holds vectors in place: growing an index copies no vector.
//
// A slot is written by the single writer while no reader can see it, and then
// published by its birth. Its death makes it invisible to later versions. It is
// filled again only when no reader that sees the old vector is left, which the
// new birth makes certain for readers of old versions.
type slab struct {
	dim, width   int // width is dim, filled up with zeros to lines of the cache
	rows         []uint32
	vectors      []float32
	codes        []uint64
	meta         meta
	birth, death []atomic.Uint64

	// used is above every slot that ever was filled, and a multiple of 64.
	used atomic.Int32
}

// A meta holds the quantized of all rows, field by field.
type meta struct {
	scale, rest, norm []float32
	sum               []int32
	square            []float32 // the product with itself, for l2
}

func (m *meta) at(i int) quantized {
	return quantized{scale: m.scale[i], sum: m.sum[i], norm: m.norm[i], rest: m.rest[i]}
}

func (m *meta) set(i int, q quantized) {
	m.scale[i], m.sum[i], m.norm[i], m.rest[i] = q.scale, q.sum, q.norm, q.rest
}

// widthOf is the number of values that a row of dim takes: whole lines, 64 bytes.
func widthOf(dim int) int { return (dim + 15) &^ 15 }

func newSlab(dim int) *slab {
	width := widthOf(dim)
	s := &slab{
		dim:     dim,
		width:   width,
		rows:    make([]uint32, SlabSlots),
		vectors: make([]float32, SlabSlots*width),
		codes:   make([]uint64, SlabSlots*words(dim)),
		meta: meta{
			scale: make([]float32, SlabSlots),
			rest:  make([]float32, SlabSlots),
			norm:  make([]float32, SlabSlots),
			sum:   make([]int32, SlabSlots),

			square: make([]float32, SlabSlots),
		},
		birth: make([]atomic.Uint64, SlabSlots),
		death: make([]atomic.Uint64, SlabSlots),
	}
	for i := range s.birth {
		s.birth[i].Store(never)
	}
	return s
}

// write puts v at i, invisible until publish.
func (s *slab) write(t *Store, i int, row uint32, v []float32) {
	// Birth first: a reader loads death, then birth, and so never takes the
	// old birth together with the new death.
	s.birth[i].Store(never)
	s.death[i].Store(never)
	s.rows[i] = row
	full := s.full(i)
	copy(full, v)
	t.metric.fit(t.kernel, full)
	s.meta.set(i, t.kernel.quantize(full, s.dim, s.code(i)))
	s.meta.square[i] = t.kernel.dot(s.row(i), full)
	s.used.Store(max(s.used.Load(), int32(i+64)&^63))
}

func (s *slab) publish(i int, version uint64) { s.birth[i].Store(version) }

func (s *slab) vector(i int) []float32 { return s.full(i)[:s.dim:s.dim] }

// full is the vector with the zeros behind it.
func (s *slab) full(i int) []float32 { return s.vectors[i*s.width : (i+1)*s.width] }

// row is where the vector is.
func (s *slab) row(i int) unsafe.Pointer { return unsafe.Pointer(&s.vectors[i*s.width]) }

func (s *slab) code(i int) []uint64 {
	w := words(s.dim)
	return s.codes[i*w : (i+1)*w]
}

// alive says whether version sees a vector in slot i.
func (s *slab) alive(i int, version uint64) bool {
	death := s.death[i].Load()
	return version < death && s.birth[i].Load() <= version
}

func (s *slab) base() base {
	return base{codes: unsafe.Pointer(&s.codes[0]), scales: unsafe.Pointer(&s.meta.scale[0])}
}
