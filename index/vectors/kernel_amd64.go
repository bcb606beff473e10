package vectors

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// The following read and write as many rows as they are told; see kernel for
// what they do. blocks counts 64 bytes, last is the number of the last row, size
// is in bytes.

//go:noescape
func productsVNNI(products *int32, codes, query *uint64, rows, blocks int)

//go:noescape
func productsAVX2(products *int32, codes, query *uint64, rows, blocks int)

//go:noescape
func boundsAVX512(mask *uint64, bounds *float32, products *int32, scale, rest, norm *float32, w *weights, floor float32, words int)

//go:noescape
func boundsAVX2(mask *uint64, bounds *float32, products *int32, scale, rest, norm *float32, w *weights, floor float32, words int)

//go:noescape
func nearVNNI(scores *float32, bases *base, slots *uint32, query *uint64, last, size int, zero int32, scale float32)

//go:noescape
func nearAVX2(scores *float32, bases *base, slots *uint32, query *uint64, last, size int, zero int32, scale float32)

//go:noescape
func dotsAVX512(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)

//go:noescape
func dotsAVX2(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)

//go:noescape
func dotsHalfAVX512(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)

//go:noescape
func dotsHalfAVX2(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)

//go:noescape
func widenAVX2(dst *float32, row unsafe.Pointer, blocks int)

//go:noescape
func topAVX2(v *float32, blocks int) float32

//go:noescape
func codesAVX2(v *float32, codes *uint64, blocks int, inverse float32) (sum, squares int32, rest float32)

//go:noescape
func prefetchLines(at unsafe.Pointer, lines int)

// kernels returns the kernels of this processor, the best first. The flags of
// package cpu say that the system saves the registers too.
func kernels() []*kernel {
	all := []*kernel{portable()}
	if !cpu.X86.HasAVX2 || !cpu.X86.HasF16C {
		return all
	}
	avx2 := &kernel{
		name:        "avx2",
		products:    productsAVX2Of,
		bounds:      boundsBy(boundsAVX2),
		near:        nearAVX2Of,
		level:       levelAVX2,
		top:         func(v []float32) float32 { return topAVX2(&v[0], len(v)/16) },
		codes:       codesAVX2Of,
		fetchCode:   fetchCode,
		fetchVector: fetchVector,
	}
	all = append([]*kernel{avx2}, all...)
	if cpu.X86.HasAVX512 && cpu.X86.HasAVX512VNNI {
		vnni := *avx2
		vnni.name = "vnni"
		vnni.products = productsVNNIOf
		vnni.bounds = boundsBy(boundsAVX512)
		vnni.near = nearVNNIOf
		vnni.level = levelVNNI
		all = append([]*kernel{&vnni}, all...)
	}
	return all
}

// The following check what the assembly does not. They look at lengths only: codes
// may be written meanwhile.

func productsVNNIOf(dst []int32, codes, query []uint64) {
	if checkProducts(dst, codes, query) {
		productsVNNI(&dst[0], &codes[0], &query[0], len(dst), len(query)/8)
	}
}

func productsAVX2Of(dst []int32, codes, query []uint64) {
	if checkProducts(dst, codes, query) {
		productsAVX2(&dst[0], &codes[0], &query[0], len(dst), len(query)/8)
	}
}

func checkProducts(dst []int32, codes, query []uint64) bool {
	if len(dst) == 0 || len(query) == 0 {
		clear(dst)
		return false
	}
	_ = codes[:len(dst)*len(query)]
	return true
}

func nearVNNIOf(scores []float32, bases []base, slots []Slot, query []uint64, w *weights) {
	if len(slots) > 0 {
		_ = scores[len(slots)-1]
		nearVNNI(&scores[0], &bases[0], &slots[0], &query[0], len(slots)-1, 8*len(query), w.zero, w.scale)
	}
}

func nearAVX2Of(scores []float32, bases []base, slots []Slot, query []uint64, w *weights) {
	if len(slots) > 0 {
		_ = scores[len(slots)-1]
		nearAVX2(&scores[0], &bases[0], &slots[0], &query[0], len(slots)-1, 8*len(query), w.zero, w.scale)
	}
}

// dots puts the Dot of a query and each of rows into scores. All are filled up
// with zeros to len(query), a multiple of 16.
func (k *kernel) dots(scores []float32, rows []unsafe.Pointer, query []float32) {
	if len(rows) == 0 {
		return
	}
	_ = scores[len(rows)-1]
	switch k.level {
	case levelVNNI:
		dotsAVX512(&scores[0], &rows[0], &query[0], len(rows), len(query)/16)
	case levelAVX2:
		dotsAVX2(&scores[0], &rows[0], &query[0], len(rows), len(query)/16)
	default:
		dotsGo(scores, rows, query)
	}
}

func codesAVX2Of(v []float32, dst []uint64, inverse float32) (sum, squares int32, rest float32) {
	_ = dst[len(v)/8-1]
	return codesAVX2(&v[0], &dst[0], len(v)/16, inverse)
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

func fetchCode(s *slab, i int) {
	codes := s.code(i)
	prefetchLines(unsafe.Pointer(&codes[0]), len(codes)/8)
}

func fetchVector(s *slab, i int) { prefetchLines(s.row(i), s.stride()/64) }

// dotsHalf is dots for rows in 16 bits, which are multiples of 32 values.
func (k *kernel) dotsHalf(scores []float32, rows []unsafe.Pointer, query []float32) {
	if len(rows) == 0 {
		return
	}
	_ = scores[len(rows)-1]
	switch k.level {
	case levelVNNI:
		dotsHalfAVX512(&scores[0], &rows[0], &query[0], len(rows), len(query)/32)
	case levelAVX2:
		dotsHalfAVX2(&scores[0], &rows[0], &query[0], len(rows), len(query)/32)
	default:
		dotsHalfGo(scores, rows, query)
	}
}

// widen reads such a row into dst.
func (k *kernel) widen(dst []float32, row unsafe.Pointer) {
	if k.level == levelGo {
		widenGo(dst, row)
		return
	}
	widenAVX2(&dst[0], row, len(dst)/32)
}

// Prefetch begins to load lines of 64 bytes from at on.
func Prefetch(at unsafe.Pointer, lines int) { prefetchLines(at, lines) }
