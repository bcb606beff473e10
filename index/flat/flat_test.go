package flat

import (
	"math"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
	"ragserver/index/vectors"
)

func TestLeg(t *testing.T) {
	for _, kernel := range vectors.Kernels() {
		t.Run(kernel, func(t *testing.T) {
			indextest.Run(t, indextest.Subject{
				Vector: true,
				Open:   func(t testing.TB, dir string) index.Leg { return open(t, Config{}, kernel) },
			})
		})
	}
}

// open returns a leg that computes by a kernel.
func open(t testing.TB, c Config, kernel string) *Leg {
	t.Helper()
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	l.store.SetKernel(kernel)
	return l
}

// All kernels, numbers of workers and ways to filter give the same answer: that
// of a comparison with every row.
func TestAnswersAreExactAndTheSame(t *testing.T) {
	const n, k = 34_002, 50
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
				top.Push(c.Row, float64(vectors.Dot(query, c.Vector)))
			}
		}
		want[name] = top.Sorted()
	}
	for _, workers := range []int{1, 3} {
		l := open(t, Config{Workers: workers}, vectors.Kernels()[0])
		for epoch, c := range [][]index.Change{changes, removed} {
			if err := l.Apply(t.Context(), rag.Epoch(epoch+1), c); err != nil {
				t.Fatal(err)
			}
		}
		for _, kernel := range vectors.Kernels() {
			l.store.SetKernel(kernel)
			for name, rows := range filters {
				got, err := l.Snapshot().Search(t.Context(), index.Query{Vector: query, K: k, Rows: rows})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(got, want[name]) {
					t.Errorf("%s, %d workers, filter %s: got %v, want %v", kernel, workers, name, got, want[name])
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
