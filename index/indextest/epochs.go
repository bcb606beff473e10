package indextest

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index"
)

func testSnapshot(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 50)
	old := leg.Snapshot()
	defer old.Close()
	before := search(t, old, s.broad(2, 50))
	for n := range 50 {
		apply(t, leg, rag.Epoch(2+n), Remove(n, index.Row(n)), Add(100+n, index.Row(100+n)))
	}
	if diff := cmp.Diff(before, search(t, old, s.broad(2, 50))); diff != "" {
		t.Errorf("the snapshot changed (-before +after)\n%s", diff)
	}
	if old.Len() != 50 {
		t.Errorf("Len = %d, want 50", old.Len())
	}
	for _, f := range now(t, leg, s.broad(2, 50)) {
		if f.Row < 100 {
			t.Errorf("row %d was removed and is found", f.Row)
		}
	}
}

// testAtomic replaces all chunks in every epoch, while readers see to it that
// they never find chunks of two epochs together.
func testAtomic(t *testing.T, s Subject) {
	const size, epochs = 8, 40
	leg := s.open(t)
	fill(t, leg, 1, size)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				if err := wholeEpoch(leg, s, i, size); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for e := 1; e < epochs; e++ {
		var changes []index.Change
		for n := range size {
			changes = append(changes, Remove((e-1)*size+n, index.Row((e-1)*size+n)), Add(e*size+n, index.Row(e*size+n)))
		}
		apply(t, leg, rag.Epoch(e+1), changes...)
	}
	close(done)
	wg.Wait()
}

func wholeEpoch(leg index.Leg, s Subject, i, size int) error {
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	if snapshot.Len() != size {
		return errors.New("a reader saw part of an epoch")
	}
	found, err := snapshot.Search(context.Background(), s.broad(i, 100))
	if err != nil {
		return err
	}
	for _, f := range found {
		if int(f.Row)/size != int(found[0].Row)/size {
			return errors.New("a reader found chunks of two epochs")
		}
	}
	return nil
}

func testRepeat(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 5, 20)
	apply(t, leg, 5, Remove(1, 1))
	apply(t, leg, 4, Remove(2, 2))
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	if snapshot.Len() != 20 {
		t.Errorf("Len = %d, want 20: an epoch was applied twice", snapshot.Len())
	}
}

func testFill(t *testing.T, s Subject) {
	leg := s.open(t)
	for n := range 10 {
		apply(t, leg, 0, Add(2*n, index.Row(2*n)), Add(2*n+1, index.Row(2*n+1)))
	}
	if d := leg.Durable(); d != 0 {
		t.Errorf("Durable = %d before the epoch, want 0", d)
	}
	apply(t, leg, 9)
	fill(t, leg, 9, 20) // skipped
	for n := range 20 {
		if found := now(t, leg, s.query(n, 1)); len(found) != 1 || found[0].Row != index.Row(n) {
			t.Fatalf("searching for chunk %d found %v", n, found)
		}
	}
}

func testScore(t *testing.T, s Subject) {
	leg := s.open(t)
	for e := range 10 { // several segments, where there are such
		var changes []index.Change
		for n := range 30 {
			changes = append(changes, Add(e*30+n, index.Row(e*30+n)))
		}
		apply(t, leg, rag.Epoch(e+1), changes...)
	}
	apply(t, leg, 11, Remove(7, 7))
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	for n := range 20 {
		q := s.broad(n, 1000)
		found := search(t, snapshot, q)
		scores, err := snapshot.Score(t.Context(), q, rows(found))
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range found {
			if scores[i] != f.Score {
				t.Fatalf("row %d: Score = %v, Search says %v", f.Row, scores[i], f.Score)
			}
		}
		q.K = 7
		best, also, err := index.SearchScore(t.Context(), snapshot, q, []index.Row{found[0].Row, 7, 4_000_000_000, found[0].Row})
		if err != nil {
			t.Fatal(err)
		}
		want := []float64{found[0].Score, 0, 0, found[0].Score}
		if s.Recall == 0 && !cmp.Equal(best, found[:7]) || !cmp.Equal(also, want) {
			t.Fatalf("SearchScore = %v, %v; want %v, %v", best, also, found[:7], want)
		}
	}
}

// testHistory makes random changes, and then the same chunks in a fresh leg.
func testHistory(t *testing.T, s Subject) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 3))
		leg := s.open(t)
		live := map[int]index.Row{}
		var next index.Row
		for e := range rag.Epoch(30) {
			var changes []index.Change
			touched := map[int]bool{}
			for range r.IntN(12) {
				n := r.IntN(60)
				if touched[n] {
					continue
				}
				touched[n] = true
				row, there := live[n]
				if there {
					changes = append(changes, Remove(n, row))
					delete(live, n)
				}
				if !there || r.IntN(3) == 0 {
					changes = append(changes, Add(n, next))
					live[n] = next
					next++
				}
			}
			apply(t, leg, e+1, changes...)
		}
		fresh := s.open(t)
		var all []index.Change
		for n, row := range live {
			all = append(all, Add(n, row))
		}
		apply(t, fresh, 1, all...)
		compare(t, s, seed, leg, fresh)
	}
}

func compare(t *testing.T, s Subject, seed uint64, got, want index.Leg) {
	t.Helper()
	a, b := got.Snapshot(), want.Snapshot()
	defer a.Close()
	defer b.Close()
	if a.Len() != b.Len() {
		t.Fatalf("seed %d: Len = %d, want %d", seed, a.Len(), b.Len())
	}
	for n := range 20 {
		q := s.broad(n, 1000)
		if diff := cmp.Diff(search(t, b, q), search(t, a, q)); diff != "" {
			t.Fatalf("seed %d, query %d: (-fresh +history)\n%s", seed, n, diff)
		}
	}
}

