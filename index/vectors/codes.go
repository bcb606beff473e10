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
	var norm, rest float64
	for i, x := range v {
		code := int(math.RoundToEven(float64(x * inverse)))
		code = min(max(code, -codeMax), codeMax)
		near := q.scale * float32(code)
		norm += float64(near) * float64(near)
		rest += float64(x-near) * float64(x-near)
		code += codeZero
		q.sum += int32(code)
		dst[i/8] |= uint64(code) << (8 * (i % 8))
	}
	q.norm = float32(math.Sqrt(norm))
	q.rest = float32(math.Sqrt(rest))
	return q
}

func norm(v []float32) float32 {
	var s float64
	for _, x := range v {
		s += float64(x) * float64(x)
	}
	return float32(math.Sqrt(s))
}
