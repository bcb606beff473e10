package flat

import "golang.org/x/sys/cpu"

// productsAVX2 puts the dot products of rows times 32*blocks codes and the
// query's into products.
//
//go:noescape
func productsAVX2(products *int32, codes *uint64, query *int8, rows, blocks int)

// fast says whether products can be called for vectors whose codes take w words.
func fast(w int) bool { return cpu.X86.HasAVX2 && w > 0 && w%4 == 0 }

// products returns the dot products of the codes of len(dst) rows with the
// query's. The codes of rows that are not published may be written meanwhile:
// nobody looks at their products.
func products(dst []int32, codes []uint64, query []int8) {
	if len(dst) == 0 {
		return
	}
	_ = codes[len(dst)*len(query)/8-1]
	productsAVX2(&dst[0], &codes[0], &query[0], len(dst), len(query)/32)
}
