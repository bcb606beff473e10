package flat

// A kernel is a way to compute, made for some processors. All give the same
// bits, so that an answer does not depend on the machine.
type kernel struct {
	name string

	// The following is nil where only Go is spoken. The assembly may read rows
	// that are being written: they are not published, and nobody looks at what
	// comes of them. Go must not read them, and looks at living rows only.

	// products puts the products of a query's codes and those of rows, which
	// follow each other, into dst. A row has len(query) codes, which is a
	// multiple of 64.
	products func(dst []int32, codes []uint64, query []int8)

	// bounds turns products into bounds and sets the bit of each row whose
	// bound is not below floor. There are 64 rows for each word of mask.
	bounds func(mask []uint64, bounds []float32, products []int32, m *meta, w *weights, floor float32)

	// dot is Dot. Every kernel has it, and the following.
	dot func(a, b []float32) float32

	// These begin to load what is needed of row i soon. Rows that are looked at
	// stand far from each other, and to wait for one after the other takes
	// longer than to compute.
	fetchCode, fetchVector func(s *slab, i int)
}

func portable() *kernel {
	nothing := func(*slab, int) {}
	return &kernel{name: "go", dot: dotGo, fetchCode: nothing, fetchVector: nothing}
}

// A probe is a query prepared for the scan.
type probe struct {
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

func newProbe(k *kernel, v []float32) *probe {
	packed := make([]uint64, words(len(v)))
	q := quantize(v, packed)
	p := &probe{kernel: k, vector: v, codes: make([]int8, 8*len(packed))}
	// |q.x - q'.x'| <= |q||x-x'| + |q-q'||x'|, and a little for rounding.
	n := norm(v)
	p.weights = weights{scale: q.scale, rest: n, norm: q.rest + 1e-4*n}
	for i := range v {
		code := int8(packed[i/8]>>(8*(i%8))&0xff) - codeZero
		p.codes[i] = code
		p.weights.zero += codeZero * int32(code)
	}
	if k.products == nil {
		p.even, p.odd = lanes(packed)
	}
	return p
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
func (p *probe) boundOf(s *slab, i int, product []int32) float32 {
	if p.kernel.products == nil {
		product[0] = int32(codeDot(s.code(i), p.even, p.odd)) - codeZero*s.meta.sum[i]
	} else {
		p.kernel.products(product, s.code(i), p.codes)
	}
	q := s.meta.at(i)
	return p.weights.bound(product[0], &q)
}

// score returns the exact score of row i.
func (p *probe) score(s *slab, i int) float64 { return float64(p.kernel.dot(p.vector, s.vector(i))) }
