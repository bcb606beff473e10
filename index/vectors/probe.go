package vectors

import (
	"fmt"
	"runtime"
	"unsafe"
)

// A Probe is a query prepared to be compared with vectors. Any number of
// goroutines may use it at a time, except to set it. The zero value has no query;
// what one has allocated is used again when it is set again.
type Probe struct {
	kernel    *kernel
	vector    []float32 // filled up with zeros
	codes     []uint64  // as a row's, but without their offset
	even, odd []uint64  // reversed lanes for codeDot, where there is no assembly
	weights   weights
	metric    metric
	square    float32 // the vector's product with itself

	own  []float32 // the vector, if it is not a slot's
	slab *slab     // of the vector otherwise: it may lie in a file of the slab's
}

// weights are what a query contributes to bounds. The assembly knows the order.
type weights struct {
	zero  int32   // what the offset of a row's codes adds to a product
	scale float32 // of the query's codes, times that of the row's
	rest  float32 // what a row's rest counts
	norm  float32 // what a row's norm counts
}

// NewProbe prepares a query. It returns nil without an error if the table is
// empty or there is no query, and an error if the two cannot be compared.
func (t *Table) NewProbe(query []float32) (*Probe, error) {
	if len(query) == 0 || t.live == 0 {
		return nil, nil
	}
	p := new(Probe)
	if err := p.SetQuery(t, query); err != nil {
		return nil, err
	}
	return p, nil
}

// SetQuery makes p the probe for query, which it copies. The table is not empty.
// It costs 0.2 us for 256 dimensions with AVX2.
func (p *Probe) SetQuery(t *Table, query []float32) error {
	if len(query) != t.dim {
		return fmt.Errorf("query vector has %d dimensions, the index has %d", len(query), t.dim)
	}
	if !p.set(t.store.kernel, t.store.metric, shapeOf(t.dim, t.store.half), query) {
		return fmt.Errorf("query vector is not finite")
	}
	return nil
}

// SetSlot makes p the probe that asks for what is like the vector in slot.
func (p *Probe) SetSlot(t *Table, slot Slot) {
	s, i := t.at(slot)
	p.kernel, p.metric = t.store.kernel, t.store.metric
	p.slab, p.vector, p.square = s, s.full(i), s.meta.square[i]
	if s.half {
		p.own = resized(p.own, s.width)
		p.kernel.widen(p.own, s.row(i))
		p.vector = p.own
	}
	p.take(s.code(i), s.dim, s.meta.at(i))
}

// set makes p the probe for v, and says whether that is finite.
func (p *Probe) set(k *kernel, m metric, sh shape, v []float32) bool {
	p.own = resized(p.own, sh.width)
	p.codes = resized(p.codes, words(len(v)))
	copy(p.own, v)
	clear(p.own[len(v):])
	finite := m.fit(k, p.own)
	p.kernel, p.metric, p.vector, p.slab = k, m, p.own, nil
	p.square = k.dot(unsafe.Pointer(&p.own[0]), p.own)
	p.take(p.codes, len(v), k.quantize(p.own, len(v), p.codes))
	return finite
}

// resized returns a slice of n, which is s if that is large enough.
func resized[T any](s []T, n int) []T {
	if cap(s) >= n {
		return s[:n]
	}
	return make([]T, n)
}

// take sets all that follows from the vector's codes, which may be p.codes.
func (p *Probe) take(packed []uint64, dim int, q quantized) {
	// |q.x - q'.x'| <= |q||x-x'| + |q-q'||x'|, and a little for rounding. The
	// norm of q is that of q' and the rest together, at most.
	n := q.norm + q.rest
	p.weights = weights{scale: q.scale, rest: n, norm: q.rest + 1e-4*n}
	p.weights.zero = codeZero * (q.sum - int32(codeZero*dim))
	if p.kernel.products == nil {
		p.even, p.odd = lanes(packed, p.even, p.odd)
		return
	}
	p.codes = resized(p.codes, len(packed))
	for i, w := range packed {
		p.codes[i] = signed(w)
	}
}