func testOdd(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 50)
	odd := []string{
		"", " ", `"`, `"river`, `river"`, "river:mountain", "+river -mountain", "(river", "[a TO b]", "river~2 mou*", `\`, "/re(/",
		"\x00", "\xff\xfe", "river\x00mountain", "\xe4\xb8", "😀👩‍👩‍👧", "é", "ﬁ", strings.Repeat("river ", 17_000),
		strings.Repeat("x", 100_000), strings.Repeat("日本語", 10_000), strings.Repeat("(", 5_000), "AND OR NOT",
	}
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	for _, text := range odd {
		q := index.Query{Text: text, K: 5}
		if found := search(t, snapshot, q); len(found) > 5 {
			t.Errorf("%.20q: %d results", text, len(found))
		}
		if _, err := snapshot.Score(t.Context(), q, []index.Row{1}); err != nil {
			t.Errorf("%.20q: %v", text, err)
		}
	}
	many := make([]string, 20_000)
	for i := range many {
		many[i] = Word(i)
	}
	if found := search(t, snapshot, index.Query{Text: strings.Join(many, " "), K: 5}); !s.Vector && len(found) != 5 {
		t.Errorf("a query of 20,000 words: %d results, want 5", len(found))
	}
	for i, text := range odd { // as texts, too
		apply(t, leg, rag.Epoch(2+i), index.Change{Row: index.Row(100 + i), ID: ID(100 + i), Diff: 1, Text: index.Text{Body: text}, Vector: Vector(100 + i)})
	}
	if found := now(t, leg, s.query(7, 1)); len(found) != 1 || found[0].Row != 7 {
		t.Errorf("found %v, want row 7", found)
	}
}

func testContext(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 20)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	if _, err := snapshot.Search(ctx, s.broad(0, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("Search: %v, want it to be cancelled", err)
	}
	if err := leg.Apply(ctx, 2, []index.Change{Add(90, 90)}); !errors.Is(err, context.Canceled) {
		t.Errorf("Apply: %v, want it to be cancelled", err)
	}
	apply(t, leg, 2, Add(90, 90))
	if found := now(t, leg, s.query(90, 1)); len(found) != 1 || found[0].Row != 90 {
		t.Errorf("found %v, want row 90", found)
	}
}

func testDimensions(t *testing.T, s Subject) {
	leg := s.open(t)
	fill(t, leg, 1, 20)
	bad := []index.Change{Add(30, 30), {Row: 31, ID: ID(31), Diff: 1, Vector: make(rag.Vector, dim+1)}}
	err := leg.Apply(t.Context(), 2, bad)
	if err == nil || !strings.Contains(err.Error(), "24") || !strings.Contains(err.Error(), "25") {
		t.Fatalf("Apply: %v, want an error that names 24 and 25", err)
	}
	snapshot := leg.Snapshot()
	defer snapshot.Close()
	if snapshot.Len() != 20 {
		t.Errorf("Len = %d after an error, want 20", snapshot.Len())
	}
	if _, err := snapshot.Search(t.Context(), index.Query{Vector: make(rag.Vector, 3), K: 1}); err == nil {
		t.Error("a query of 3 dimensions was answered")
	}
	apply(t, leg, 2, Add(30, 30), index.Change{Row: 31, ID: ID(31), Diff: 1}) // no vector: left out
	if found := now(t, leg, s.query(30, 1)); len(found) != 1 || found[0].Row != 30 {
		t.Errorf("found %v, want row 30", found)
	}
}

// testReopen closes a leg that keeps its chunks, and opens it with other rows.
func testReopen(t *testing.T, s Subject) {
	dir := t.TempDir()
	leg := s.Open(t, dir)
	fill(t, leg, 1, 30)
	apply(t, leg, 2, Remove(3, 3))
	before := now(t, leg, s.broad(1, 100))
	if err := leg.Close(); err != nil {
		t.Fatal(err)
	}
	leg = s.Open(t, dir)
	defer leg.Close()
	rebinder, ok := leg.(index.Rebinder)
	if !ok {
		if leg.Durable() != 0 {
			t.Errorf("Durable = %d in a leg that cannot be rebound", leg.Durable())
		}
		return
	}
	if leg.Durable() != 2 {
		t.Errorf("Durable = %d, want 2", leg.Durable())
	}
	missing, err := rebinder.Rebind(t.Context(), func(yield func(rag.ChunkID, index.Row) bool) {
		for n := range 35 { // not 3 and 4; 30 to 34 are new
			if n != 3 && n != 4 && !yield(ID(n), index.Row(100-n)) {
				return
			}
		}
	})
	if err != nil || len(missing) != 5 {
		t.Fatalf("missing %v, %v; want 5 rows", missing, err)
	}
	for _, row := range missing {
		apply(t, leg, 0, Add(100-int(row), row))
	}
	apply(t, leg, 2)
	for n := range 35 {
		found := now(t, leg, s.query(n, 1))
		if n != 3 && n != 4 && (len(found) != 1 || found[0].Row != index.Row(100-n)) {
			t.Errorf("searching for chunk %d found %v", n, found)
		}
		for _, f := range found {
			if f.Row == 97 || f.Row == 96 {
				t.Errorf("row %d should be forgotten", f.Row)
			}
		}
	}
	if len(before) < 10 {
		t.Errorf("only %d chunks were there before", len(before))
	}
}
