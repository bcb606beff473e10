// Package indextest is what every leg of an index has to pass.
package indextest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index"
)

// A Subject is a kind of leg to test.
type Subject struct {
	// Open returns a leg on what earlier legs left in dir. A leg in memory
	// ignores dir.
	Open func(t testing.TB, dir string) index.Leg

	Vector bool // it searches by vectors; otherwise by words

	// Recall is the part of the true best 10 that must be found; 0 means all
	// of them, and exact scores in the right order.
	Recall float64
}

// dim is the number of dimensions of the vectors used.
const dim = 24

// Run tests that s keeps the contract of index.Leg.
func Run(t *testing.T, s Subject) {
	tests := map[string]func(*testing.T, Subject){
		"an empty leg answers nothing":                 testEmpty,
		"what is added is found":                       testFind,
		"the best come first, and all of them":         testOrder,
		"k may be anything":                            testK,
		"only allowed rows are returned":               testRows,
		"what is removed is never returned":            testRemove,
		"a removed chunk comes back under another row": testAddAgain,
		"a chunk is replaced in one epoch":             testReplace,
		"a row is used again":                          testReuse,
		"a snapshot stays as it is":                    testSnapshot,
		"readers see whole epochs":                     testAtomic,
		"an epoch that is held is skipped":             testRepeat,
		"a leg is filled in parts":                     testFill,
		"a score is what search says":                  testScore,
		"any history ends like a fresh leg":            testHistory,
		"odd queries do no harm":                       testOdd,
		"a context that is done ends a search":         testContext,
	}
	if s.Vector {
		tests["vectors of another length are refused"] = testDimensions
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { test(t, s) })
	}
	t.Run("what is on disk survives", func(t *testing.T) { testReopen(t, s) })
	leg := s.Open(t, t.TempDir())
	_, saver := leg.(index.Saver)
	if err := leg.Close(); err != nil {
		t.Error(err)
	}
	if saver {
		t.Run("what is saved comes back", func(t *testing.T) { testSave(t, s) })
		t.Run("damage is noticed", func(t *testing.T) { testDamage(t, s) })
	}
}

