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
	shape
	rows         []uint32
	parts        [slabParts]unsafe.Pointer // where partSlots vectors each begin
	codes        []uint64
	meta         meta
	birth, death []atomic.Uint64
	*state

	// file is what the slices lie in, if they are mapped: all of them, or, if
	// mapped is not 0, the vectors of its parts.
	file   *mapping
	mapped uint64
}

// A state is what all copies of a slab share.
type state struct {
	// used is above every slot that ever was filled, and a multiple of 64.
	used atomic.Int32

	// filled is the last version that has filled a slot, set before it does.
	filled atomic.Uint64
}

// A part is as much of the vectors as is replaced together, when one of them is
// filled again and they lie in a file: 16 * 1 KB.
const (
	partSlots = 16
	slabParts = SlabSlots / partSlots
)

// A shape is how vectors of some dimensions lie.
type shape struct {
	dim   int
	width int  // dim, filled up with zeros to lines of the cache, 64 bytes
	half  bool // values have 16 bits, not 32
}

func shapeOf(dim int, half bool) shape {
	if half {
		return shape{dim: dim, width: (dim + 31) &^ 31, half: true}
	}
	return shape{dim: dim, width: widthOf(dim)}
}

// stride is the number of bytes from a vector to the next.
func (s shape) stride() int {
	if s.half {
		return 2 * s.width
	}
	return 4 * s.width
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

func newSlab(sh shape) *slab {
	s := &slab{
		shape: sh,
		rows:  make([]uint32, SlabSlots),
		codes: make([]uint64, SlabSlots*words(sh.dim)),
		meta: meta{
			scale:  make([]float32, SlabSlots),
			rest:   make([]float32, SlabSlots),
			norm:   make([]float32, SlabSlots),
			sum:    make([]int32, SlabSlots),
			square: make([]float32, SlabSlots),
		},
	}
	vectors := make([]uint64, SlabSlots*s.stride()/8)
	s.place(unsafe.Pointer(&vectors[0]))
	s.empty()
	return s
}

// place says that all vectors lie from at on.
func (s *slab) place(at unsafe.Pointer) {
	for i := range s.parts {
		s.parts[i] = unsafe.Add(at, i*partSlots*s.stride())
	}
}

// empty makes s a slab that sees nothing.
func (s *slab) empty() {
	s.state = new(state)
	s.birth = make([]atomic.Uint64, SlabSlots)
	s.death = make([]atomic.Uint64, SlabSlots)
	for i := range s.birth {
		s.birth[i].Store(never)
	}
}

// write puts v at i, invisible until publish.
func (s *slab) write(t *Store, version uint64, i int, row uint32, v []float32) {
	// Birth first: a reader loads death, then birth, and so never takes the
	// old birth together with the new death.
	s.birth[i].Store(never)
	s.death[i].Store(never)
	s.filled.Store(version)
	s.rows[i] = row
	full := s.full(i)
	if s.half {
		full = resized(t.wide, s.width)
		t.wide = full
	}
	clear(full[copy(full, v):])
	t.metric.fit(t.kernel, full)
	if s.half {
		narrow(s.row(i), full)
		t.kernel.widen(full, s.row(i))
	}
	s.meta.set(i, t.kernel.quantize(full, s.dim, s.code(i)))
	s.meta.square[i] = t.kernel.dot(unsafe.Pointer(&full[0]), full)
	s.used.Store(max(s.used.Load(), int32(i+64)&^63))
}

func (s *slab) publish(i int, version uint64) { s.birth[i].Store(version) }

// full is the vector with the zeros behind it, if it is not in 16 bits.
func (s *slab) full(i int) []float32 {
	if s.half {
		return nil
	}
	return unsafe.Slice((*float32)(s.row(i)), s.width)
}

// row is where the vector is.
func (s *slab) row(i int) unsafe.Pointer {
	return unsafe.Add(s.parts[i/partSlots], i%partSlots*s.stride())
}

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
