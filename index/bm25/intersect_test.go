package bm25

import (
	"math/rand/v2"
	"slices"
	"testing"
)

const mostChunks = 1 << 20

// listOf returns a list of chunks that have a word once or twice.
func listOf(chunks []uint32) *list {
	counts := make([]uint32, len(chunks))
	for i := range counts {
		counts[i] = 1 + chunks[i]%2
	}
	data, bound := appendList(nil, chunks, counts, make([]float32, mostChunks))
	l := &list{size: len(chunks), bound: bound, data: data}
	if l.size > blockSize {
		n := l.blocks() * directorySize
		l.directory, l.data = data[:n], data[n:]
	}
	return l
}

// TestKeepIntersects compares with looking every chunk up in a set.
func TestKeepIntersects(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	some := func(n int, most uint32) []uint32 {
		list := make([]uint32, n)
		for i := range list {
			list[i] = rng.Uint32N(most)
		}
		slices.Sort(list)
		return slices.Compact(list)
	}
	for _, size := range []int{1, 100, 128, 129, 5000} {
		for _, asked := range []int{0, 1, 7, 8, 200, 5000} {
			for _, most := range []uint32{6000, mostChunks} {
				have, ask := some(size, most), some(asked, most)
				for range asked / 2 { // which would seldom be there by chance
					ask = append(ask, have[rng.IntN(len(have))])
				}
				slices.Sort(ask)
				ask = slices.Compact(ask)
				l := listOf(have)
				want := slices.DeleteFunc(slices.Clone(ask), func(c uint32) bool { _, ok := slices.BinarySearch(have, c); return !ok })
				if got := l.keep(ask); !slices.Equal(got, want) {
					t.Fatalf("%d of %d chunks up to %d: kept %d, want %d", len(ask), size, most, len(got), len(want))
				}
			}
		}
	}
}
