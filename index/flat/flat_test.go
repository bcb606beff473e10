package flat

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

func TestLeg(t *testing.T) {
	for _, k := range kernels() {
		t.Run(k.name, func(t *testing.T) {
			indextest.Run(t, indextest.Subject{
				Vector: true,
				Open:   func(t testing.TB, dir string) index.Leg { return open(t, Config{}, k) },
			})
		})
	}
}

// open returns a leg that computes by k.
func open(t testing.TB, c Config, k *kernel) *Leg {
	t.Helper()
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	l.kernel = k
	return l
}

// random returns vectors of all sorts of lengths and shapes.
func random(r *rand.Rand, dim, kind int) []float32 {
	v := make([]float32, dim)
	scale := math.Pow(10, float64(kind%7-3))
	for i := range v {
		switch kind % 3 {
		case 0:
			v[i] = float32(r.NormFloat64() * scale)
		case 1:
			v[i] = float32(scale)
		case 2:
			if r.IntN(5) == 0 {
				v[i] = float32((r.Float64() - 0.5) * scale)
			}
		}
	}
	return v
}

// All kernels, numbers of workers and ways to filter give the same answer: that
// of a comparison with every row.
func TestAnswersAreExactAndTheSame(t *testing.T) {
	const n, k = parallelRows + 1234, 50
	changes := make([]index.Change, n)
	for i := range changes {
		changes[i] = indextest.Add(i%5000, index.Row(i))
	}
	var removed []index.Change
	for i := 0; i < n; i += 3 {
		removed = append(removed, indextest.Remove(i%5000, index.Row(i)))
	}
	filters := map[string]*roaring.Bitmap{"none": nil, "one row": roaring.BitmapOf(77), "no row": roaring.New()}
	for name, step := range map[string]int{"dense": 2, "half dense": 5, "sparse": 17} {
		filters[name] = roaring.BitmapOf(math.MaxUint32)
		for i := 0; i < n; i += step {
			filters[name].Add(uint32(i))
		}
	}
	filters["one range"] = roaring.New()
	filters["one range"].AddRange(3000, 10_000)
	query := indextest.Vector(7)
	want := make(map[string][]index.Scored)
	for name, rows := range filters {
		top := index.NewTop(k)
		for i, c := range changes {
			if i%3 != 0 && (rows == nil || rows.Contains(uint32(i))) {
				top.Push(c.Row, float64(Dot(query, c.Vector)))
			}
		}
		want[name] = top.Sorted()
	}
	l := open(t, Config{}, nil)
	for epoch, c := range [][]index.Change{changes, removed} {
		if err := l.Apply(t.Context(), rag.Epoch(epoch+1), c); err != nil {
			t.Fatal(err)
		}
	}
	for _, kernel := range kernels() {
		for _, workers := range []int{1, 3} {
			l.kernel, l.workers = kernel, workers
			for name, rows := range filters {
				got, err := l.Snapshot().Search(t.Context(), index.Query{Vector: query, K: k, Rows: rows})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want[name]) {
					t.Errorf("%s, %d workers, filter %s: got %v, want %v", kernel.name, workers, name, got, want[name])
				}
			}
		}
	}
}

func TestVectorsThatAreNoNumbersAreRefused(t *testing.T) {
	l, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		v := indextest.Vector(1)
		v[3] = float32(x)
		if err := l.Apply(t.Context(), 1, []index.Change{{Row: 1, Diff: 1, Vector: v}}); err == nil {
			t.Errorf("a vector with %v was taken", x)
		}
	}
}
