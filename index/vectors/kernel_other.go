//go:build !amd64 && !arm64

package vectors

import "unsafe"

// kernels returns the kernels of this processor, the best first.
func kernels() []*kernel { return []*kernel{portable()} }

// dots puts the Dot of a query and each of rows into scores. All are filled up
// with zeros to len(query), a multiple of 16.
func (k *kernel) dots(scores []float32, rows []unsafe.Pointer, query []float32) {
	dotsGo(scores, rows, query)
}

// dotsHalf is dots for rows in 16 bits, which are multiples of 32 values.
func (k *kernel) dotsHalf(scores []float32, rows []unsafe.Pointer, query []float32) {
	dotsHalfGo(scores, rows, query)
}

// widen reads such a row into dst.
func (k *kernel) widen(dst []float32, row unsafe.Pointer) { widenGo(dst, row) }
