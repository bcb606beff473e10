package vectors

import (
	"fmt"
	"math"
	"unsafe"
)

// A metric is how vectors are compared; see Config.
type metric int

const (
	cosine metric = iota
	dot
	l2
)

func metricOf(name string) (metric, error) {
	switch name {
	case "", "cosine":
		return cosine, nil
	case "dot":
		return dot, nil
	case "l2":
		return l2, nil
	}
	return 0, fmt.Errorf("metric %q is not one of [\"cosine\" \"dot\" \"l2\"]", name)
}

// unitSlack is how far from 1 the product of a vector with itself may be, for the
// vector to pass as a unit vector: its length is off by half of that.
const unitSlack = 2e-6

// fit makes v, which is filled up, what m compares: for the cosine a vector of
// length 1, or 0. One that is that already keeps its bits. It says whether v is
// finite.
func (m metric) fit(k *kernel, v []float32) bool {
	d := k.dot(unsafe.Pointer(&v[0]), v)
	if !(d < maxNorm*maxNorm) {
		return false
	}
	if m != cosine || math.Abs(float64(d)-1) <= unitSlack {
		return true
	}
	if d >= tiny {
		scale := float32(1 / math.Sqrt(float64(d)))
		for i := range v {
			v[i] *= scale
		}
		return true
	}
	var square float64 // squares in float32 have lost bits
	for _, x := range v {
		square += float64(x) * float64(x)
	}
	if square > 0 {
		for i, x := range v {
			v[i] = float32(float64(x) / math.Sqrt(square))
		}
	}
	return true
}

// distance returns the score of a row for l2: -|q-v|^2 = 2qv - (qq + vv). It is
// exactly 0 for a vector and itself, for then the three products are the same.
func distance(product, query, row float32) float64 {
	return 2*float64(product) - (float64(query) + float64(row))
}

// farthest turns a bound of the product into one of the distance's score. The
// last part is for rounding.
func farthest(bound, query, row float32) float32 {
	sum := query + row
	return 2*bound - sum + 1e-6*sum
}
