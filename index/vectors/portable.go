package vectors

import "unsafe"

// portable is the kernel that is Go alone.
func portable() *kernel {
	nothing := func(*slab, int) {}
	return &kernel{
		name: "go", top: topGo, codes: codesGo,
		fetchCode: nothing, fetchVector: nothing,
	}
}

// The codes of a row are 7 bits wide and eight stand in a word. Seen as 16-bit
// lanes, the even bytes of a row's word times the reversed even bytes of the
// query's word leave the dot product of four pairs in the highest lane:
// 4 * 127 * 127 = 64,516 fits, and so do the lanes below it, which therefore
// carry nothing into it. One multiplication does the work of four.
const laneMask = 0x00ff00ff00ff00ff

// lanes prepares the codes of a query for codeDot, in what it is given if that is
// long enough.
func lanes(codes, even, odd []uint64) ([]uint64, []uint64) {
	even, odd = even[:0], odd[:0]
	for _, w := range codes {
		even = append(even, reverseLanes(w&laneMask))
		odd = append(odd, reverseLanes(w>>8&laneMask))
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
// order, that of all kernels: value i to the sum i mod 32, and these by halves.
func Dot(a, b []float32) float32 {
	b = b[:len(a)]
	var sums [32]float32
	for lane := 0; lane < 32; lane += 8 {
		dotLanes(a, b, lane, (*[8]float32)(sums[lane:]))
	}
	return fold(sums[:])
}

// dotLanes makes eight of the sums, those from lane. The conversions keep the
// compiler from fusing a multiplication and an addition, which gives other bits.
func dotLanes(a, b []float32, lane int, sums *[8]float32) {
	var s0, s1, s2, s3, s4, s5, s6, s7 float32
	i := lane
	for ; i+8 <= len(a); i += 32 {
		x, y := a[i:i+8:i+8], b[i:i+8:i+8]
		s0 += float32(x[0] * y[0])
		s1 += float32(x[1] * y[1])
		s2 += float32(x[2] * y[2])
		s3 += float32(x[3] * y[3])
		s4 += float32(x[4] * y[4])
		s5 += float32(x[5] * y[5])
		s6 += float32(x[6] * y[6])
		s7 += float32(x[7] * y[7])
	}
	*sums = [8]float32{s0, s1, s2, s3, s4, s5, s6, s7}
	for j := i; j < len(a); j++ {
		sums[j-i] += float32(a[j] * b[j])
	}
}

// dotsGo is the dots of the portable kernel.
func dotsGo(scores []float32, rows []unsafe.Pointer, query []float32) {
	for i, row := range rows {
		scores[i] = Dot(query, unsafe.Slice((*float32)(row), len(query)))
	}
}
