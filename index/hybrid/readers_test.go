package hybrid

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/indextest"
)

// In every epoch each document gets a new text, vector and metadata. Readers
// see one generation in both legs and in the metadata, filtered or not.
func TestReadersSeeOneEpochInEverything(t *testing.T) {
	const docs, epochs = 6, 60
	x := openIndex(t)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for reader := range 3 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				if err := oneGeneration(x, reader+i, docs); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for e := range epochs {
		var b Batch
		for d := range docs {
			b.Documents = append(b.Documents, DocumentChange{URI: uri(d), Metadata: map[string]any{"generation": e}})
			c := addChunk(d, e*docs+d)
			c.Text.Body = "river " + c.Text.Body
			b.Chunks = append(b.Chunks, c)
			if e > 0 {
				b.Chunks = append(b.Chunks, removeChunk(d, (e-1)*docs+d))
			}
		}
		applyBatch(t, x, rag.Epoch(e+1), b)
	}
	close(done)
	wg.Wait()
}

func oneGeneration(x *Index, i, docs int) error {
	s := x.Snapshot()
	defer s.Close()
	if s.Epoch() == 0 {
		return nil
	}
	generation := int(s.Epoch()) - 1
	q := Query{Text: "river", Vector: indextest.Vector(i), K: 50, Share: 0.5, Mode: Mode(i % 3)}
	if i%2 == 0 {
		q.Filter = &Filter{Key: fmt.Sprint(i % 5), Match: func(u rag.URI, m map[string]any) (bool, error) {
			return m["generation"].(int) >= 0, nil
		}}
	}
	hits, err := s.Search(context.Background(), q)
	if err != nil {
		return err
	}
	if len(hits) != docs {
		return fmt.Errorf("epoch %d: %d hits, want %d", s.Epoch(), len(hits), docs)
	}
	for _, h := range hits {
		m, ok := s.Metadata(h.URI)
		if !ok || m["generation"] != generation {
			return fmt.Errorf("epoch %d: metadata %v, %v", s.Epoch(), m, ok)
		}
		_, key := h.URI.Split()
		var d int
		if _, err := fmt.Sscan(key, &d); err != nil {
			return err
		}
		if h.ID != indextest.ID(generation*docs+d) {
			return fmt.Errorf("epoch %d: a chunk of another epoch", s.Epoch())
		}
	}
	return nil
}

func TestAFilterIsMatchedOnceAndThenForChangesOnly(t *testing.T) {
	x := openIndex(t)
	var b Batch
	for d := range 100 {
		b.Documents = append(b.Documents, aDocument(d, "a"))
		b.Chunks = append(b.Chunks, addChunk(d, d))
	}
	applyBatch(t, x, 1, b)
	var matched atomic.Int64
	even := &Filter{Key: "even", Match: func(_ rag.URI, m map[string]any) (bool, error) {
		matched.Add(1)
		return m["n"].(int64)%2 == 0, nil
	}}
	q := ask(1, 1000)
	q.Filter = even
	expect := func(what string, hits int, calls int64) {
		t.Helper()
		matched.Store(0)
		if h := hitsOf(t, x, q); len(h) != hits || matched.Load() != calls {
			t.Errorf("%s: %d hits, matched %d documents; want %d, %d", what, len(h), matched.Load(), hits, calls)
		}
	}
	expect("first", 50, 100)
	expect("again", 50, 0)
	applyBatch(t, x, 2, Batch{Documents: []DocumentChange{aDocument(200, "a"), aDocument(201, "a")}, Chunks: []ChunkChange{addChunk(200, 200), addChunk(201, 201)}})
	applyBatch(t, x, 3, Batch{Documents: []DocumentChange{{URI: uri(0), Gone: true}, {URI: uri(4), Metadata: map[string]any{"n": int64(1)}}}})
	expect("after two epochs", 49, 3)
	expect("again", 49, 0)
	for e := range rag.Epoch(10) { // filters that nobody asks for are forgotten
		q := ask(1, 1)
		for n := range maxFilters {
			q.Filter = &Filter{Key: fmt.Sprint(e, n), Match: even.Match}
		}
		hitsOf(t, x, q)
	}
	if n := len(x.filters.byID); n > maxFilters {
		t.Errorf("%d filters are kept, want at most %d", n, maxFilters)
	}
}

