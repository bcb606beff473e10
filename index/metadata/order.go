package metadata

import (
	"slices"
	"sync"
)

// An order sorts numbered values. Whoever needs the order extends it, by the
// values that have come since: adding one costs nothing.
type order struct {
	mu     sync.Mutex // guards sorted; its elements never change
	sorted []uint32   // the numbers below len(sorted), in the order of their values
}

// upTo returns the numbers below some m <= n in order. Few are from m to n: the
// caller looks at them one by one.
func (o *order) upTo(n uint32, compare func(a, b uint32) int) []uint32 {
	o.mu.Lock()
	defer o.mu.Unlock()
	have := uint32(len(o.sorted))
	if n <= have+have/32+1024 {
		return o.sorted
	}
	fresh := make([]uint32, 0, n-have)
	for id := have; id < n; id++ {
		fresh = append(fresh, id)
	}
	slices.SortFunc(fresh, compare)
	o.sorted = merged(o.sorted, fresh, compare)
	return o.sorted
}

// merged merges two sorted lists. The second is the shorter one in general, so
// the places of its elements are searched.
func merged(long, short []uint32, compare func(a, b uint32) int) []uint32 {
	if len(long) == 0 {
		return short
	}
	out := make([]uint32, 0, len(long)+len(short))
	for _, id := range short {
		i, _ := slices.BinarySearchFunc(long, id, compare)
		out = append(append(out, long[:i]...), id)
		long = long[i:]
	}
	return append(out, long...)
}

func (o *order) bytes() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return 4 * cap(o.sorted)
}
