package vectors

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// The following read and write as many rows as they are told; see kernel for
// what they do. blocks counts 64 bytes, last is the number of the last row, size
// is in bytes.

//go:noescape
func productsNEON(products *int32, codes, query *uint64, rows, blocks int)

//go:noescape
func boundsNEON(mask *uint64, bounds *float32, products *int32, scale, rest, norm *float32, w *weights, floor float32, words int)

//go:noescape
func nearNEON(scores *float32, bases *base, slots *uint32, query *uint64, last, size int, zero int32, scale float32)

//go:noescape
func dotsNEON(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)

//go:noescape
func dotsHalfNEON(scores *float32, rows *unsafe.Pointer, query *float32, n, blocks int)

//go:noescape
func widenNEON(dst *float32, row unsafe.Pointer, blocks int)

//go:noescape
func topNEON(v *float32, blocks int) float32

//go:noescape
func codesNEON(v *float32, codes *uint64, blocks int, inverse float32) (sum, squares int32, rest float32)

// kernels returns the kernels of this processor, the best first. SDOT, which is
// HasASIMDDP, came with ARMv8.2: Graviton2, Ampere Altra, Apple's M1.
func kernels() []*kernel {
	all := []*kernel{portable()}
	if !cpu.ARM64.HasASIMDDP {
		return all
	}
	neon := portable()
	neon.name, neon.level = "neon", levelNEON
	neon.products, neon.bounds, neon.near = productsOf, boundsOf, nearOf
	neon.top = func(v []float32) float32 { return topNEON(&v[0], len(v)/16) }
	neon.codes = codesOf
	return append([]*kernel{neon}, all...)
}

// The following check what the assembly does not. They look at lengths only: codes
// may be written meanwhile.

func productsOf(dst []int32, codes, query []uint64) {
	if len(dst) == 0 || len(query) == 0 {
		clear(dst)
		return
	}
	_ = codes[:len(dst)*len(query)]
	productsNEON(&dst[0], &codes[0], &query[0], len(dst), len(query)/8)
}

func boundsOf(mask []uint64, bounds []float32, products []int32, m *meta, w *weights, floor float32) {
	if len(mask) == 0 {
		return
	}
	n := 64 * len(mask)
	_, _, _, _, _ = bounds[:n], products[:n], m.scale[:n], m.rest[:n], m.norm[:n]
	boundsNEON(&mask[0], &bounds[0], &products[0], &m.scale[0], &m.rest[0], &m.norm[0], w, floor, len(mask))
}

func nearOf(scores []float32, bases []base, slots []Slot, query []uint64, w *weights) {
	if len(slots) > 0 {
		_ = scores[len(slots)-1]
		nearNEON(&scores[0], &bases[0], &slots[0], &query[0], len(slots)-1, 8*len(query), w.zero, w.scale)
	}
}

func codesOf(v []float32, dst []uint64, inverse float32) (sum, squares int32, rest float32) {
	_ = dst[len(v)/8-1]
	return codesNEON(&v[0], &dst[0], len(v)/16, inverse)
}

// dots puts the Dot of a query and each of rows into scores. All are filled up
// with zeros to len(query), a multiple of 16.
func (k *kernel) dots(scores []float32, rows []unsafe.Pointer, query []float32) {
	if k.level == levelGo {
		dotsGo(scores, rows, query)
		return
	}
	if len(rows) > 0 {
		_ = scores[len(rows)-1]
		dotsNEON(&scores[0], &rows[0], &query[0], len(rows), len(query)/16)
	}
}

// dotsHalf is dots for rows in 16 bits, which are multiples of 32 values.
func (k *kernel) dotsHalf(scores []float32, rows []unsafe.Pointer, query []float32) {
	if len(rows) == 0 {
		return
	}
	_ = scores[len(rows)-1]
	if k.level == levelGo {
		dotsHalfGo(scores, rows, query)
		return
	}
	dotsHalfNEON(&scores[0], &rows[0], &query[0], len(rows), len(query)/32)
}

// widen reads such a row into dst.
func (k *kernel) widen(dst []float32, row unsafe.Pointer) {
	if k.level == levelGo {
		widenGo(dst, row)
		return
	}
	widenNEON(&dst[0], row, len(dst)/32)
}
