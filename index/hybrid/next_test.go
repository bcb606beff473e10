package hybrid

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"testing"

	rag "ragserver"
	"ragserver/index/indextest"
)

// nextVector is the vector of chunk n in the next space.
func nextVector(n int) rag.Vector { return indextest.Vector(n + 1) }

// A changingMemory is a memory while the embedding model changes.
type changingMemory struct {
	*memory
	next map[int]bool // the chunks that have their next vector
}

func (m *changingMemory) NextVectors() iter.Seq2[StoredChunk, error] {
	return func(yield func(StoredChunk, error) bool) {
		for n := range m.next {
			if !yield(StoredChunk{ID: indextest.ID(n), Vector: nextVector(n)}, nil) {
				return
			}
		}
	}
}

// open opens an index with a leg beside that of bm25Saved.
func (m *changingMemory) open(t *testing.T, dir string) *Index {
	t.Helper()
	x := bm25Saved.open(t, dir, files{})
	leg, err := bm25Saved.vector(files{})
	if err != nil {
		t.Fatal(err)
	}
	x.Beside(leg)
	if err := x.Restore(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	return x
}

// embeds gives b, which m has made, its vectors of the next space: those of new
// chunks by chance, and those of some old ones, as when they are embedded again.
func (m *changingMemory) embeds(b Batch, r *rand.Rand, oneOf int) Batch {
	seen := map[rag.ChunkID]bool{}
	for i, c := range b.Chunks {
		seen[c.ID] = true
		b.Chunks[i].Former, b.Chunks[i].Vector = c.Vector, nil
	}
	number := map[rag.ChunkID]int{}
	for n := range m.chunk {
		number[indextest.ID(n)] = n
	}
	for n := range m.next {
		if _, ok := m.chunk[n]; !ok {
			delete(m.next, n)
		}
	}
	for i, c := range b.Chunks {
		if c.Diff < 0 {
			continue
		}
		n := number[c.ID]
		if m.next[n] = m.next[n] && c.SameText || r.IntN(oneOf) == 0; m.next[n] {
			b.Chunks[i].Vector = nextVector(n)
		} else {
			delete(m.next, n)
		}
	}
	touched := m.touched[m.epoch]
	for n, d := range m.chunk {
		if id := indextest.ID(n); !seen[id] && !m.next[n] && r.IntN(oneOf) == 0 {
			m.next[n] = true
			c := ChunkChange{ID: id, URI: uri(d), Diff: 1, Text: m.texts[id], SameText: true, Vector: nextVector(n)}
			b.Chunks = append(b.Chunks, removeChunk(d, n), c)
			touched.Documents, touched.Chunks = append(touched.Documents, uri(d)), append(touched.Chunks, id)
		}
	}
	m.touched[m.epoch] = touched
	return b
}

// Whatever happens while the model changes, an index is searched by the former
// vectors until the swap, and by the others afterwards.
func TestTheNextLegTakesThePlaceOfTheFirst(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 11))
		m, dir := &changingMemory{newMemory(), map[int]bool{}}, t.TempDir()
		x := m.open(t, dir)
		for step := range 40 {
			b := m.embeds(m.step(r), r, 4)
			applyBatch(t, x, m.epoch, b)
			if vectors, chunks := x.Vectors(); vectors != len(m.next) || chunks != len(m.chunk) || !x.Former() {
				t.Fatalf("seed %d, step %d: %d vectors of %d chunks, want %d of %d", seed, step, vectors, chunks, len(m.next), len(m.chunk))
			}
			switch r.IntN(12) {
			case 0:
				save(t, x)
			case 1:
				same(t, fmt.Sprintf("seed %d, step %d", seed, step), m.memory, x)
			case 2:
				kill(t, x)
				x = m.open(t, dir)
			}
		}
		b := m.embeds(m.step(r), r, 1)
		applyBatch(t, x, m.epoch, b)
		same(t, fmt.Sprintf("seed %d, before the swap", seed), m.memory, x)
		swapped(t, x, m, dir, r, fmt.Sprintf("seed %d", seed))
	}
}

