package vectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// tableOf returns a table of slabs, which compute by k.
func tableOf(k *kernel, slabs []*slab) *Table {
	t := &Table{store: &Store{kernel: k, metric: dot}, slabs: slabs, dim: slabs[0].dim, live: 1, version: 1}
	for _, s := range slabs {
		var b base
		if s != nil {
			b = s.base()
		}
		t.bases = append(t.bases, b)
	}
	return t
}

// checkHop compares what every kernel says of random slots, among the first rows
// of each slab, with the portable one, and looks at what stands behind the end.
func checkHop(t *testing.T, r *rand.Rand, slabs []*slab, rows int, query []float32) {
	t.Helper()
	for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 31, 64, 67} {
		var slots []Slot
		for len(slots) < n {
			if at := r.IntN(len(slabs)); slabs[at] != nil {
				slots = append(slots, Slot(at*SlabSlots+r.IntN(rows)))
			}
		}
		want := hop(t, portable(), slabs, slots, query)
		for _, k := range kernels() {
			if got := hop(t, k, slabs, slots, query); !slices.EqualFunc(got, want, same) {
				t.Fatalf("%s, dim %d, %d slots: got %v, want %v", k.name, len(query), n, got, want)
			}
		}
	}
}

// hop returns the near and the exact scores of slots, of the query and of a slot.
func hop(t *testing.T, k *kernel, slabs []*slab, slots []Slot, query []float32) []float32 {
	t.Helper()
	const mark = 12345
	table, n := tableOf(k, slabs), len(slots)
	var p Probe
	if err := p.SetQuery(table, query); err != nil {
		t.Fatal(err)
	}
	all := slices.Repeat([]float32{mark}, 4*n+1)
	p.Near(table, slots, all[:n])
	p.Exact(table, slots, all[n:2*n])
	if n > 0 {
		p.SetSlot(table, slots[0])
	}
	p.Near(table, slots, all[2*n:3*n])
	p.Exact(table, slots, all[3*n:4*n])
	if all[4*n] != mark {
		t.Fatalf("%s, dim %d, %d slots: written behind the end", k.name, len(query), n)
	}
	return all[:4*n]
}

func TestHopsGiveTheSameBits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	dims := []int{384, 768, 1024, 1536}
	for dim := 1; dim <= 200; dim += 1 + dim/16 {
		dims = append(dims, dim)
	}
	for _, dim := range dims {
		slabs := []*slab{filled(r, dim, 40), nil, filled(r, dim, 40)}
		checkHop(t, r, slabs, 40, random(r, dim, r.IntN(21)))
	}
}

// The near score of a pair is near its product, and a slot asks as its vector.
func TestNearIsNear(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for i := range 2000 {
		dim := 1 + r.IntN(300)
		s := newSlab(shapeOf(dim, false))
		s.write(plain(), 1, 0, 0, random(r, dim, i))
		s.write(plain(), 1, 1, 1, random(r, dim, i/3))
		for _, k := range kernels() {
			table := tableOf(k, []*slab{s})
			query, slot := newProbe(k, vectorOf(s, 0)), new(Probe)
			slot.SetSlot(table, 0)
			var a, b [1]float32
			query.Near(table, []Slot{1}, a[:])
			slot.Near(table, []Slot{1}, b[:])
			if a != b {
				t.Fatalf("%s, dim %d: %v asks %v, its slot %v", k.name, dim, i, a, b)
			}
			exact := Dot(vectorOf(s, 0), vectorOf(s, 1))
			size := math.Sqrt(float64(Dot(vectorOf(s, 0), vectorOf(s, 0)))) * math.Sqrt(float64(Dot(vectorOf(s, 1), vectorOf(s, 1))))
			if off := math.Abs(float64(a[0] - exact)); off > 0.04*size {
				t.Fatalf("%s, dim %d: near %v, exact %v, norms %v", k.name, dim, a[0], exact, size)
			}
		}
	}
}

// Every kernel makes the same codes, and those of no vector, or of one that is
// nearly nothing, harm nothing.
func TestCodesAreTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for i := range 600 {
		dim := 1 + r.IntN(200)
		v := random(r, dim, i)
		switch i % 5 {
		case 0:
			clear(v)
		case 1:
			for j := range v {
				v[j] *= 1e-34
			}
		}
		full := append(v, make([]float32, widthOf(dim)-dim)...)
		want := make([]uint64, words(dim))
		q := portable().quantize(full, dim, want)
		for _, k := range kernels() {
			got := slices.Repeat([]uint64{math.MaxUint64}, words(dim))
			if g := k.quantize(full, dim, got); g != q || !slices.Equal(got, want) {
				t.Fatalf("%s, dim %d, vector %d: %v %x, want %v %x", k.name, dim, i, g, got, q, want)
			}
		}
		var rest float64
		for j, x := range v {
			d := float64(x) - float64(q.scale)*(float64(want[j/8]>>(8*(j%8))&0xff)-codeZero)
			rest += d * d
		}
		if float64(q.rest) < math.Sqrt(rest) {
			t.Fatalf("dim %d, vector %d: rest %v, is %v", dim, i, q.rest, math.Sqrt(rest))
		}
	}
}

func TestDotOfAnyLength(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for n := range 100 {
		a, b := random(r, n, 0), random(r, n, 0)
		var want float64
		for i, x := range a {
			want += float64(x) * float64(b[i])
		}
		if got := float64(Dot(a, b)); math.Abs(got-want) > 1e-3*float64(n) {
			t.Errorf("%d values: got %v, want %v", n, got, want)
		}
		full := func(v []float32) []float32 { return append(v, make([]float32, widthOf(n)-n)...) }
		for _, k := range kernels() {
			a, b := full(a), full(b)
			if n == 0 {
				continue
			}
			if got := k.dot(unsafe.Pointer(&a[0]), b); !same(got, Dot(a[:n], b[:n])) {
				t.Errorf("%s, %d values: got %v, want %v", k.name, n, got, Dot(a[:n], b[:n]))
			}
		}
	}
}

func TestKernelsHaveNames(t *testing.T) {
	names := Kernels()
	t.Log(names)
	if len(names) == 0 || names[len(names)-1] != "go" {
		t.Errorf("kernels %q, want the portable one at the end", names)
	}
}
