package flat

import "math"

// Codes are 7 bits wide, offset to be positive, and eight stand in a word. Where
// the processor has AVX2, products multiplies them. Elsewhere, seen as 16-bit
// lanes, the even bytes of a row's word times the reversed even bytes
// of the query's word leave the dot product of four pairs in the highest lane:
// 4 * 127 * 127 = 64,516 fits, and so do the lanes below it, which therefore
// carry nothing into it. One multiplication does the work of four.
const (
	codeZero = 64 // the code of 0
	codeMax  = 63 // codes are 64-63 to 64+63
	laneMask = 0x00ff00ff00ff00ff
)

// words is the number of words that the codes of dim values take.
func words(dim int) int { return (dim + 7) / 8 }

// A quantized describes the codes of a vector: v is about scale * (code - 64).
type quantized struct {
	scale float32
	sum   float32 // of the codes
	norm  float32 // of the vector that the codes stand for
	rest  float32 // norm of what the codes leave out
}

// quantize writes the codes of v into dst, which has words(len(v)) words.
func quantize(v []float32, dst []uint64) quantized {
	var top float32
	for _, x := range v {
		top = max(top, x, -x)
	}
	clear(dst)
	var q quantized
	q.scale = top / codeMax
	var inverse float32
	if top > 0 {
		inverse = codeMax / top
	}
	var sum int
	var norm, rest float64
	for i, x := range v {
		code := int(math.RoundToEven(float64(x * inverse)))
		code = min(max(code, -codeMax), codeMax)
		near := q.scale * float32(code)
		norm += float64(near) * float64(near)
		rest += float64(x-near) * float64(x-near)
		code += codeZero
		sum += code
		dst[i/8] |= uint64(code) << (8 * (i % 8))
	}
	q.sum = float32(sum)
	q.norm = float32(math.Sqrt(norm))
	q.rest = float32(math.Sqrt(rest))
	return q
}

// A probe is a query prepared for the scan.
type probe struct {
	vector    []float32
	norm      float32
	q         quantized
	signed    []int8   // the codes without their offset, if products can be called
	zero      int32    // what the offset of a row's codes adds to a product
	even, odd []uint64 // else: reversed lanes
	offset    float32  // what the positive codes of query and dimensions add
}

func newProbe(v []float32) *probe {
	p := &probe{vector: v, norm: norm(v)}
	codes := make([]uint64, words(len(v)))
	p.q = quantize(v, codes)
	if fast(len(codes)) {
		p.signed = make([]int8, 8*len(codes))
		for i := range v {
			code := int8(codes[i/8]>>(8*(i%8))&0xff) - codeZero
			p.signed[i] = code
			p.zero += codeZero * int32(code)
		}
		return p
	}
	p.lanes()
	return p
}

// lanes prepares p for codeDot.
func (p *probe) lanes() {
	codes := make([]uint64, words(len(p.vector)))
	quantize(p.vector, codes)
	p.even = make([]uint64, len(codes))
	p.odd = make([]uint64, len(codes))
	for i, w := range codes {
		p.even[i] = reverseLanes(w & laneMask)
		p.odd[i] = reverseLanes(w >> 8 & laneMask)
	}
	p.offset = codeZero*codeZero*float32(len(p.vector)) - codeZero*p.q.sum
}

func reverseLanes(w uint64) uint64 {
	return w>>48 | w>>16&0xffff0000 | w<<16&0xffff00000000 | w<<48
}

// bound returns the most that the dot product with a row can be.
func (p *probe) bound(codes []uint64, row *quantized) float32 {
	if p.signed != nil {
		var product [1]int32
		products(product[:], codes, p.signed)
		return p.boundOf(product[0], row)
	}
	sum := float32(codeDot(codes, p.even, p.odd))
	return p.around(sum+p.offset-codeZero*row.sum, row)
}

// boundOf is bound for a product that is known.
func (p *probe) boundOf(product int32, row *quantized) float32 {
	return p.around(float32(product-p.zero), row)
}

// around returns the most that the dot product of vectors can be whose codes,
// without their offsets, have the given one.
func (p *probe) around(product float32, row *quantized) float32 {
	near := p.q.scale * row.scale * product
	// |q.x - q'.x'| <= |q||x-x'| + |q-q'||x'|, and a little for rounding.
	return near + p.norm*row.rest + p.q.rest*row.norm + 1e-4*p.norm*row.norm
}

// codeDot returns the dot product of a row's codes and a query's. All three
// have one length.
func codeDot(codes, even, odd []uint64) uint64 {
	even = even[:len(codes)]
	odd = odd[:len(codes)]
	var a, b, c, d uint64
	for len(codes) >= 2 && len(even) >= 2 && len(odd) >= 2 {
		v, w := codes[0], codes[1]
		a += (v & laneMask) * even[0] >> 48
		b += (v >> 8 & laneMask) * odd[0] >> 48
		c += (w & laneMask) * even[1] >> 48
		d += (w >> 8 & laneMask) * odd[1] >> 48
		codes, even, odd = codes[2:], even[2:], odd[2:]
	}
	for i, w := range codes {
		a += (w & laneMask) * even[i] >> 48
		b += (w >> 8 & laneMask) * odd[i] >> 48
	}
	return a + b + c + d
}

// Dot returns the dot product of two vectors of one length. It adds in a fixed
// order, so that equal vectors have equal products.
func Dot(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for len(a) >= 8 && len(b) >= 8 {
		s0 += a[0] * b[0]
		s1 += a[1] * b[1]
		s2 += a[2] * b[2]
		s3 += a[3] * b[3]
		s4 += a[4] * b[4]
		s5 += a[5] * b[5]
		s6 += a[6] * b[6]
		s7 += a[7] * b[7]
		a, b = a[8:], b[8:]
	}
	for i, x := range a {
		s0 += x * b[i]
	}
	return (s0 + s4) + (s1 + s5) + (s2 + s6) + (s3 + s7)
}

func norm(v []float32) float32 {
	var s float64
	for _, x := range v {
		s += float64(x) * float64(x)
	}
	return float32(math.Sqrt(s))
}
