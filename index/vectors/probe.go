package vectors

import "fmt"

// A Probe is a query prepared to be compared with vectors. Any number of
// goroutines may use it at a time.
type Probe struct {
	kernel    *kernel
	vector    []float32
	codes     []int8   // without their offset; 8 for each word of a row's codes
	even, odd []uint64 // reversed lanes for codeDot, where there is no assembly
	weights   weights
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
	if len(query) != t.dim {
		return nil, fmt.Errorf("query vector has %d dimensions, the index has %d", len(query), t.dim)
	}
	if n := norm(query); !(n < maxNorm) {
		return nil, fmt.Errorf("query vector is not finite")
	}
	return newProbe(t.store.kernel, query), nil
}

func newProbe(k *kernel, v []float32) *Probe {
	p := new(Probe)
	p.set(k, v)
	return p
}

// SetSlot makes p the probe that asks for what is like the vector in slot. What p
// has allocated is used again.
func (p *Probe) SetSlot(t *Table, slot Slot) {
	s, i := t.at(slot)
	p.kernel, p.vector = t.store.kernel, s.vector(i)
	p.take(s.code(i), s.meta.at(i), s.meta.norm[i]+s.meta.rest[i])
}

func (p *Probe) set(k *kernel, v []float32) {
	packed := make([]uint64, words(len(v)))
	q := quantize(v, packed)
	p.kernel, p.vector = k, v
	p.take(packed, q, norm(v))
}

// take sets all that follows from the vector's codes; n is its norm at least.
func (p *Probe) take(packed []uint64, q quantized, n float32) {
	// |q.x - q'.x'| <= |q||x-x'| + |q-q'||x'|, and a little for rounding.
	p.weights = weights{scale: q.scale, rest: n, norm: q.rest + 1e-4*n}
	if len(p.codes) != 8*len(packed) {
		p.codes = make([]int8, 8*len(packed))
	}
	sum := int32(0)
	for i := range p.vector {
		code := int8(packed[i/8]>>(8*(i%8))&0xff) - codeZero
		p.codes[i] = code
		sum += int32(code)
	}
	p.weights.zero = codeZero * sum
	if p.kernel.products == nil {
		p.even, p.odd = lanes(packed)
	}
}

// bound returns the most that the dot product with a row can be, if product is
// that of the codes. The conversions keep the compiler from fusing operations:
// the assembly does not.
func (w *weights) bound(product int32, q *quantized) float32 {
	near := float32(w.scale*q.scale) * float32(product-w.zero)
	return float32(near) + float32(w.rest*q.rest) + float32(w.norm*q.norm)
}

// boundOf returns the bound of row i, which is alive. It leaves the product of
// the codes in the only element of product.
func (p *Probe) boundOf(s *slab, i int, product []int32) float32 {
	if p.kernel.products == nil {
		product[0] = int32(codeDot(s.code(i), p.even, p.odd)) - codeZero*s.meta.sum[i]
	} else {
		p.kernel.products(product, s.code(i), p.codes)
	}
	q := s.meta.at(i)
	return p.weights.bound(product[0], &q)
}

// score returns the exact score of row i.
func (p *Probe) score(s *slab, i int) float64 { return float64(p.kernel.dot(p.vector, s.vector(i))) }

// Near sets scores to the products with the vectors in slots, computed from their
// codes: off by a few thousandths of the two norms. All slots were filled, and
// none of them is being filled again.
func (p *Probe) Near(t *Table, slots []Slot, scores []float32) {
	var product [1]int32
	for i, slot := range slots {
		s, n := t.at(slot)
		if p.kernel.products == nil {
			product[0] = int32(codeDot(s.code(n), p.even, p.odd)) - codeZero*s.meta.sum[n]
		} else {
			p.kernel.products(product[:], s.code(n), p.codes)
		}
		scores[i] = p.weights.scale * s.meta.scale[n] * float32(product[0]-p.weights.zero)
	}
}

// Exact sets scores to the products with the vectors in slots, of which the same
// holds.
func (p *Probe) Exact(t *Table, slots []Slot, scores []float32) {
	for _, slot := range slots {
		s, n := t.at(slot)
		p.kernel.fetchVector(s, n)
	}
	for i, slot := range slots {
		s, n := t.at(slot)
		scores[i] = p.kernel.dot(p.vector, s.vector(n))
	}
}

// Score returns the product with the vector in slot, which the table sees.
func (p *Probe) Score(t *Table, slot Slot) float64 {
	s, i := t.at(slot)
	return p.score(s, i)
}
