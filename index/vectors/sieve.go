package vectors

import (
	"math"
	"math/bits"

	"ragserver/index"
)

// slabWords is the size of a set of the slots of a slab.
const slabWords = SlabSlots / 64

// A sieve finds the rows of a slab that can be among the best.
type sieve struct {
	products [SlabSlots]int32
	bounds   [SlabSlots]float32
	mask     [slabWords]uint64 // the rows whose bounds are not below the floor
	words    int               // of mask that are in use
}

// fill computes the bounds of rows that are allowed and that version sees, and
// with assembly those of all others, too.
func (v *sieve) fill(p *Probe, s *slab, version uint64, allowed []uint64, floor float32) {
	n := int(s.used.Load())
	v.words = n / 64
	if p.kernel.products == nil {
		v.fillLiving(p, s, version, allowed, floor)
		return
	}
	p.kernel.products(v.products[:n], s.codes, p.codes)
	if p.metric == l2 {
		p.kernel.bounds(v.mask[:v.words], v.bounds[:n], v.products[:n], &s.meta, &p.weights, float32(math.Inf(-1)))
		v.measureLiving(p, s, version, allowed, floor)
		return
	}
	p.kernel.bounds(v.mask[:v.words], v.bounds[:n], v.products[:n], &s.meta, &p.weights, floor)
}

// fillLiving is fill for Go, which must not look at what is being written.
func (v *sieve) fillLiving(p *Probe, s *slab, version uint64, allowed []uint64, floor float32) {
	clear(v.mask[:v.words])
	for i := range 64 * v.words {
		if allowed != nil && allowed[i/64]>>(i%64)&1 == 0 || !s.alive(i, version) {
			continue
		}
		v.bounds[i] = p.boundOf(s, i, v.products[i:i+1])
		if !(v.bounds[i] < floor) {
			v.mask[i/64] |= 1 << (i % 64)
		}
	}
}

// measureLiving turns bounds of products into those of distances.
func (v *sieve) measureLiving(p *Probe, s *slab, version uint64, allowed []uint64, floor float32) {
	clear(v.mask[:v.words])
	for i := range 64 * v.words {
		if allowed != nil && allowed[i/64]>>(i%64)&1 == 0 || !s.alive(i, version) {
			continue
		}
		v.bounds[i] = farthest(v.bounds[i], p.square, s.meta.square[i])
		if !(v.bounds[i] < floor) {
			v.mask[i/64] |= 1 << (i % 64)
		}
	}
}

// push offers the vectors that are left, are in allowed, if that is not nil, and
// alive. The floor rises meanwhile.
func (v *sieve) push(p *Probe, s *slab, version uint64, allowed []uint64, best *index.Top) {
	v.announce(p, s, allowed)
	floor := float32(best.Floor())
	for w, left := range v.mask[:v.words] {
		if allowed != nil {
			left &= allowed[w]
		}
		for ; left != 0; left &= left - 1 {
			i := 64*w + bits.TrailingZeros64(left)
			if v.bounds[i] < floor || !s.alive(i, version) {
				continue
			}
			if best.Push(s.rows[i], p.score(s, i)) {
				floor = float32(best.Floor())
			}
		}
	}
}

// left is the number of rows that are not below the floor.
func (v *sieve) left() int {
	n := 0
	for _, w := range v.mask[:v.words] {
		n += bits.OnesCount64(w)
	}
	return n
}

// announce begins to load what push is going to look at.
func (v *sieve) announce(p *Probe, s *slab, allowed []uint64) {
	for w, left := range v.mask[:v.words] {
		if allowed != nil {
			left &= allowed[w]
		}
		for ; left != 0; left &= left - 1 {
			p.kernel.fetchVector(s, 64*w+bits.TrailingZeros64(left))
		}
	}
}
