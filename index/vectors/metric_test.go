package vectors

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"ragserver/index"
)

// storeOf returns a store with vectors in its first slots, under rows of the same
// numbers.
func storeOf(t testing.TB, c Config, k *kernel, all [][]float32) *Store {
	t.Helper()
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.kernel = k
	entries := make([]Entry, len(all))
	for i, v := range all {
		entries[i] = Entry{Slot: Slot(i), Row: uint32(i), Vector: v}
	}
	s.Publish(s.Write(nil, entries))
	return s
}

// truth is the score of two vectors by definition.
func truth(metric string, a, b []float32) float64 {
	var product, aa, bb float64
	for i, x := range a {
		y := float64(b[i])
		product += float64(x) * y
		aa += float64(x) * float64(x)
		bb += y * y
	}
	switch metric {
	case "dot":
		return product
	case "l2":
		return 2*product - aa - bb
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return product / math.Sqrt(aa*bb)
}

// Every metric, by every kernel, in every way to ask, agrees with its definition,
// and the scans find the best.
func TestMetrics(t *testing.T) {
	const dim, n, k = 40, 1500, 20
	for _, metric := range []string{"", "cosine", "dot", "l2"} {
		r := rand.New(rand.NewPCG(12, 12))
		all := make([][]float32, n)
		for i := range all {
			all[i] = random(r, dim, 3)
			length := float32(1 + r.IntN(4)*r.IntN(2))
			for j := range all[i] {
				all[i][j] *= length
			}
		}
		clear(all[5])
		query := random(r, dim, 3)
		want := make([]float64, n)
		for i, v := range all {
			want[i] = truth(metric, query, v)
		}
		best := slices.Sorted(slices.Values(want))
		floor := best[n-k]
		for _, kernel := range kernels() {
			s := storeOf(t, Config{Metric: metric}, kernel, all)
			checkMetric(t, s.Table(), metric+" "+kernel.name, query, want, floor, k, 1e-5)
			s = storeOf(t, Config{Metric: metric, Precision: "float16"}, kernel, all)
			checkMetric(t, s.Table(), metric+" float16 "+kernel.name, query, want, floor, k, 1e-2)
		}
	}
}

func checkMetric(t *testing.T, table *Table, name string, query []float32, want []float64, floor float64, k int, slack float64) {
	t.Helper()
	p, err := table.NewProbe(query)
	if err != nil {
		t.Fatal(err)
	}
	slots := make([]Slot, len(want))
	for i := range slots {
		slots[i] = Slot(i)
	}
	exact, near := make([]float32, len(want)), make([]float32, len(want))
	p.Exact(table, slots, exact)
	p.Near(table, slots, near)
	largest := max(slices.Max(want), -slices.Min(want))
	for i, w := range want {
		size := 1 + math.Abs(w)
		if off := math.Abs(float64(exact[i]) - w); off > slack*size {
			t.Fatalf("%s, slot %d: exact %v, want %v", name, i, exact[i], w)
		}
		if off := math.Abs(p.Score(table, Slot(i)) - w); off > slack*size {
			t.Fatalf("%s, slot %d: score %v, want %v", name, i, p.Score(table, Slot(i)), w)
		}
		if off := math.Abs(float64(near[i]) - w); off > 0.03*largest {
			t.Fatalf("%s, slot %d: near %v, want %v", name, i, near[i], w)
		}
	}
	scanned, err := table.Scan(t.Context(), p, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	some := index.NewTop(k)
	given := false
	err = table.ScanSome(t.Context(), p, func(buf []Slot) int {
		if given {
			return 0
		}
		given = true
		return copy(buf, slots[:60])
	}, some)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range scanned {
		if f.Score < floor-slack*(1+math.Abs(floor)) || f.Score != p.Score(table, f.Row) {
			t.Errorf("%s: place %d is row %d with %v, the floor is %v", name, i, f.Row, f.Score, floor)
		}
	}
	if len(scanned) != k {
		t.Errorf("%s: %d found, want %d", name, len(scanned), k)
	}
	if got, want := some.Sorted()[0].Score, slices.Max(want[:60]); math.Abs(got-want) > 10*slack {
		t.Errorf("%s: the best of some is %v, want %v", name, got, want)
	}
}

// A unit vector keeps its bits; another is made one, however long it is.
func TestCosineKeepsUnitVectors(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	v := random(r, 100, 3)
	cosine.fit(portable(), append(v[:100:100], make([]float32, 12)...))
	for _, length := range []float32{1, 1e-15, 3, 1e15} {
		w := slices.Clone(v)
		for i := range w {
			w[i] *= length
		}
		s := storeOf(t, Config{}, kernels()[0], [][]float32{w})
		first := slices.Clone(s.Table().Vector(0))
		if d := Dot(first, first); math.Abs(float64(d)-1) > 1e-6 {
			t.Errorf("length %v: the product with itself is %v", length, d)
		}
		s = storeOf(t, Config{}, kernels()[0], [][]float32{first})
		if again := s.Table().Vector(0); !slices.Equal(again, first) {
			t.Errorf("length %v: a unit vector has changed", length)
		}
	}
}

// With l2 a vector is at distance 0 from itself, exactly, as slot and as query.
func TestDistanceToItselfIsNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(14, 14))
	all := make([][]float32, 50)
	for i := range all {
		all[i] = random(r, 33, 3)
	}
	for _, kernel := range kernels() {
		table := storeOf(t, Config{Metric: "l2"}, kernel, all).Table()
		for i, v := range all {
			p, err := table.NewProbe(v)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Score(table, Slot(i)); got != 0 {
				t.Errorf("%s: vector %d is %v from itself", kernel.name, i, got)
			}
		}
	}
}

func TestOtherNamesAreRefused(t *testing.T) {
	for _, c := range []Config{{Metric: "l1"}, {Precision: "int4"}} {
		if _, err := New(c); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

// Bounds hold for l2 too, where large squares are taken from small products.
func TestBoundIsNeverBelowTheDistance(t *testing.T) {
	r := rand.New(rand.NewPCG(22, 22))
	var product [1]int32
	for i := range 500 {
		dim := 1 + r.IntN(100)
		query := random(r, dim, i)
		for j := range query {
			query[j] *= float32([]float64{1e-12, 1e-4, 1}[i%3])
		}
		v := random(r, dim, i/2)
		if i%7 == 0 {
			copy(v, query)
		}
		for _, k := range kernels() {
			table := storeOf(t, Config{Metric: "l2"}, k, [][]float32{v}).Table()
			var p Probe
			if err := p.SetQuery(table, query); err != nil {
				t.Fatal(err)
			}
			s := table.slabs[0]
			if bound, exact := p.boundOf(s, 0, product[:]), p.score(s, 0); !(float64(bound) >= exact) {
				t.Fatalf("%s, dim %d, pair %d: bound %v, score %v", k.name, dim, i, bound, exact)
			}
		}
	}
}