// signed takes the offset from each of eight codes, of 7 bits: adding 64 carries
// nothing, and the highest bit turned round takes 128 away. What stands behind the
// last dimension becomes -64, which is multiplied with 0.
func signed(codes uint64) uint64 {
	return codes + 0x4040404040404040 ^ 0x8080808080808080
}

// near returns about what the dot product with a row is, if product is that of
// the codes.
func (w *weights) near(product int32, scale float32) float32 {
	return float32(w.scale*scale) * float32(product-w.zero)
}

// bound returns the most that the dot product with a row can be. The conversions
// keep the compiler from fusing operations: the assembly does not.
func (w *weights) bound(product int32, q *quantized) float32 {
	return float32(w.near(product, q.scale)) + float32(w.rest*q.rest) + float32(w.norm*q.norm)
}

// boundOf returns the most that the score of row i, which is alive, can be. It leaves the product of
// the codes in the only element of product.
func (p *Probe) boundOf(s *slab, i int, product []int32) float32 {
	if p.kernel.products == nil {
		product[0] = p.productGo(s, i)
	} else {
		p.kernel.products(product, s.code(i), p.codes)
	}
	q := s.meta.at(i)
	bound := p.weights.bound(product[0], &q)
	if p.metric == l2 {
		return farthest(bound, p.square, s.meta.square[i])
	}
	return bound
}

// productGo is the product of codes without assembly.
func (p *Probe) productGo(s *slab, i int) int32 {
	return int32(codeDot(s.code(i), p.even, p.odd)) - codeZero*s.meta.sum[i]
}

// score returns the exact score of row i.
func (p *Probe) score(s *slab, i int) float64 {
	var product float32
	if s.half {
		product = p.kernel.dotHalf(s.row(i), p.vector)
	} else {
		product = p.kernel.dot(s.row(i), p.vector)
	}
	runtime.KeepAlive(s) // the row may lie in a file of its
	if p.metric == l2 {
		return distance(product, p.square, s.meta.square[i])
	}
	return float64(product)
}

// Near sets scores to those of the vectors in slots, computed from their codes:
// products are off by a few thousandths of the two norms. All slots were filled,
// and none of them is being filled again. It allocates nothing; the more slots in
// one call, the better memory is used.
func (p *Probe) Near(t *Table, slots []Slot, scores []float32) {
	if p.kernel.near != nil {
		p.kernel.near(scores, t.bases, slots, p.codes, &p.weights)
	} else {
		for i, slot := range slots {
			s, n := t.at(slot)
			scores[i] = p.weights.near(p.productGo(s, n), s.meta.scale[n])
		}
	}
	p.measure(t, slots, scores)
	runtime.KeepAlive(t)
}

// measure turns products into scores.
func (p *Probe) measure(t *Table, slots []Slot, scores []float32) {
	if p.metric != l2 {
		return
	}
	for i, slot := range slots {
		s, n := t.at(slot)
		scores[i] = float32(distance(scores[i], p.square, s.meta.square[n]))
	}
}

// exactSlots is how many slots Exact hands on at a time.
const exactSlots = 32

// Exact sets scores to the exact ones of the vectors in slots, of which the same
// holds. It allocates nothing.
func (p *Probe) Exact(t *Table, slots []Slot, scores []float32) {
	t.store.touch(t, len(slots))
	var rows [exactSlots]unsafe.Pointer
	for len(slots) > 0 {
		n := min(len(slots), exactSlots)
		for i, slot := range slots[:n] {
			s, at := t.at(slot)
			rows[i] = s.row(at)
		}
		if t.store.half {
			p.kernel.dotsHalf(scores[:n], rows[:n], p.vector)
		} else {
			p.kernel.dots(scores[:n], rows[:n], p.vector)
		}
		p.measure(t, slots[:n], scores[:n])
		slots, scores = slots[n:], scores[n:]
	}
	runtime.KeepAlive(t) // the rows may lie in files of its slabs
}

// Score returns the exact score of the vector in slot, which the table sees.
func (p *Probe) Score(t *Table, slot Slot) float64 {
	t.store.touch(t, 1)
	s, i := t.at(slot)
	return p.score(s, i)
}
