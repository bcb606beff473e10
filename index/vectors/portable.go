package vectors

// The codes of a row are 7 bits wide and eight stand in a word. Seen as 16-bit
// lanes, the even bytes of a row's word times the reversed even bytes of the
// query's word leave the dot product of four pairs in the highest lane:
// 4 * 127 * 127 = 64,516 fits, and so do the lanes below it, which therefore
// carry nothing into it. One multiplication does the work of four.
const laneMask = 0x00ff00ff00ff00ff

// lanes prepares the codes of a query for codeDot.
func lanes(codes []uint64) (even, odd []uint64) {
	even = make([]uint64, len(codes))
	odd = make([]uint64, len(codes))
	for i, w := range codes {
		even[i] = reverseLanes(w & laneMask)
		odd[i] = reverseLanes(w >> 8 & laneMask)
	}
	return even, odd
}

func reverseLanes(w uint64) uint64 {
	return w>>48 | w>>16&0xffff0000 | w<<16&0xffff00000000 | w<<48
}

// codeDot returns the dot product of a row's codes and a query's, both with
// their offsets. All three have one length.
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
func Dot(a, b []float32) float32 { return dotGo(a, b) }

// dotGo is Dot. The conversions keep the compiler from fusing a multiplication
// and an addition, which gives other bits.
func dotGo(a, b []float32) float32 {
	b = b[:len(a)]
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	for len(a) >= 8 && len(b) >= 8 {
		s0 += float32(a[0] * b[0])
		s1 += float32(a[1] * b[1])
		s2 += float32(a[2] * b[2])
		s3 += float32(a[3] * b[3])
		s4 += float32(a[4] * b[4])
		s5 += float32(a[5] * b[5])
		s6 += float32(a[6] * b[6])
		s7 += float32(a[7] * b[7])
		a, b = a[8:], b[8:]
	}
	for i, x := range a {
		s0 += float32(x * b[i])
	}
	return (s0 + s4) + (s1 + s5) + (s2 + s6) + (s3 + s7)
}
