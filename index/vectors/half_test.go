package vectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"ragserver/index"
)

// Every value of 16 bits is what its fields say, and is rounded to itself.
func TestHalvesAreReadAndWritten(t *testing.T) {
	for i := range 1 << 16 {
		h := uint16(i)
		exponent, fraction := int(h>>10&31), float64(h&1023)
		want := math.Ldexp(1024+fraction, exponent-25)
		switch {
		case exponent == 31 && fraction > 0:
			if got := single(h); got == got {
				t.Fatalf("%04x: got %v, want no number", h, got)
			}
			continue
		case exponent == 31:
			want = math.Inf(1)
		case exponent == 0:
			want = math.Ldexp(fraction, -24)
		}
		if h>>15 != 0 {
			want = -want
		}
		got := single(h)
		if float64(got) != want || math.Signbit(float64(got)) != (h>>15 != 0) {
			t.Fatalf("%04x: got %v, want %v", h, got, want)
		}
		if back := halfOf(got); back != h {
			t.Fatalf("%04x: %v is written as %04x", h, got, back)
		}
	}
}

// Between two neighbours the nearer one is taken, and the even one in the middle.
func TestHalvesAreRounded(t *testing.T) {
	for i := range 0x7bff {
		h := uint16(i)
		a, b := single(h), single(h+1)
		middle := (a + b) / 2
		even := h + h&1
		for x, want := range map[float32]uint16{
			math.Nextafter32(middle, 0): h, middle: even, math.Nextafter32(middle, b): h + 1,
		} {
			if got := halfOf(x); got != want {
				t.Fatalf("%v between %v and %v: got %04x, want %04x", x, a, b, got, want)
			}
			if got := halfOf(-x); got != want|0x8000 {
				t.Fatalf("%v: got %04x, want %04x", -x, got, want|0x8000)
			}
		}
	}
	if got := halfOf(maxHalf); single(got) != float32(math.Inf(1)) {
		t.Errorf("%v becomes %v", maxHalf, single(got))
	}
	if got := halfOf(math.Nextafter32(maxHalf, 0)); single(got) != 65504 {
		t.Errorf("just below %v becomes %v", maxHalf, single(got))
	}
}

// All kernels read the same values, and make the same products of them.
func TestKernelsReadHalves(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 19))
	bits := make([]uint16, 1<<16)
	for i := range bits {
		if bits[i] = uint16(i); i>>10&31 == 31 {
			bits[i] = 0
		}
	}
	for _, k := range kernels() {
		got := make([]float32, len(bits))
		k.widen(got, unsafe.Pointer(&bits[0]))
		for i, x := range got {
			if !same(x, single(bits[i])) {
				t.Fatalf("%s: %04x is read as %v, want %v", k.name, bits[i], x, single(bits[i]))
			}
		}
	}
	for _, dim := range []int{1, 31, 32, 33, 100, 256} {
		all := make([][]float32, 100)
		for i := range all {
			all[i] = random(r, dim, 3)
		}
		slots := []Slot{4, 99, 0, 1, 50}
		for n := range len(slots) + 1 {
			var want []float32
			for _, k := range slices.Backward(kernels()) {
				table := storeOf(t, Config{Precision: "float16"}, k, all).Table()
				var p Probe
				p.SetSlot(table, 7)
				got := make([]float32, 2*n)
				p.Near(table, slots[:n], got)
				p.Exact(table, slots[:n], got[n:])
				if want == nil {
					want = got
				}
				if !slices.EqualFunc(got, want, same) {
					t.Errorf("%s, dim %d, %d slots: got %v, want %v", k.name, dim, n, got, want)
				}
				for i, slot := range slots[:n] {
					if exact := Dot(table.Vector(7), table.Vector(slot)); !same(got[n+i], exact) {
						t.Errorf("%s, dim %d: exact %v, want %v", k.name, dim, got[n+i], exact)
					}
				}
			}
		}
	}
}

func TestTooLargeForHalfIsRefused(t *testing.T) {
	for metric, refused := range map[string]bool{"dot": true, "l2": true, "cosine": false} {
		s, err := New(Config{Metric: metric, Precision: "float16"})
		if err != nil {
			t.Fatal(err)
		}
		err = s.Check([]index.Change{{Diff: 1, Vector: []float32{1, 70000}}})
		if (err != nil) != refused {
			t.Errorf("%s: got error %v, want one: %v", metric, err, refused)
		}
	}
}
