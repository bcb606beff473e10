package hnsw

import "math"

// The ways to answer.
type way int

const (
	byScan way = iota
	byRows
	byWalk
)

// What looking at one vector costs about, in nanoseconds, by its dimensions: in a
// scan, where the processor sees what comes next; as one of some rows; and as a
// neighbour in a walk. Only their ratios matter. BenchmarkWays measures them.
func scanCost(dim int) float64 { return 1 + 0.025*float64(dim) }
func rowCost(dim int) float64  { return 12 + 0.04*float64(dim) }
func hopCost(dim int) float64  { return 25 + 0.06*float64(dim) }

// choose returns the way that costs least, and the width of the walk.
func (a *ask) choose() (way, int) {
	n, dim := float64(a.Len()), a.state.table.Dim()
	best, cost := byScan, n*scanCost(dim)
	share := 1.0
	if a.rows != nil {
		allowed := min(float64(a.rows.GetCardinality()), n)
		cost += 2 * allowed // to make a set of them
		share = max(allowed, 1) / n
		if c := allowed * rowCost(dim); c < cost {
			best, cost = byRows, c
		}
	}
	t := a.leg.tuning.Load()
	width, ok := t.width(a.k)
	if !ok || a.leg.entry.Load() == 0 {
		return best, 0 // how much a walk would find is not known
	}
	waiting := float64(a.leg.waiting.Load())
	o := a.leg.outliers()
	apart := float64(len(o.lost))
	if a.rows != nil {
		apart = float64(len(o.slots)) // a filtered walk looks at all
	}
	walk := (t.cost(width)/share+apart)*hopCost(dim) + waiting*scanCost(dim) + n/64
	if walk < cost || a.leg.always {
		return byWalk, width
	}
	return best, 0
}

// budget is how many nodes a filtered walk may score before another way costs
// less: it has a few times what was expected.
func (a *ask) budget() int {
	n, dim := float64(a.Len()), a.state.table.Dim()
	cost := n * scanCost(dim)
	if a.rows != nil {
		cost = min(cost, float64(a.rows.GetCardinality())*rowCost(dim))
	}
	return 1000 + int(cost/hopCost(dim))
}

// tombs says whether so many nodes are at vectors that were removed, or are newer
// than a snapshot of n vectors, that walks have to look past them.
func (l *Leg) tombs(n int) bool {
	s := l.state.Load()
	return 4*(int(l.removed.Load())+max(0, s.table.Len()-n)) > n
}

// A tuning is what walks of several widths were seen to find.
type tuning struct {
	least   float64 // recall that is wanted
	fixed   int     // width by configuration; 0: by what was measured
	widths  []measure
	vectors int
}

// A measure is what walks of one width find, on average.
type measure struct {
	Width  int
	Few    float64 // recall of the best 10
	Many   float64 // recall of the best 100, if the width is at least that
	Scored float64 // nodes
}

// few and many are the numbers of results that tuning is done for.
const (
	few  = 10
	many = 100
)

// width returns the least width that gives enough for k results; false if none
// was seen to.
func (t *tuning) width(k int) (int, bool) {
	if t.fixed > 0 {
		return max(t.fixed, k), true
	}
	// What was measured is right to about half a percent.
	least := t.least + (1-t.least)/4
	narrow, ok := t.enough(func(m measure) bool { return m.Few >= least })
	if k <= few || !ok {
		return max(narrow, k), ok
	}
	wide, ok := t.enough(func(m measure) bool { return m.Width >= many && m.Many >= least })
	if k >= many {
		return int(math.Ceil(float64(wide) * float64(k) / many)), ok
	}
	share := float64(k-few) / (many - few)
	return max(k, narrow+int(math.Ceil(share*float64(wide-narrow)))), ok
}

func (t *tuning) enough(ok func(measure) bool) (int, bool) {
	for _, m := range t.widths {
		if ok(m) {
			return m.Width, true
		}
	}
	return 0, false
}

// recall is what walks of a width were seen to find of the best 10, at least.
func (t *tuning) recall(width int) (least float64) {
	for _, m := range t.widths {
		if m.Width <= width {
			least = m.Few
		}
	}
	return least
}

// cost is how many nodes a walk of a width scores, about.
func (t *tuning) cost(width int) float64 {
	if len(t.widths) == 0 {
		return 15 * float64(width)
	}
	last := t.widths[0]
	for _, m := range t.widths {
		if m.Width >= width {
			if m.Width == last.Width {
				break
			}
			share := float64(width-last.Width) / float64(m.Width-last.Width)
			return last.Scored + share*(m.Scored-last.Scored)
		}
		last = m
	}
	return last.Scored * float64(width) / float64(last.Width)
}
