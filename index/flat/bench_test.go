package flat

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	"ragserver/index"
	"ragserver/index/vectors"
)

const benchRows, benchDim = 72_000, 256

// clusters returns unit vectors of 200 groups.
func clusters(n int) [][]float32 {
	r := rand.New(rand.NewPCG(1, 1))
	centers := make([][]float32, 200)
	for i := range centers {
		centers[i] = gaussian(r)
	}
	all := make([][]float32, n)
	for k := range all {
		v, c := make([]float32, benchDim), centers[r.IntN(len(centers))]
		for i := range v {
			v[i] = c[i] + float32(r.NormFloat64())
		}
		n := float32(math.Sqrt(float64(vectors.Dot(v, v))))
		for i := range v {
			v[i] /= n
		}
		all[k] = v
	}
	return all
}

func gaussian(r *rand.Rand) []float32 {
	v := make([]float32, benchDim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

// BenchmarkScan searches 72,000 rows for the best 100: alone on one core, alone
// on all, and beside others; then a tenth of them, half of them, and one.
func BenchmarkScan(b *testing.B) {
	rows := clusters(benchRows + 100)
	changes := make([]index.Change, benchRows)
	for i := range changes {
		changes[i] = index.Change{Row: index.Row(i), Diff: 1, Vector: rows[i]}
	}
	tenth, half := roaring.New(), roaring.New()
	r := rand.New(rand.NewPCG(5, 5))
	for i := range uint32(benchRows) {
		if r.IntN(10) == 0 {
			tenth.Add(i)
		}
		if r.IntN(2) == 0 {
			half.Add(i)
		}
	}
	for _, k := range vectors.Kernels() {
		one, many := open(b, Config{Workers: 1}, k), open(b, Config{}, k)
		for _, l := range []*Leg{one, many} {
			if err := l.Apply(b.Context(), 1, changes); err != nil {
				b.Fatal(err)
			}
		}
		for _, c := range []struct {
			name     string
			leg      *Leg
			parallel bool
			k        int
			rows     *roaring.Bitmap
		}{
			{"one", one, false, 100, nil},
			{"k10", one, false, 10, nil},
			{"shared", many, false, 100, nil},
			{"clients", many, true, 100, nil},
			{"tenth", one, false, 100, tenth},
			{"half", one, false, 100, half},
			{"row", one, false, 100, roaring.BitmapOf(4711)},
		} {
			b.Run(fmt.Sprintf("%s/%s", k, c.name), func(b *testing.B) {
				search := func(i int) {
					q := index.Query{Vector: rows[benchRows+i%100], K: c.k, Rows: c.rows}
					if _, err := c.leg.Snapshot().Search(b.Context(), q); err != nil {
						b.Error(err)
					}
				}
				if !c.parallel {
					for i := 0; b.Loop(); i++ {
						search(i)
					}
					return
				}
				b.SetParallelism(16)
				b.RunParallel(func(pb *testing.PB) {
					for i := 0; pb.Next(); i++ {
						search(i)
					}
				})
			})
		}
	}
}
