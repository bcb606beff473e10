package vectors

import "unsafe"

// within returns a slab whose slices lie in a block, which is that of a shape
// like its own. It has no slots yet.
func (s shape) within(block []byte) *slab {
	vectors, codes := SlabSlots*s.stride(), SlabSlots*words(s.dim)
	to := &slab{shape: s, codes: wordsIn(block, vectors, codes)}
	to.place(unsafe.Pointer(&block[0]))
	at := vectors + 8*codes
	to.rows = column[uint32](block, at, 0)
	to.meta = meta{
		scale:  column[float32](block, at, 1),
		rest:   column[float32](block, at, 2),
		norm:   column[float32](block, at, 3),
		sum:    column[int32](block, at, 4),
		square: column[float32](block, at, 5),
	}
	return to
}

// wordsIn is n words of b, which begins at a word, from at on.
func wordsIn(b []byte, at, n int) []uint64 {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(&b[at : at+8*n][0])), n)
}

// column is the n-th of the arrays with a number for each slot, from at on.
func column[T uint32 | int32 | float32](b []byte, at, n int) []T {
	at += 4 * SlabSlots * n
	return unsafe.Slice((*T)(unsafe.Pointer(&b[at : at+4*SlabSlots][0])), SlabSlots)
}

// copied returns a slab like s whose codes and meta lie in memory of their own.
// The vectors stay where they are.
func (s *slab) copied() *slab {
	c := *s
	c.codes = append([]uint64(nil), s.codes...)
	c.rows = append([]uint32(nil), s.rows...)
	c.meta = meta{
		scale:  append([]float32(nil), s.meta.scale...),
		rest:   append([]float32(nil), s.meta.rest...),
		norm:   append([]float32(nil), s.meta.norm...),
		sum:    append([]int32(nil), s.meta.sum...),
		square: append([]float32(nil), s.meta.square...),
	}
	return &c
}