func (s Subject) open(t testing.TB) index.Leg {
	t.Helper()
	leg := s.Open(t, t.TempDir())
	t.Cleanup(func() {
		if err := leg.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return leg
}

// ID returns the n-th chunk's ID.
func ID(n int) rag.ChunkID { return rag.NewChunkID("test:doc", nil, fmt.Sprint(n), 0) }

// words of the texts, the first ones the most frequent.
var words = strings.Fields(`river mountain engine window garden copper violin harbor lantern meadow
	glacier orbit pepper saddle timber velvet walnut zephyr anchor beacon candle desert ember falcon granite
	hammer island jacket kettle ladder magnet needle oyster pillow quartz ribbon shadow tunnel umbrella village`)

// Text returns a text that chunk n, and no other, holds a word of.
func Text(n int) string {
	r := rand.New(rand.NewPCG(uint64(n), 1))
	var b strings.Builder
	fmt.Fprintf(&b, "%s ", Word(n))
	for range 5 + r.IntN(30) {
		b.WriteString(words[int(float64(len(words))*math.Pow(r.Float64(), 2))])
		b.WriteByte(' ')
	}
	return b.String()
}

// Word returns the word that only chunk n has.
func Word(n int) string { return fmt.Sprintf("unique%dq", n) }

// Vector returns the vector of chunk n.
func Vector(n int) rag.Vector {
	r := rand.New(rand.NewPCG(uint64(n), 2))
	v := make(rag.Vector, dim)
	var sum float64
	for i := range v {
		v[i] = float32(r.NormFloat64())
		sum += float64(v[i]) * float64(v[i])
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}

// Add returns the change that adds chunk n under row.
func Add(n int, row index.Row) index.Change {
	return index.Change{Row: row, ID: ID(n), Diff: 1, Text: index.Text{Body: Text(n)}, Vector: Vector(n)}
}

// Remove returns the change that removes chunk n.
func Remove(n int, row index.Row) index.Change {
	return index.Change{Row: row, ID: ID(n), Diff: -1}
}

// query asks for chunk n above all others.
func (s Subject) query(n, k int) index.Query {
	if s.Vector {
		return index.Query{Vector: Vector(n), K: k}
	}
	return index.Query{Text: strings.Repeat(Word(n)+" ", 5) + words[n%len(words)], K: k}
}

// broad asks for something that many chunks have to do with.
func (s Subject) broad(n, k int) index.Query {
	if s.Vector {
		return index.Query{Vector: Vector(1_000_000 + n), K: k}
	}
	return index.Query{Text: strings.Join([]string{words[n%7], words[(n*3+1)%len(words)], words[(n*5+2)%len(words)]}, " "), K: k}
}

func apply(t testing.TB, leg index.Leg, epoch rag.Epoch, changes ...index.Change) {
	t.Helper()
	if err := leg.Apply(t.Context(), epoch, changes); err != nil {
		t.Fatalf("Apply(%d): %v", epoch, err)
	}
}

func search(t testing.TB, s index.Snapshot, q index.Query) []index.Scored {
	t.Helper()
	found, err := s.Search(t.Context(), q)
	if err != nil {
		t.Fatalf("Search(%.50q): %v", q.Text, err)
	}
	return found
}

// now searches the present state of leg.
func now(t testing.TB, leg index.Leg, q index.Query) []index.Scored {
	t.Helper()
	s := leg.Snapshot()
	defer s.Close()
	return search(t, s, q)
}

func rows(found []index.Scored) []index.Row {
	out := make([]index.Row, len(found))
	for i, f := range found {
		out[i] = f.Row
	}
	return out
}

// fill adds chunks 0 to n-1 under their numbers as rows.
func fill(t testing.TB, leg index.Leg, epoch rag.Epoch, n int) {
	t.Helper()
	changes := make([]index.Change, n)
	for i := range changes {
		changes[i] = Add(i, index.Row(i))
	}
	apply(t, leg, epoch, changes...)
}

func testEmpty(t *testing.T, s Subject) {
	leg := s.open(t)
	if found := now(t, leg, s.query(1, 10)); len(found) != 0 {
		t.Errorf("an empty leg found %v", found)
	}
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	scores, err := snapshot.Score(t.Context(), s.query(1, 1), []index.Row{0, 7})
	if err != nil || !cmp.Equal(scores, []float64{0, 0}) {
		t.Errorf("Score = %v, %v; want two zeros", scores, err)
	}
	if snapshot.Len() != 0 || leg.Durable() != 0 {
		t.Errorf("Len = %d, Durable = %d; want 0, 0", snapshot.Len(), leg.Durable())
	}
}

func testFind(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 200)
	missed := 0
	for n := range 200 {
		found := now(t, leg, s.query(n, 1))
		if len(found) != 1 {
			t.Fatalf("searching for chunk %d found %v", n, found)
		}
		if found[0].Row == index.Row(n) {
			continue
		}
		if missed++; s.Recall == 0 || float64(missed) > (1-s.Recall)*200 {
			t.Fatalf("searching for chunk %d found %v; %d missed so far", n, found, missed)
		}
	}
}

// exact returns the best k rows by scoring all of them.
func exact(t testing.TB, s index.Snapshot, q index.Query, n int) []index.Scored {
	t.Helper()
	all := make([]index.Row, n)
	for i := range all {
		all[i] = index.Row(i)
	}
	scores, err := s.Score(t.Context(), q, all)
	if err != nil {
		t.Fatal(err)
	}
	top := index.NewTop(q.K)
	for i, score := range scores {
		if score != 0 && (q.Rows == nil || q.Rows.Contains(index.Row(i))) {
			top.Push(index.Row(i), score)
		}
	}
	return top.Sorted()
}

func testOrder(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 500)
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	hits, want := 0, 0
	for n := range 50 {
		q := s.broad(n, 10)
		truth, found := exact(t, snapshot, q, 500), search(t, snapshot, q)
		if len(found) != len(truth) {
			t.Fatalf("query %d: %d results, want %d", n, len(found), len(truth))
		}
		if s.Recall == 0 {
			if diff := cmp.Diff(truth, found); diff != "" {
				t.Fatalf("query %d: (-want +got)\n%s", n, diff)
			}
		}
		best := roaring.BitmapOf(rows(truth)...)
		want += len(truth)
		for i, f := range found {
			if best.Contains(f.Row) {
				hits++
			}
			if i > 0 && f.Score > found[i-1].Score {
				t.Fatalf("query %d: %v is not sorted", n, found)
			}
		}
	}
	if want < 300 || float64(hits) < s.Recall*float64(want) {
		t.Errorf("found %d of %d, want %.2f of them", hits, want, s.Recall)
	}
}

func testK(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 300)
	for k, want := range map[int]int{-1: 0, 0: 0, 1: 1, 5: 5} {
		q := s.broad(0, k)
		if found := now(t, leg, q); len(found) != want {
			t.Errorf("k = %d: %d results, want %d", k, len(found), want)
		}
	}
	for _, k := range []int{1_000_000_000, math.MaxInt} {
		found := now(t, leg, s.broad(0, k))
		if s.Vector && len(found) != 300 || len(found) < 100 {
			t.Errorf("k = %d: %d results", k, len(found))
		}
	}
}

