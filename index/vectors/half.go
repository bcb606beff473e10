package vectors

import (
	"math"
	"unsafe"
)

// maxHalf is the first value that is infinite in 16 bits: IEEE 754 binary16 has 5
// bits of exponent and 10 of fraction.
const maxHalf = 65520

// halfOf rounds x to 16 bits, to the nearest, to the even one of two.
func halfOf(x float32) uint16 {
	b := math.Float32bits(x)
	sign := uint16(b >> 16 & 0x8000)
	b &= 0x7fffffff
	switch {
	case b > 0x7f800000: // no number
		return sign | 0x7e00
	case b >= 0x477ff000: // maxHalf
		return sign | 0x7c00
	case b >= 0x38800000: // 2^-14: the least with a full fraction
		b += 0xfff + b>>13&1
		return sign | uint16((b-0x38000000)>>13)
	}
	// The least step is 2^-24. Adding 1/2 leaves the steps in the fraction.
	return sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-0x3f000000)
}

// single returns the value of 16 bits.
func single(h uint16) float32 {
	sign := uint32(h&0x8000) << 16
	b := uint32(h & 0x7fff)
	switch {
	case b >= 0x7c00:
		return math.Float32frombits(sign | 0x7f800000 | b<<13&0x7fffff)
	case b >= 0x0400:
		return math.Float32frombits(sign | b<<13 + 0x38000000)
	}
	return math.Float32frombits(sign | math.Float32bits(float32(b)*(1.0/(1<<24))))
}

// halves is a row of n values in 16 bits.
func halves(row unsafe.Pointer, n int) []uint16 { return unsafe.Slice((*uint16)(row), n) }

// narrow writes v into a row in 16 bits.
func narrow(row unsafe.Pointer, v []float32) {
	to := halves(row, len(v))
	for i, x := range v {
		to[i] = halfOf(x)
	}
}

// widenGo reads a row in 16 bits into dst.
func widenGo(dst []float32, row unsafe.Pointer) {
	for i, h := range halves(row, len(dst)) {
		dst[i] = single(h)
	}
}

// dotsHalfGo is dotsGo for rows in 16 bits.
func dotsHalfGo(scores []float32, rows []unsafe.Pointer, query []float32) {
	wide := make([]float32, len(query))
	for i, row := range rows {
		widenGo(wide, row)
		scores[i] = Dot(query, wide)
	}
}
