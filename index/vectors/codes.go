package vectors

import "math"

// Codes are 7 bits wide and offset to be positive. A product of two codes, one
// without its offset, is at most 127 * 63 = 8,001: two fit in the signed 16 bits
// that AVX2 adds them in.
const (
	codeZero = 64 // the code of 0
	codeMax  = 63 // codes are 64-63 to 64+63

	// maxDim keeps products far from overflow: 65,536 * 8,001 < 2^31.
	maxDim = 1 << 16
)

// words is the number of words that the codes of dim values take: whole lines
// of the cache, 64 bytes, filled up with zeros.
func words(dim int) int { return (dim + 63) / 64 * 8 }

// A quantized describes the codes of a vector: v is about scale * (code - 64).
type quantized struct {
	scale float32
	sum   int32   // of the codes
	norm  float32 // of the vector that the codes stand for
	rest  float32 // norm of what the codes leave out, or a little more
}

// tiny values are not worth codes, and their squares are nothing.
const tiny = 1e-30

// quantize writes the codes of v into dst, which has words(dim) words. Behind its
// dim values v is filled up with zeros to a multiple of 16.
func (k *kernel) quantize(v []float32, dim int, dst []uint64) quantized {
	clear(dst[dim/8:])
	top := k.top(v)
	var q quantized
	var squares int32
	var rest float32
	if top >= tiny {
		q.scale = top / codeMax
		q.sum, squares, rest = k.codes(v, dst, codeMax/top)
	} else {
		_, _, _ = k.codes(v, dst, 0)
	}
	q.sum += int32(codeZero * dim)
	for i := dim; i < len(v); i++ {
		dst[i/8] &^= 0xff << (8 * (i % 8))
	}
	q.norm = q.scale * float32(math.Sqrt(float64(squares)))
	// A code is off by what was left out, and by three roundings of up to 63.
	root := math.Sqrt(float64(dim))
	q.rest = q.scale * float32(math.Sqrt(float64(rest))+3e-5*root)
	if q.scale == 0 {
		q.rest = top * float32(1.0001*root)
	}
	return q
}

func topGo(v []float32) float32 {
	var top float32
	for _, x := range v {
		top = max(top, x, -x)
	}
	return top
}

// codesGo writes the codes of v and returns their sum without offsets, the sum of
// their squares, and that of what they leave out, in units of the scale. Value i
// is added to the sum i mod 16 of the last, so that all kernels give the same.
func codesGo(v []float32, dst []uint64, inverse float32) (sum, squares int32, rest float32) {
	var sums [16]float32
	for i, x := range v {
		x = float32(x * inverse)
		code := min(max(int32(math.RoundToEven(float64(x))), -codeMax), codeMax)
		sum += code
		squares += code * code
		d := x - float32(code)
		sums[i%16] += float32(d * d)
		if i%8 == 0 {
			dst[i/8] = 0
		}
		dst[i/8] |= uint64(code+codeZero) << (8 * (i % 8))
	}
	return sum, squares, fold(sums[:])
}

// fold adds up sums, a power of two of them, by halves.
func fold(sums []float32) float32 {
	for n := len(sums) / 2; n > 0; n /= 2 {
		for i := range n {
			sums[i] += sums[i+n]
		}
	}
	return sums[0]
}
