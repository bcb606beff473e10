package vectors

import "unsafe"

// A kernel is a way to compute, made for some processors. All give the same
// bits, so that an answer does not depend on the machine.
type kernel struct {
	name string

	// The first three are nil where only Go is spoken. The assembly may read
	// rows that are being written: they are not published, and nobody looks at
	// what comes of them. Go must not read them, and looks at living rows only.

	// products puts the products of a query's codes and those of rows, which
	// follow each other, into dst. A row has len(query) words, a multiple of 8.
	products func(dst []int32, codes, query []uint64)

	// bounds turns products into bounds and sets the bit of each row whose
	// bound is not below floor. There are 64 rows for each word of mask.
	bounds func(mask []uint64, bounds []float32, products []int32, m *meta, w *weights, floor float32)

	// near puts weights.near of the rows in slots into scores.
	near func(scores []float32, bases []base, slots []Slot, query []uint64, w *weights)

	// dots is by level, not in a variable: what is passed to that would be
	// allocated.
	level level

	// top is the largest absolute value of v, and codes what codesGo says. Both
	// take multiples of 16 values.
	top   func(v []float32) float32
	codes func(v []float32, dst []uint64, inverse float32) (sum, squares int32, rest float32)

	// These begin to load what is needed of row i soon. Rows that are looked at
	// stand far from each other, and to wait for one after the other takes
	// longer than to compute.
	fetchCode, fetchVector func(s *slab, i int)
}

// A base is where a slab begins. The assembly knows the order.
type base struct {
	codes  unsafe.Pointer // of words(dim) words each
	scales unsafe.Pointer // in float32
}

// A level says which instructions a kernel uses.
type level int

const (
	levelGo level = iota
	levelAVX2
	levelVNNI
	levelNEON
)

// dot is Dot of a query and a row, both filled up.
func (k *kernel) dot(row unsafe.Pointer, query []float32) float32 {
	var score [1]float32
	k.dots(score[:], []unsafe.Pointer{row}, query)
	return score[0]
}

// dotHalf is dot for a row in 16 bits.
func (k *kernel) dotHalf(row unsafe.Pointer, query []float32) float32 {
	var score [1]float32
	k.dotsHalf(score[:], []unsafe.Pointer{row}, query)
	return score[0]
}
