package vectors

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// The following read and write as many rows as they are told; see kernel for
// what they do. blocks counts 64 codes.

//go:noescape
func productsVNNI(products *int32, codes *uint64, query *int8, rows, blocks int)

//go:noescape
func productsAVX2(products *int32, codes *uint64, query *int8, rows, blocks int)

//go:noescape
func boundsAVX512(mask *uint64, bounds *float32, products *int32, scale, rest, norm *float32, w *weights, floor float32, words int)

//go:noescape
func boundsAVX2(mask *uint64, bounds *float32, products *int32, scale, rest, norm *float32, w *weights, floor float32, words int)

//go:noescape
func dotAVX2(a, b *float32, n int) float32

//go:noescape
func prefetchLines(at unsafe.Pointer, lines int)

// kernels returns the kernels of this processor, the best first. The flags of
// package cpu say that the system saves the registers too.
func kernels() []*kernel {
	all := []*kernel{portable()}
	if cpu.X86.HasAVX2 {
		all = append([]*kernel{{
			name:        "avx2",
			products:    productsBy(productsAVX2),
			bounds:      boundsBy(boundsAVX2),
			dot:         dotFast,
			fetchCode:   fetchCode,
			fetchVector: fetchVector,
		}}, all...)
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasAVX512 && cpu.X86.HasAVX512VNNI {
		all = append([]*kernel{{
			name:        "vnni",
			products:    productsBy(productsVNNI),
			bounds:      boundsBy(boundsAVX512),
			dot:         dotFast,
			fetchCode:   fetchCode,
			fetchVector: fetchVector,
		}}, all...)
	}
	return all
}

// productsBy checks what the assembly does not. It looks at lengths only: codes
// may be written meanwhile.
func productsBy(f func(*int32, *uint64, *int8, int, int)) func([]int32, []uint64, []int8) {
	return func(dst []int32, codes []uint64, query []int8) {
		if len(dst) == 0 || len(query) == 0 {
			clear(dst)
			return
		}
		_ = codes[:len(dst)*(len(query)/8)]
		f(&dst[0], &codes[0], &query[0], len(dst), len(query)/64)
	}
}

// boundsBy checks what the assembly does not.
func boundsBy(f func(*uint64, *float32, *int32, *float32, *float32, *float32, *weights, float32, int)) func([]uint64, []float32, []int32, *meta, *weights, float32) {
	return func(mask []uint64, bounds []float32, products []int32, m *meta, w *weights, floor float32) {
		if len(mask) == 0 {
			return
		}
		n := 64 * len(mask)
		_, _, _, _, _ = bounds[:n], products[:n], m.scale[:n], m.rest[:n], m.norm[:n]
		f(&mask[0], &bounds[0], &products[0], &m.scale[0], &m.rest[0], &m.norm[0], w, floor, len(mask))
	}
}

func dotFast(a, b []float32) float32 {
	if len(a) == 0 {
		return 0
	}
	_ = b[:len(a)]
	return dotAVX2(&a[0], &b[0], len(a))
}

func fetchCode(s *slab, i int) {
	codes := s.code(i)
	prefetchLines(unsafe.Pointer(&codes[0]), len(codes)/8)
}

func fetchVector(s *slab, i int) {
	v := s.vector(i)
	prefetchLines(unsafe.Pointer(&v[0]), (len(v)+15)/16)
}
