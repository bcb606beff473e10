package dataflow

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// The tree is compared with a map while it grows to many nodes and shrinks again.
func TestRankedTreeIsASortedMap(t *testing.T) {
	for _, shrink := range []func(r *rand.Rand, keys []int) int{
		func(r *rand.Rand, keys []int) int { return keys[r.IntN(len(keys))] },
		func(_ *rand.Rand, keys []int) int { return keys[0] },
		func(_ *rand.Rand, keys []int) int { return keys[len(keys)-1] },
	} {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		var tree rankedTree[int]
		want := make(map[int]int)
		change := func(v, diff int) {
			if want[v] += diff; want[v] == 0 {
				delete(want, v)
			}
			if got := tree.add(cmp.Compare[int], &v, diff); got != want[v] {
				t.Fatalf("seed %d: add(%d, %d) is %d, want %d", seed, v, diff, got, want[v])
			}
		}
		for range 20000 {
			change(r.IntN(30000), 1-2*r.IntN(2)*r.IntN(2))
		}
		checkRankedTree(t, seed, &tree, want)
		keys := slices.Sorted(maps.Keys(want))
		for len(keys) > 0 {
			v := shrink(r, keys)
			i, _ := slices.BinarySearch(keys, v)
			keys = slices.Delete(keys, i, i+1)
			change(v, -want[v])
			if len(keys)%2500 == 0 || len(keys) < 100 {
				checkRankedTree(t, seed, &tree, want)
			}
		}
		if !tree.empty() {
			t.Fatalf("seed %d: something is left", seed)
		}
	}
}

func checkRankedTree(t *testing.T, seed uint64, tree *rankedTree[int], want map[int]int) {
	t.Helper()
	keys := slices.Sorted(maps.Keys(want))
	i := 0
	for v, n := range tree.all() {
		if i >= len(keys) || v != keys[i] || n != want[v] {
			t.Fatalf("seed %d: at %d is %d, %d times", seed, i, v, n)
		}
		i++
	}
	if i != len(keys) {
		t.Fatalf("seed %d: %d values, want %d", seed, i, len(keys))
	}
	for v := range 30000 {
		if v%97 != 0 {
			continue
		}
		if _, n := tree.get(cmp.Compare[int], v); n != want[v] {
			t.Fatalf("seed %d: %d is there %d times, want %d", seed, v, n, want[v])
		}
		at, _ := slices.BinarySearch(keys, v)
		next, ok := tree.from(cmp.Compare[int], v)
		if ok != (at < len(keys)) || ok && next != keys[at] {
			t.Fatalf("seed %d: from %d is %d, %v", seed, v, next, ok)
		}
	}
	if len(keys) > 0 && tree.least() != keys[0] {
		t.Fatalf("seed %d: the least is %d, want %d", seed, tree.least(), keys[0])
	}
}

// Nodes that lost their first child, got values again and were joined find them.
func TestRankedTreeFindsWhatItHasAfterJoins(t *testing.T) {
	const values = 30000
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	var tree rankedTree[int]
	want := make(map[int]int)
	set := func(v, n int) {
		if diff := n - want[v]; diff != 0 {
			if want[v] = n; n == 0 {
				delete(want, v)
			}
			if got := tree.add(cmp.Compare[int], &v, diff); got != n {
				t.Fatalf("seed %d: %d is there %d times, want %d", seed, v, got, n)
			}
		}
	}
	for range 12 {
		for range values {
			set(r.IntN(values), 1)
		}
		first := r.IntN(values)
		for v := first; v < min(values, first+values/4); v++ {
			set(v, 0)
		}
		for range 500 {
			set(r.IntN(values), 1)
		}
		for _, v := range r.Perm(values)[:values*49/50] {
			set(v, 0)
		}
		checkRankedTree(t, seed, &tree, want)
	}
}

// A tree that has shrunk does not keep a node for every few values.
func TestRankedTreeJoinsNodesThatAreNearlyEmpty(t *testing.T) {
	var tree rankedTree[int]
	for v := range 100000 {
		tree.add(cmp.Compare[int], &v, 1)
	}
	for v := range 100000 {
		if v%100 != 0 {
			tree.add(cmp.Compare[int], &v, -1)
		}
	}
	leaves := 0
	var count func(n *rankedNode[int])
	count = func(n *rankedNode[int]) {
		if n.children == nil {
			leaves++
		}
		for _, c := range n.children {
			count(c)
		}
	}
	count(tree.root)
	if leaves > 1000/rankedWidth*8 {
		t.Errorf("1000 values in %d leaves", leaves)
	}
}

// A value that equals another by the comparison is the one that is there.
func TestRankedBagKeepsRecordsOfTheFirstOfEqualValues(t *testing.T) {
	minusZero := -1 / inf()
	kind := &rankedKind[float64]{cmp.Compare[float64], CBOR[float64](), true}
	records := make(map[string][]byte)
	put := func(record, value []byte) {
		if records[string(record)] = value; value == nil {
			delete(records, string(record))
		}
	}
	var b rankedBag[float64]
	for _, v := range []float64{minusZero, 0, nan(), nan()} {
		b.add(kind, v, 1)
	}
	if err := b.save(kind, put); err != nil {
		t.Fatal(err)
	}
	if len(records) != 2 {
		t.Errorf("%d records, want one of 0 and one of NaN", len(records))
	}
	for _, v := range []float64{0, nan(), nan(), 0} {
		b.add(kind, v, -1)
	}
	if err := b.save(kind, put); err != nil {
		t.Fatal(err)
	}
	if len(records) != 0 || !b.empty() {
		t.Errorf("%d records are left", len(records))
	}
}
