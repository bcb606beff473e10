package dataflow

import (
	"maps"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"
)

// A bag is a count of values, whatever comes and goes and however badly the hashes
// are spread.
func TestBagCounts(t *testing.T) {
	for name, hash := range map[string]func(int) uint64{
		"spread": identityOf(CBOR[int]()).hash,
		"equal":  func(int) uint64 { return 7 },
		"close":  func(v int) uint64 { return uint64(v % 5) },
		"at end": func(v int) uint64 { return uint64(31 - v%3) },
	} {
		r := rand.New(rand.NewPCG(rand.Uint64(), 0))
		kind := &bagKind[int]{identity: identity[int]{equal: func(a, b int) bool { return a == b }, hash: hash}}
		b, want, total := bag[int]{kind: kind}, make(map[int]int), 0
		for i := range 20_000 {
			few := 1 + (i/2_000%2)*200 // it grows and shrinks
			v, diff := r.IntN(few), 1-2*r.IntN(2)
			if i/2_000%2 == 0 && r.IntN(2) == 0 && len(b.list) > 0 {
				c := b.list[r.IntN(len(b.list))]
				v, diff = c.value, -c.n
			}
			if want[v] += diff; want[v] == 0 {
				delete(want, v)
			}
			total += diff
			if n := b.add(v, diff); n != want[v] {
				t.Fatalf("%s: %d is there %d times, want %d", name, v, n, want[v])
			}
			if len(b.list) != len(want) || b.total != total || b.empty() != (len(want) == 0) {
				t.Fatalf("%s: %d values, %d in all, want %d and %d", name, len(b.list), b.total, len(want), total)
			}
			if cap(b.list) > 4*indexed && len(b.list) < cap(b.list)/8 {
				t.Fatalf("%s: room for %d values, there are %d", name, cap(b.list), len(b.list))
			}
		}
		if got := maps.Collect(b.all()); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		for v := range 201 {
			if b.count(v) != want[v] {
				t.Errorf("%s: %d is there %d times, want %d", name, v, b.count(v), want[v])
			}
		}
	}
}

// everything has a field of every kind that == compares.
type everything struct {
	B    bool
	I    int8
	U    uint32
	F    float64
	G    float32
	C    complex128
	D    complex64
	S    string
	A    [3]string
	Z    [5]uint16
	T    time.Time
	_    int32
	Last [3]struct{ X, Y byte }
}

// Every field counts, padding and blank fields do not.
func TestHashIsThatOfTheFields(t *testing.T) {
	id := identityOf(CBOR[everything]())
	make1 := func() everything {
		v := everything{
			B: true, I: 1, U: 2, F: 3, G: 4, C: 5i, D: 6i, S: "s", A: [3]string{"x", "y", "z"},
			Z: [5]uint16{1, 2, 3, 4, 5}, T: time.Unix(1, 2).UTC(), Last: [3]struct{ X, Y byte }{{1, 2}, {3, 4}, {5, 6}},
		}
		return v
	}
	v := make1()
	for i := range unsafe.Sizeof(v) {
		// Wherever the field lies that == does not look at.
		if at := unsafe.Offsetof(v.Last); i >= at-4 && i < at {
			*(*byte)(unsafe.Add(unsafe.Pointer(&v), i)) = 0xff
		}
	}
	if id.hash(v) != id.hash(make1()) || !id.equal(v, make1()) {
		t.Error("a value with another blank field is another value")
	}
	for i, change := range []func(*everything){
		func(v *everything) { v.B = false },
		func(v *everything) { v.I++ },
		func(v *everything) { v.U++ },
		func(v *everything) { v.F++ },
		func(v *everything) { v.G++ },
		func(v *everything) { v.C++ },
		func(v *everything) { v.D++ },
		func(v *everything) { v.S = "t" },
		func(v *everything) { v.A[2] = "" },
		func(v *everything) { v.Z[4]++ },
		func(v *everything) { v.T = v.T.Add(1) },
		func(v *everything) { v.Last[2].Y++ },
		func(v *everything) { v.A[0], v.A[1] = v.A[1], v.A[0] },
	} {
		v := make1()
		if change(&v); id.hash(v) == id.hash(make1()) || id.equal(v, make1()) {
			t.Errorf("change %d makes no other value", i)
		}
	}
}

// == says that 0 is -0, and that what is not a number is not itself.
func TestFloatsThatCanBeRetracted(t *testing.T) {
	type point struct{ X, Y float64 }
	id := identityOf(CBOR[point]())
	for _, c := range []struct {
		a, b point
		same bool
	}{
		{point{0, 1}, point{math.Copysign(0, -1), 1}, true},
		{point{math.NaN(), 1}, point{math.NaN(), 1}, true},
		{point{math.NaN(), 1}, point{math.NaN(), 2}, false},
		{point{math.NaN(), 1}, point{1, math.NaN()}, false},
		{point{math.Inf(1), 1}, point{math.Inf(-1), 1}, false},
	} {
		if got := id.equal(c.a, c.b); got != c.same {
			t.Errorf("%v is %v: %v, want %v", c.a, c.b, got, c.same)
		}
		if got := id.hash(c.a) == id.hash(c.b); got != c.same {
			t.Errorf("hashes of %v and %v are equal: %v, want %v", c.a, c.b, got, c.same)
		}
	}
	b := bag[point]{kind: &bagKind[point]{identity: id}}
	b.add(point{math.NaN(), 1}, +1)
	if n := b.add(point{math.NaN(), 1}, -1); n != 0 || !b.empty() {
		t.Errorf("after its retraction a value is there %d times", n)
	}
}

// A hash of a type that == compares allocates nothing.
func TestHashAllocatesNothing(t *testing.T) {
	id := identityOf(CBOR[everything]())
	v, n := everything{S: "s"}, uint64(0)
	if allocs := testing.AllocsPerRun(100, func() { n += id.hash(v) }); allocs > 0 {
		t.Errorf("%v allocations", allocs)
	}
}
