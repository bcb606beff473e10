package main

import (
	"fmt"
	"math"
)

// A point is what an engine does at one width of the search.
type point struct {
	ef     int
	recall float64
	qps    float64 // for a second of the processor
}

// widths are those that a sweep goes through.
var widths = [...]int{10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 400}

// enough is the recall at which a sweep of an engine ends.
const enough = 0.9985

// sweep asks every engine at growing widths, in turns, until its recall is
// enough.
func (b *bench) sweep(engines []*engine, t *exactTruth) ([][]point, error) {
	curves := make([][]point, len(engines))
	for _, ef := range widths {
		var on []*engine
		var at []int
		for i, e := range engines {
			if c := curves[i]; len(c) == 0 || c[len(c)-1].recall < enough {
				on, at = append(on, e), append(at, i)
			}
		}
		if len(on) == 0 {
			break
		}
		answers, err := askAll(on, request{Op: "search", K: t.k, Ef: ef, IDs: true})
		if err != nil {
			return nil, err
		}
		took, err := b.best(on, request{Op: "search", K: t.k, Ef: ef})
		if err != nil {
			return nil, err
		}
		for i, a := range answers {
			p := point{ef, t.recall(a.IDs, nil), float64(len(t.query)) / took[i]}
			fmt.Printf("    %-10s ef %3d  recall %.4f  %8.0f queries/s\n", on[i].name, ef, p.recall, p.qps)
			curves[at[i]] = append(curves[at[i]], p)
		}
	}
	return curves, nil
}

// qpsAt returns the queries a second at a recall: between two points the
// logarithm of the speed goes in a line with that of the error. A curve that
// begins higher has its first point, one that ends lower NaN.
func qpsAt(curve []point, recall float64) float64 {
	for i, p := range curve {
		if p.recall < recall {
			continue
		}
		if i == 0 {
			return p.qps
		}
		lo := curve[i-1]
		x0, x1, x := miss(lo.recall), miss(p.recall), miss(recall)
		share := (x - x0) / (x1 - x0)
		return math.Exp(math.Log(lo.qps) + share*(math.Log(p.qps)-math.Log(lo.qps)))
	}
	return math.NaN()
}

// miss is the logarithm of what is not found.
func miss(recall float64) float64 { return math.Log(max(1-recall, 1e-5)) }
