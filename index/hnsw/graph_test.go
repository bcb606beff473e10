package hnsw

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// A cloud makes vectors of one shape.
type cloud func(r *rand.Rand) rag.Vector

const cloudDim = 48

func gaussian(r *rand.Rand) rag.Vector {
	v := make(rag.Vector, cloudDim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return v
}

func normalized(v rag.Vector) rag.Vector {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// clustered makes vectors around centers of unequal weight.
func clustered(centers int) cloud {
	c := rand.New(rand.NewPCG(9, 9))
	middle := make([]rag.Vector, centers)
	for i := range middle {
		middle[i] = gaussian(c)
	}
	return func(r *rand.Rand) rag.Vector {
		v := gaussian(r)
		m := middle[int(math.Pow(r.Float64(), 2)*float64(centers))]
		for i := range v {
			v[i] = m[i] + 0.6*v[i]
		}
		return normalized(v)
	}
}

// copied repeats some of the vectors of another cloud, a few of them very often.
func copied(c cloud) cloud {
	var past []rag.Vector
	return func(r *rand.Rand) rag.Vector {
		if len(past) > 10 && r.IntN(10) < 4 {
			return past[int(math.Pow(r.Float64(), 6)*float64(len(past)))]
		}
		v := c(r)
		past = append(past, v)
		return v
	}
}

func clouds() map[string]cloud {
	return map[string]cloud{
		"isotropic": func(r *rand.Rand) rag.Vector { return normalized(gaussian(r)) },
		"clustered": clustered(60),
		"copied":    copied(clustered(60)),
		"one":       func(*rand.Rand) rag.Vector { return normalized(slices.Repeat(rag.Vector{1}, cloudDim)) },
	}
}

// A world is a leg with what should be in it.
type world struct {
	leg     *Leg
	random  *rand.Rand
	cloud   cloud
	vectors map[index.Row]rag.Vector
	next    index.Row
	epoch   rag.Epoch
}

func newWorld(t testing.TB, c Config, make cloud) *world {
	l := open(t, c)
	l.always = true
	return &world{leg: l, random: rand.New(rand.NewPCG(7, 7)), cloud: make, vectors: map[index.Row]rag.Vector{}}
}

// change removes some vectors and adds others, in one epoch.
func (w *world) change(t testing.TB, removed, added int) {
	t.Helper()
	var changes []index.Change
	for row := range w.vectors { // any
		if removed--; removed < 0 {
			break
		}
		changes = append(changes, index.Change{Row: row, Diff: -1})
		delete(w.vectors, row)
	}
	for range added {
		v := w.cloud(w.random)
		changes = append(changes, index.Change{Row: w.next, Diff: 1, Vector: v})
		w.vectors[w.next] = v
		w.next++
	}
	w.epoch++
	if err := w.leg.Apply(t.Context(), w.epoch, changes); err != nil {
		t.Fatal(err)
	}
}

func (w *world) wait(t testing.TB) {
	t.Helper()
	if err := w.leg.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// recall asks for n vectors like those that are there, and returns how many of
// the true best 10 are found, by score.
func recallOf(t testing.TB, s index.Snapshot, r *rand.Rand, c cloud, n int, rows *roaring.Bitmap) float64 {
	t.Helper()
	exact := s.(*snapshot)
	var sum float64
	for range n {
		q := index.Query{Vector: c(r), K: 10, Rows: rows}
		found, err := s.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		p, err := exact.state.table.NewProbe(q.Vector)
		if err != nil {
			t.Fatal(err)
		}
		a := &ask{snapshot: exact, probe: p, k: 10, rows: rows}
		truth, err := a.scan(t.Context())
		if err != nil || len(truth) == 0 {
			t.Fatalf("%d vectors are there; %v", len(truth), err)
		}
		var right []float64
		for _, f := range truth {
			right = append(right, f.Score)
		}
		sum += recall(found, right)
	}
	return sum / float64(n)
}

// check looks at the structure of a graph that is at rest.
func (w *world) check(t testing.TB) {
	t.Helper()
	l := w.leg
	v := l.view()
	n := v.nodes
	inward := make(map[slot]int32)
	at := make(map[index.Row]bool)
	for s := range slot(n.slots()) {
		if k := n.kind(s); k == linked || k == twin {
			if v.table.Sees(s) {
				at[v.table.Row(s)] = true
			}
		}
		if n.kind(s) != linked {
			continue
		}
		for level := range n.level(s) + 1 {
			ends := n.list(s, level).read(nil)
			for i, e := range ends {
				if n.kind(e) != linked || e == s || slices.Contains(ends[:i], e) || n.level(e) < level {
					t.Fatalf("level %d of node %d leads to %v", level, s, ends)
				}
				if level == 0 {
					inward[e]++
				}
			}
		}
		for e, ok := n.next(s); ok; e, ok = n.next(e) {
			if n.kind(e) != twin || n.head(e) != s || !slices.Equal(v.table.Vector(e), v.table.Vector(s)) {
				t.Fatalf("node %d is no twin of %d", e, s)
			}
		}
	}
	for s, count := range inward {
		if got := n.inward(s).Load(); got != count {
			t.Errorf("node %d: %d links lead to it, not %d", s, count, got)
		}
	}
	c := &check{view: v, builder: l.newBuilder()}
	if lost := c.lost(); len(lost) > 0 {
		t.Errorf("%d nodes cannot be reached", len(lost))
	}
	for row := range w.vectors {
		if !at[row] {
			t.Errorf("row %d is not in the graph", row)
		}
	}
}

// Whatever was added and removed before, what is there is found: by its own
// vector, and among the best of what is like it.
func TestHistoriesAreFound(t *testing.T) {
	for name, c := range clouds() {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, Config{ExactBelow: 1, M: 8, EfConstruction: 60}, c)
			w.change(t, 0, 3000)
			for i := range 12 {
				if i%3 == 0 {
					w.wait(t)
					w.check(t)
				}
				w.change(t, w.random.IntN(700), w.random.IntN(700))
			}
			w.wait(t)
			w.check(t)
			s := w.leg.Snapshot()
			defer s.Close()
			if got := recallOf(t, s, w.random, c, 100, nil); got < 0.97 {
				t.Errorf("recall %.3f", got)
			}
			w.findsAll(t, s)
		})
	}
}