func TestAFilterFromBeforeRestoreIsWorkedOutAgain(t *testing.T) {
	x := openIndex(t)
	q := ask(1, 10)
	q.Filter = inGroups("a")
	before := x.Snapshot()
	defer before.Close()
	m := newMemory()
	m.step(rand.New(rand.NewPCG(1, 1)))
	m.docs[1], m.chunk[101] = "a", 1
	if err := x.Restore(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if hits, err := before.Search(t.Context(), q); err != nil || len(hits) != 0 {
		t.Errorf("before: %v, %v", hits, err)
	}
	if _, err := x.rowsOf(t.Context(), before.state, q.Filter); err != nil {
		t.Error(err)
	}
	if len(hitsOf(t, x, q)) == 0 {
		t.Error("nothing is found after Restore")
	}
}

func TestAFilterThatFailsEndsTheSearch(t *testing.T) {
	x := openIndex(t)
	applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a")}, Chunks: []ChunkChange{addChunk(1, 1)}})
	no := errors.New("not a boolean")
	s := x.Snapshot()
	defer s.Close()
	q := ask(1, 1)
	q.Filter = &Filter{Key: "bad", Match: func(rag.URI, map[string]any) (bool, error) { return false, no }}
	if _, err := s.Search(t.Context(), q); !errors.Is(err, no) {
		t.Errorf("Search: %v, want %v", err, no)
	}
}

func TestRowsAreUsedAgainOnlyWhenNoSnapshotSeesThem(t *testing.T) {
	x := openIndex(t)
	applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a")}, Chunks: []ChunkChange{addChunk(1, 0)}})
	for round := range 50 {
		held := x.Snapshot()
		n := round + 1
		applyBatch(t, x, rag.Epoch(n+1), Batch{Chunks: []ChunkChange{removeChunk(1, n-1), addChunk(1, n)}})
		hits, err := held.Search(t.Context(), ask(n-1, 10))
		if err != nil || len(hits) != 1 || hits[0].ID != indextest.ID(n-1) {
			t.Fatalf("round %d: %+v, %v", round, hits, err)
		}
		held.Close()
	}
	if x.rows.next > 4 {
		t.Errorf("%d rows for one chunk", x.rows.next)
	}
	if n := len(x.graves); n > 2 {
		t.Errorf("%d graves are left", n)
	}
}

func TestEqualScoresAreOrderedByChunkHoweverTheyCame(t *testing.T) {
	const n = 300 // more than candidates are taken
	var want []Hit
	for turn := range 2 {
		x := openIndex(t)
		for i := range n {
			d := i
			if turn == 1 {
				d = n - 1 - i
			}
			c := addChunk(d, d)
			c.Text.Body, c.Vector = "the same words", indextest.Vector(1)
			b := Batch{Documents: []DocumentChange{aDocument(d, "a")}, Chunks: []ChunkChange{c}}
			applyBatch(t, x, rag.Epoch(i+1), b)
		}
		got := hitsOf(t, x, Query{Text: "words", Vector: indextest.Vector(1), K: 10, Share: 0.5})
		if turn == 0 {
			want = got
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("place %d: %+v, want %+v", i, got[i], want[i])
			}
		}
	}
}

func TestConfigIsChecked(t *testing.T) {
	for _, c := range []Config{{Fusion: "sum"}, {RRFK: -1}, {Candidates: -1}} {
		if _, err := New(c, nil, nil); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
	var none index.Leg
	if _, err := New(Config{}, none, none); err == nil {
		t.Error("an index without legs was made")
	}
}

func BenchmarkQuery(b *testing.B) {
	x := openIndex(b)
	for e := range 20 {
		var batch Batch
		for i := range 500 {
			n := e*500 + i
			batch.Documents = append(batch.Documents, aDocument(n, []string{"a", "b", "c"}[n%3]))
			batch.Chunks = append(batch.Chunks, addChunk(n, n))
		}
		applyBatch(b, x, rag.Epoch(e+1), batch)
	}
	for name, f := range map[string]*Filter{"all": nil, "filtered": inGroups("a")} {
		b.Run(name, func(b *testing.B) {
			q := ask(77, 10)
			q.Filter = f
			for b.Loop() {
				hitsOf(b, x, q)
			}
		})
	}
}
