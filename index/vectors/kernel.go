package vectors

// A kernel is a way to compute, made for some processors. All give the same
// bits, so that an answer does not depend on the machine.
type kernel struct {
	name string

	// The following is nil where only Go is spoken. The assembly may read rows
	// that are being written: they are not published, and nobody looks at what
	// comes of them. Go must not read them, and looks at living rows only.

	// products puts the products of a query's codes and those of rows, which
	// follow each other, into dst. A row has len(query) codes, which is a
	// multiple of 64.
	products func(dst []int32, codes []uint64, query []int8)

	// bounds turns products into bounds and sets the bit of each row whose
	// bound is not below floor. There are 64 rows for each word of mask.
	bounds func(mask []uint64, bounds []float32, products []int32, m *meta, w *weights, floor float32)

	// dot is Dot. Every kernel has it, and the following.
	dot func(a, b []float32) float32

	// These begin to load what is needed of row i soon. Rows that are looked at
	// stand far from each other, and to wait for one after the other takes
	// longer than to compute.
	fetchCode, fetchVector func(s *slab, i int)
}

func portable() *kernel {
	nothing := func(*slab, int) {}
	return &kernel{name: "go", dot: dotGo, fetchCode: nothing, fetchVector: nothing}
}