// swapped swaps the legs of x, goes on, and restarts.
func swapped(t *testing.T, x *Index, m *changingMemory, dir string, r *rand.Rand, name string) {
	t.Helper()
	m.id = "next"
	if err := x.Swap(t.Context(), m.id); err != nil {
		t.Fatal(err)
	}
	if e := x.Status().Saved; e != 0 {
		t.Errorf("%s: the checkpoint of epoch %d, which is of the former model, counts after the swap", name, e)
	}
	m.vector, m.bare = nextVector, map[int]bool{}
	same(t, name+", after the swap", m.memory, x)
	s := x.Snapshot()
	if _, chunks, vectors := s.Len(); s.Former() || x.Former() || vectors != chunks {
		t.Errorf("%s: %d vectors of %d chunks, former: %v", name, vectors, chunks, s.Former())
	}
	s.Close()
	save(t, x)
	m.next = map[int]bool{}
	b := m.step(r)
	for i, c := range b.Chunks {
		if c.Diff > 0 {
			for n := range m.chunk {
				if indextest.ID(n) == c.ID {
					b.Chunks[i].Vector, b.Chunks[i].Former = nextVector(n), indextest.Vector(n)
				}
			}
		}
	}
	m.bare = map[int]bool{}
	applyBatch(t, x, m.epoch, b)
	same(t, name+", later", m.memory, x)
	kill(t, x)
	x = bm25Saved.open(t, dir, files{})
	m.scans = 0
	restore(t, x, m.memory)
	if m.scans > 0 || x.Status().Rebuilt != "" {
		t.Errorf("%s: %d scans at the start after the swap: %q", name, m.scans, x.Status().Rebuilt)
	}
	same(t, name+", restarted", m.memory, x)
	kill(t, x)
}

// A search that is under way keeps its leg, which is closed when it has ended.
func TestASwapWaitsForSnapshots(t *testing.T) {
	m := &changingMemory{newMemory(), map[int]bool{}}
	x := m.open(t, t.TempDir())
	applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a")}, Chunks: []ChunkChange{
		{ID: indextest.ID(1), URI: uri(1), Diff: 1, Former: indextest.Vector(1), Vector: indextest.Vector(2)},
	}})
	s := x.Snapshot()
	ended := make(chan error)
	go func() { ended <- x.Swap(t.Context(), "next") }()
	for x.Former() {
		select {
		case err := <-ended:
			t.Fatalf("swapped under a snapshot: %v", err)
		default:
		}
	}
	cosine := func(s *Snapshot) float64 {
		hits, err := s.Search(t.Context(), Query{Vector: indextest.Vector(1), K: 1, Mode: VectorOnly})
		if err != nil || len(hits) != 1 {
			t.Fatal(hits, err)
		}
		return hits[0].Cosine
	}
	if got := cosine(s); got < 0.999 || !s.Former() {
		t.Errorf("cosine %v in the snapshot of before", got)
	}
	after := x.Snapshot()
	if got := cosine(after); got > 0.999 || after.Former() {
		t.Errorf("cosine %v after the swap", got)
	}
	after.Close()
	s.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := x.Swap(t.Context(), "again"); err != nil {
		t.Errorf("a second swap: %v", err)
	}
	kill(t, x)
}

// An index that is closed before the last snapshot of before the swap closes
// all legs.
func TestASwapIsGivenUp(t *testing.T) {
	m := &changingMemory{newMemory(), map[int]bool{}}
	x := m.open(t, t.TempDir())
	s := x.Snapshot()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := x.Swap(ctx, "next"); !errors.Is(err, context.Canceled) {
		t.Errorf("swapped under a snapshot: %v", err)
	}
	s.Close()
	if err := x.Close(); err != nil {
		t.Error(err)
	}
}
