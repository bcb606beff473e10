package hybrid

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/index/hnsw"
	"ragserver/index/indextest"
)

// near returns the vector of chunk n: those of equal n/50 lie near each other.
func near(n int) rag.Vector {
	const dim = 256 // the more, the sooner a walk costs less than comparing all
	middle, own := rand.New(rand.NewPCG(uint64(n/50), 3)), rand.New(rand.NewPCG(uint64(n), 4))
	v := make(rag.Vector, dim)
	for i := range v {
		v[i] = float32(middle.NormFloat64() + own.NormFloat64()/2)
	}
	return v
}

// turn removes some chunks of m, adds others, and returns the changes.
func (m *memory) turn(r *rand.Rand, remove, add int) Batch {
	var b Batch
	for n := range m.chunk {
		if remove--; remove < 0 {
			break
		}
		b.Chunks = append(b.Chunks, removeChunk(m.chunk[n], n))
		delete(m.chunk, n)
	}
	for add > 0 {
		n := r.IntN(30_000)
		d := n % len(m.docs)
		c := addChunk(d, n)
		if _, ok := m.texts[c.ID]; ok {
			continue // it is there, or was
		}
		c.Vector = near(n)
		m.chunk[n], m.texts[c.ID] = d, c.Text
		b.Chunks = append(b.Chunks, c)
		add--
	}
	m.epoch++
	t := Touched{}
	for _, c := range b.Chunks {
		t.Documents = append(t.Documents, c.URI)
		if c.Diff > 0 {
			t.Chunks = append(t.Chunks, c.ID)
		}
	}
	m.touched[m.epoch] = t
	return b
}

// A graph that is big enough to be walked comes back from a checkpoint as it
// was, and goes on to find what a comparison of everything finds: with changes
// that came after the checkpoint, after kills, and with filters.
func TestAGraphIsWalkedAfterKills(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	m, dir := newMemory(), t.TempDir()
	m.vector = near
	x := hnswAndBM25.open(t, dir, files{}, fewCandidates)
	restore(t, x, m)
	first := Batch{}
	for d := range 12 {
		m.docs[d] = string(rune('a' + d%3))
		first.Documents = append(first.Documents, aDocument(d, m.docs[d]))
	}
	first.Chunks = m.turn(r, 0, 3000).Chunks
	applyBatch(t, x, m.epoch, first)
	if got := recallOf(t, m, x); got < 0.95 {
		t.Errorf("recall %v while the graph is made", got)
	}
	linked(t, x)
	walked(t, x)
	for round := range 2 {
		save(t, x)
		if round%2 == 0 { // a kill before the next change is applied, or after it
			m.turn(r, 100, 100)
		} else {
			b := m.turn(r, 100, 100)
			applyBatch(t, x, m.epoch, b)
		}
		kill(t, x)
		m.scans, m.read = 0, 0
		x = hnswAndBM25.open(t, dir, files{}, fewCandidates)
		restore(t, x, m)
		if s := x.Status(); s.Rebuilt != "" || m.scans > 0 || m.read > 100 {
			t.Errorf("round %d: %+v, %d scans and %d texts were read", round, s, m.scans, m.read)
		}
		if x.savedWaiting >= fewWaiting {
			t.Errorf("round %d: %d vectors of the saved graph are linked again", round, x.savedWaiting)
		}
		linked(t, x)
		walked(t, x)
		if got := recallOf(t, m, x); got < 0.95 {
			t.Errorf("round %d: recall %v", round, got)
		}
	}
	kill(t, x)
}

// What was saved while most vectors waited to be linked is saved again when they
// are, although nothing has changed: not every start makes the graph anew.
func TestAGraphThatWasSavedUnfinishedIsSavedAgain(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	m, dir := newMemory(), t.TempDir()
	m.vector = near
	x := hnswAndBM25.open(t, dir, files{})
	restore(t, x, m)
	m.docs[0] = "a"
	b := m.turn(r, 0, 2000)
	b.Documents = []DocumentChange{aDocument(0, "a")}
	applyBatch(t, x, m.epoch, b)
	save(t, x)
	unfinished := x.savedWaiting
	if due := x.dueIn(); unfinished >= fewWaiting && due > defaultAfter {
		t.Errorf("%d vectors wait, and the next checkpoint is due in %v", unfinished, due)
	}
	linked(t, x)
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	x = hnswAndBM25.open(t, dir, files{})
	restore(t, x, m)
	if x.savedWaiting >= fewWaiting {
		t.Errorf("%d vectors wait to be linked after a start, %d when they were saved first", x.savedWaiting, unfinished)
	}
	if due := x.dueIn(); due < time.Hour {
		t.Errorf("nothing has changed, and the next checkpoint is due in %v", due)
	}
	kill(t, x)
}

func fewCandidates(c *Config) { c.Candidates = 10 }

// walked wants searches to walk the graph.
func walked(t *testing.T, x *Index) {
	t.Helper()
	var e Explanation
	hitsOf(t, x, Query{Vector: near(7), K: 10, Mode: VectorOnly, Explanation: &e})
	if !strings.HasPrefix(e.Vector.Plan.Method, "walk") {
		t.Errorf("the graph is not walked: %+v", e)
	}
}

func linked(t *testing.T, x *Index) {
	t.Helper()
	if err := x.vector.(*hnsw.Leg).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// recallOf is the share of the true best that x finds.
func recallOf(t *testing.T, m *memory, x *Index) float64 {
	t.Helper()
	exact := bm25Saved.open(t, t.TempDir(), files{}, fewCandidates, func(c *Config) { c.Dir = "" })
	defer kill(t, exact)
	scans, read := m.scans, m.read
	restore(t, exact, m)
	m.scans, m.read = scans, read
	found, all := 0, 0
	for i := range 60 {
		q := Query{Vector: near(i * 497), K: 10, Mode: VectorOnly, Filter: allFilters[i%3]}
		truth := map[rag.ChunkID]float64{}
		for _, h := range hitsOf(t, exact, q) {
			truth[h.ID] = h.Cosine
		}
		all += len(truth)
		for _, h := range hitsOf(t, x, q) {
			if want, ok := truth[h.ID]; ok && h.Cosine == want {
				found++
			}
		}
	}
	words := Query{Text: indextest.Word(0) + " river mountain", K: 20, Mode: TextOnly}
	if got, want := hitsOf(t, x, words), hitsOf(t, exact, words); len(got) != len(want) || got[0] != want[0] {
		t.Errorf("by words: %d hits, %+v first; want %d, %+v", len(got), got[:1], len(want), want[:1])
	}
	return float64(found) / float64(all)
}