// findsAll asks for every vector by itself.
func (w *world) findsAll(t testing.TB, s index.Snapshot) {
	t.Helper()
	for row, v := range w.vectors {
		found, err := s.Search(t.Context(), index.Query{Vector: v, K: 1})
		if err != nil {
			t.Fatal(err)
		}
		scores, err := s.Score(t.Context(), index.Query{Vector: v}, []index.Row{row})
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 || found[0].Score < scores[0] {
			t.Errorf("row %d: found %v, its own score is %v", row, found, scores)
		}
	}
}

// A snapshot answers as when it was taken, however much of it is removed, linked
// and repaired meanwhile; its slots are not used again before it is closed.
func TestSnapshotSurvivesRepairs(t *testing.T) {
	w := newWorld(t, Config{ExactBelow: 1, M: 8, EfConstruction: 60}, clustered(60))
	w.change(t, 0, 2000)
	w.wait(t)
	old := w.leg.Snapshot()
	vectors := make(map[index.Row]rag.Vector)
	for row, v := range w.vectors {
		vectors[row] = v
	}
	for range 5 {
		w.change(t, 600, 500)
		w.wait(t)
	}
	past := &world{leg: w.leg, vectors: vectors}
	past.findsAll(t, old)
	if got := recallOf(t, old, w.random, w.cloud, 50, nil); got < 0.97 {
		t.Errorf("recall of the old snapshot %.3f", got)
	}
	before := w.leg.slots.next
	old.Close()
	w.change(t, 10, 0)
	w.wait(t)
	w.check(t)
	if free := len(w.leg.slots.free); free < 2000 {
		t.Errorf("%d of %d slots are free", free, before)
	}
	w.change(t, 0, 2000)
	if w.leg.slots.next != before {
		t.Errorf("slots up to %d, and not %d, after the old ones are free", w.leg.slots.next, before)
	}
}

// Half of all vectors are removed and come back, three times: recall does as well.
func TestChurn(t *testing.T) {
	w := newWorld(t, Config{ExactBelow: 1, EfSearch: 24, M: 8, EfConstruction: 80}, clustered(60))
	w.change(t, 0, 4000)
	w.wait(t)
	s := w.leg.Snapshot()
	before := recallOf(t, s, rand.New(rand.NewPCG(3, 3)), clustered(60), 200, nil)
	s.Close()
	for round := range 3 {
		w.change(t, 2000, 0)
		w.wait(t)
		w.change(t, 0, 2000)
		w.wait(t)
		w.check(t)
		s := w.leg.Snapshot()
		after := recallOf(t, s, rand.New(rand.NewPCG(3, 3)), clustered(60), 200, nil)
		s.Close()
		t.Logf("recall %.4f, and %.4f before", after, before)
		if after < 0.98*before {
			t.Errorf("round %d: recall %.3f, and %.3f before", round, after, before)
		}
	}
}

// A filter is answered in full, whichever rows it leaves: any of them, and those
// far from the question.
func TestFilters(t *testing.T) {
	w := newWorld(t, Config{ExactBelow: 1, EfConstruction: 100}, copied(clustered(60)))
	w.change(t, 0, 6000)
	w.wait(t)
	s := w.leg.Snapshot()
	defer s.Close()
	for _, share := range []float64{0.5, 0.1, 0.01, 0.001} {
		rows := roaring.New()
		for row := range w.vectors {
			if w.random.Float64() < share {
				rows.Add(row)
			}
		}
		rows.Add(5)
		for _, always := range []bool{true, false} {
			w.leg.always = always
			t.Run(fmt.Sprint(share, always), func(t *testing.T) {
				if got := recallOf(t, s, w.random, w.cloud, 100, rows); got < 0.99 {
					t.Errorf("recall %.3f", got)
				}
			})
		}
	}
	far := roaring.New()
	q := w.cloud(w.random)
	for row, v := range w.vectors {
		var dot float32
		for i := range v {
			dot += v[i] * q[i]
		}
		if dot < 0 {
			far.Add(row)
		}
	}
	if got := recallOf(t, s, w.random, func(*rand.Rand) rag.Vector { return q }, 1, far); got < 1 {
		t.Errorf("recall %.3f of what is far from the question", got)
	}
}