func testRows(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 400)
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	third := roaring.New()
	for row := range index.Row(400) {
		if row%3 == 0 {
			third.Add(row)
		}
	}
	sets := []*roaring.Bitmap{roaring.New(), roaring.BitmapOf(7), roaring.BitmapOf(3, 4, 5, 399, 4_000_000_000), third}
	for i, set := range sets {
		before := set.Clone()
		q := s.broad(1, 20)
		q.Rows = set
		truth, found := exact(t, snapshot, q, 400), search(t, snapshot, q)
		if len(truth) != len(found) {
			t.Errorf("set %d: %d results, want %d", i, len(found), len(truth))
		}
		for _, f := range found {
			if !set.Contains(f.Row) {
				t.Errorf("set %d: row %d is not allowed", i, f.Row)
			}
		}
		if !set.Equals(before) {
			t.Errorf("set %d was modified", i)
		}
	}
}

func testRemove(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 100)
	for n := range 50 {
		apply(t, leg, rag.Epoch(2+n), Remove(n, index.Row(n)))
		for _, f := range now(t, leg, s.query(n, 100)) {
			if f.Row <= index.Row(n) {
				t.Fatalf("row %d was removed and is found", f.Row)
			}
		}
	}
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	if snapshot.Len() != 50 {
		t.Errorf("Len = %d, want 50", snapshot.Len())
	}
	apply(t, leg, 1000, Remove(77_777, 5)) // was never there
}

func testAddAgain(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 20)
	apply(t, leg, 2, Remove(3, 3))
	apply(t, leg, 3, Add(3, 20))
	if found := now(t, leg, s.query(3, 1)); len(found) != 1 || found[0].Row != 20 {
		t.Errorf("found %v, want row 20", found)
	}
}

func testReplace(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 20)
	old := leg.Snapshot()
	defer old.Close()
	apply(t, leg, 2, Remove(3, 3), Add(3, 20))
	if found := search(t, old, s.query(3, 1)); len(found) != 1 || found[0].Row != 3 {
		t.Errorf("the old snapshot found %v, want row 3", found)
	}
	found := now(t, leg, s.query(3, 100))
	if len(found) == 0 || found[0].Row != 20 {
		t.Errorf("found %v, want row 20 first", found)
	}
	for _, f := range found {
		if f.Row == 3 {
			t.Error("row 3 is still found")
		}
	}
}

func testReuse(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 20)
	apply(t, leg, 2, Remove(3, 3))
	apply(t, leg, 3, Add(50, 3))
	if found := now(t, leg, s.query(50, 1)); len(found) != 1 || found[0].Row != 3 {
		t.Errorf("found %v, want row 3", found)
	}
}
