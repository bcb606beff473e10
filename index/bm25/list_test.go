package bm25

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestLastFindsThePlace compares searches in blocks of all widths and sizes with
// looking at every number.
func TestLastFindsThePlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, width := range []int{1, 2, 4} {
		most := uint32(1)<<(8*width-1)*2 - 1
		for size := 1; size <= blockSize; size++ {
			numbers := make([]uint32, size)
			for i := range numbers {
				numbers[i] = uint32(uint64(most) * uint64(i+1) / uint64(size+1))
			}
			data := pack(nil, width, 0, numbers)
			for _, n := range []uint32{0, numbers[rng.IntN(size)], numbers[size-1], rng.Uint32() & most, most, math.MaxUint32} {
				want := 0
				for i, x := range numbers {
					if x <= n {
						want = i
					}
				}
				got := map[int]func([]byte, uint32) int{1: last1, 2: last2, 4: last4}[width](data, n)
				if numbers[got] != numbers[want] {
					t.Fatalf("width %d, %d of %v: got place %d, want %d", width, n, numbers, got, want)
				}
			}
		}
	}
}
