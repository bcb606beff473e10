package hybrid

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/bleve"
	"ragserver/index/flat"
	"ragserver/index/indextest"
)

// newIndex returns an index over the default legs, the text leg in dir.
func newIndex(t testing.TB, c Config, dir string) *Index {
	t.Helper()
	vector, err := flat.New(flat.Config{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := bleve.Open(bleve.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	x, err := New(c, vector, text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func openIndex(t testing.TB) *Index {
	t.Helper()
	x := newIndex(t, Config{}, t.TempDir())
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return x
}

// openLike returns an index with a text leg like that of x.
func openLike(t testing.TB, x *Index) *Index {
	if _, ok := x.text.(index.Rebinder); ok {
		return openIndex(t)
	}
	y := bm25Saved.open(t, t.TempDir(), files{}, func(c *Config) { c.Dir = "" })
	t.Cleanup(func() { kill(t, y) })
	return y
}

func uri(doc int) rag.URI { return rag.NewURI("test", fmt.Sprint(doc)) }

// document returns the change that makes document n known.
func aDocument(n int, group string) DocumentChange {
	return DocumentChange{URI: uri(n), Metadata: map[string]any{"n": int64(n), "group": group}, Note: group}
}

func addChunk(doc, n int) ChunkChange {
	return ChunkChange{ID: indextest.ID(n), URI: uri(doc), Diff: 1, Text: index.Text{Body: indextest.Text(n)}, Vector: indextest.Vector(n)}
}

func removeChunk(doc, n int) ChunkChange {
	return ChunkChange{ID: indextest.ID(n), URI: uri(doc), Diff: -1}
}

func applyBatch(t testing.TB, x *Index, epoch rag.Epoch, b Batch) {
	t.Helper()
	if err := x.Apply(t.Context(), epoch, b); err != nil {
		t.Fatal(err)
	}
}

// ask searches for chunk n in all ways at once.
func ask(n, k int) Query {
	return Query{Text: strings.Repeat(indextest.Word(n)+" ", 5) + "river mountain", Vector: indextest.Vector(n), K: k, Share: 0.5}
}

func hitsOf(t testing.TB, x *Index, q Query) []Hit {
	t.Helper()
	s := x.Snapshot()
	defer s.Close()
	hits, err := s.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

func TestBothLegsScoreEveryCandidate(t *testing.T) {
	x := openIndex(t)
	b := Batch{Documents: []DocumentChange{aDocument(1, "a")}}
	for n := range 150 {
		b.Chunks = append(b.Chunks, addChunk(1, n))
	}
	applyBatch(t, x, 1, b)
	hits := hitsOf(t, x, ask(5, 150))
	if hits[0].ID != indextest.ID(5) || hits[0].CosineRank != 1 || hits[0].BM25Rank != 1 {
		t.Errorf("first hit %+v, want chunk 5, first in both", hits[0])
	}
	if s := hits[0].Score; s < 0.999 || s > 1.001 {
		t.Errorf("score %v of a chunk that is best in both, want 1", s)
	}
	all := map[rag.ChunkID]Hit{}
	for _, h := range hits {
		all[h.ID] = h
	}
	for _, h := range hitsOf(t, x, ask(5, 10)) {
		want := all[h.ID]
		if h.Cosine != want.Cosine || h.BM25 != want.BM25 || h.Score != want.Score {
			t.Errorf("%+v among few, %+v among all", h, want)
		}
	}
}

func TestModesAndFusions(t *testing.T) {
	dir := t.TempDir()
	x := newIndex(t, Config{Fusion: RRF, RRFK: 10}, dir)
	defer x.Close()
	b := Batch{Documents: []DocumentChange{aDocument(1, "a")}}
	for n := range 20 {
		b.Chunks = append(b.Chunks, addChunk(1, n))
	}
	noVector := addChunk(1, 20)
	noVector.Vector = nil
	b.Chunks = append(b.Chunks, noVector)
	applyBatch(t, x, 1, b)

	if h := hitsOf(t, x, ask(3, 1)); h[0].ID != indextest.ID(3) || h[0].Score != 2.0/11 {
		t.Errorf("RRF: %+v, want chunk 3 with 2/11", h[0])
	}
	q := ask(3, 30)
	q.Mode = VectorOnly
	h := hitsOf(t, x, q)
	if len(h) != 20 || h[0].Score != h[0].Cosine || h[0].BM25 != 0 || h[0].BM25Rank != 0 {
		t.Errorf("by vector: %d hits, first %+v", len(h), h[0])
	}
	q.Mode = TextOnly
	h = hitsOf(t, x, q)
	if h[0].Score != h[0].BM25 || h[0].Cosine != 0 || h[0].CosineRank != 0 || h[0].BM25 <= 0 {
		t.Errorf("by words: first %+v", h[0])
	}
	q = ask(20, 30)
	q.Vector = nil
	if h := hitsOf(t, x, q); h[0].ID != indextest.ID(20) || h[0].Cosine != 0 {
		t.Errorf("without a vector: first %+v, want chunk 20", h[0])
	}
	for _, k := range []int{0, -3} {
		if h := hitsOf(t, x, ask(1, k)); len(h) != 0 {
			t.Errorf("k = %d: %d hits", k, len(h))
		}
	}
	for _, k := range []int{1_000_000_000, math.MaxInt} {
		if h := hitsOf(t, x, ask(1, k)); len(h) != 21 {
			t.Errorf("k = %d: %d hits, want 21", k, len(h))
		}
	}
}

func TestAWordsOnlyQueryIsWeighedByWords(t *testing.T) {
	x := openIndex(t)
	applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a")}, Chunks: []ChunkChange{addChunk(1, 1), addChunk(1, 2)}})
	if h := hitsOf(t, x, Query{Text: indextest.Word(2), K: 5, Share: 1}); len(h) != 1 || h[0].Score != 1 {
		t.Errorf("%+v, want one hit of score 1", h)
	}
}

func TestAVectorComesLater(t *testing.T) {
	x := openIndex(t)
	c := addChunk(1, 1)
	c.Vector = nil
	applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a")}, Chunks: []ChunkChange{c}})
	old := x.Snapshot()
	defer old.Close()
	applyBatch(t, x, 2, Batch{Chunks: []ChunkChange{addChunk(1, 1), removeChunk(1, 1)}})
	now := x.Snapshot()
	defer now.Close()
	for _, c := range []struct {
		s       *Snapshot
		vectors int
	}{{old, 0}, {now, 1}} {
		docs, chunks, vectors := c.s.Len()
		hits, err := c.s.Search(t.Context(), ask(1, 5))
		if err != nil || len(hits) != 1 || docs != 1 || chunks != 1 || vectors != c.vectors || (hits[0].Cosine > 0.9) != (c.vectors == 1) {
			t.Errorf("epoch %d: %+v, %v; %d documents, %d chunks, %d vectors", c.s.Epoch(), hits, err, docs, chunks, vectors)
		}
	}
	c.Vector = indextest.Vector(77)
	applyBatch(t, x, 3, Batch{Chunks: []ChunkChange{removeChunk(1, 1), c}})
	if h := hitsOf(t, x, Query{Vector: indextest.Vector(77), K: 5, Mode: VectorOnly}); len(h) != 1 || h[0].Cosine < 0.9 {
		t.Errorf("after another vector: %+v", h)
	}
}

func TestDocumentsComeAndGo(t *testing.T) {
	x := openIndex(t)
	applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a"), aDocument(2, "a")}, Chunks: []ChunkChange{addChunk(1, 1), addChunk(2, 2)}})
	old := x.Snapshot()
	defer old.Close()
	// Gone, although its chunk is not mentioned; and new metadata without a
	// change of chunks.
	applyBatch(t, x, 2, Batch{Documents: []DocumentChange{{URI: uri(1), Gone: true}, aDocument(2, "b"), {URI: "test:never", Gone: true}}})
	if m, ok := old.Metadata(uri(1)); !ok || m["group"] != "a" {
		t.Errorf("the old snapshot says %v, %v", m, ok)
	}
	now := x.Snapshot()
	defer now.Close()
	if _, ok := now.Metadata(uri(1)); ok {
		t.Error("a document that is gone has metadata")
	}
	if m, _ := now.Metadata(uri(2)); m["group"] != "b" {
		t.Errorf("metadata %v, want group b", m)
	}
	if docs, chunks, _ := now.Len(); docs != 1 || chunks != 1 {
		t.Errorf("%d documents, %d chunks; want 1, 1", docs, chunks)
	}
	for _, h := range hitsOf(t, x, ask(1, 10)) {
		if h.URI == uri(1) {
			t.Error("a document that is gone is found")
		}
	}
	applyBatch(t, x, 3, Batch{Documents: []DocumentChange{aDocument(1, "c")}, Chunks: []ChunkChange{addChunk(1, 1)}})
	if h := hitsOf(t, x, ask(1, 1)); len(h) != 1 || h[0].URI != uri(1) {
		t.Errorf("after it came again: %+v", h)
	}
}

func TestImpossibleBatchesAreRefused(t *testing.T) {
	x := openIndex(t)
	applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a")}, Chunks: []ChunkChange{addChunk(1, 1)}})
	twice := addChunk(1, 1)
	twice.Diff = 2
	wrong := addChunk(1, 9)
	wrong.Vector = wrong.Vector[:5]
	for name, b := range map[string]Batch{
		"unknown document": {Chunks: []ChunkChange{addChunk(9, 9)}},
		"diff of 2":        {Chunks: []ChunkChange{twice}},
		"added twice":      {Chunks: []ChunkChange{addChunk(1, 9), addChunk(1, 9)}},
		"gone and added":   {Documents: []DocumentChange{{URI: uri(1), Gone: true}}, Chunks: []ChunkChange{addChunk(1, 9)}},
		"dimensions":       {Chunks: []ChunkChange{addChunk(1, 8), wrong}},
	} {
		if err := x.Apply(t.Context(), 2, b); err == nil {
			t.Errorf("%s: no error", name)
		}
		if h := hitsOf(t, x, ask(1, 10)); len(h) != 1 {
			t.Errorf("%s: %d hits afterwards, want 1", name, len(h))
		}
	}
	applyBatch(t, x, 2, Batch{Chunks: []ChunkChange{addChunk(1, 9)}})
	if h := hitsOf(t, x, ask(9, 10)); len(h) != 2 || h[0].ID != indextest.ID(9) {
		t.Errorf("%+v, want chunk 9 first of two", h)
	}
}

// A failing leg fails the next Apply.
type failing struct {
	index.Leg
	fail bool
}

func (f *failing) Apply(ctx context.Context, e rag.Epoch, c []index.Change) error {
	if f.fail {
		return errors.New("disk is full")
	}
	return f.Leg.Apply(ctx, e, c)
}

func TestAnEpochThatFailedHalfwayIsInvisibleAndCanBeRepeated(t *testing.T) {
	vector, err := flat.New(flat.Config{})
	if err != nil {
		t.Fatal(err)
	}
	leg, err := bleve.Open(bleve.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	text := &failing{Leg: leg}
	x, err := New(Config{}, vector, text)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	applyBatch(t, x, 1, Batch{Documents: []DocumentChange{aDocument(1, "a")}, Chunks: []ChunkChange{addChunk(1, 1), addChunk(1, 2)}})
	before := hitsOf(t, x, ask(1, 10))
	b := Batch{Chunks: []ChunkChange{removeChunk(1, 1), addChunk(1, 3)}}
	text.fail = true
	if err := x.Apply(t.Context(), 2, b); err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(before, hitsOf(t, x, ask(1, 10))); diff != "" {
		t.Errorf("the state changed (-before +after)\n%s", diff)
	}
	if err := x.Apply(t.Context(), 3, Batch{}); err == nil {
		t.Error("another epoch was taken before the one that failed")
	}
	text.fail = false
	applyBatch(t, x, 2, b)
	h := hitsOf(t, x, ask(3, 10))
	if len(h) != 2 || h[0].ID != indextest.ID(3) {
		t.Errorf("%+v, want chunks 3 and 2", h)
	}
}

// A memory is a Truth.
type memory struct {
	epoch   rag.Epoch
	id      string
	touched map[rag.Epoch]Touched      // from epoch 1 on, unless something is missing
	docs    map[int]string             // group
	chunk   map[int]int                // document of a chunk
	bare    map[int]bool               // chunks without a vector
	texts   map[rag.ChunkID]index.Text // those asked for are noted in read
	read    int
	scans   int // over all documents

	vector func(n int) rag.Vector // of a chunk
}

func newMemory() *memory {
	return &memory{touched: map[rag.Epoch]Touched{}, docs: map[int]string{}, chunk: map[int]int{}, bare: map[int]bool{}, texts: map[rag.ChunkID]index.Text{}, vector: indextest.Vector}
}

func (m *memory) Epoch() rag.Epoch { return m.epoch }

func (m *memory) Identity() string { return m.id }

func (m *memory) Touched(since rag.Epoch) (Touched, bool, error) {
	var all Touched
	for e := since + 1; e <= m.epoch; e++ {
		t, ok := m.touched[e]
		if !ok {
			return all, false, nil
		}
		all.Documents = append(all.Documents, t.Documents...)
		all.Chunks = append(all.Chunks, t.Chunks...)
	}
	return all, since <= m.epoch, nil
}

func (m *memory) Documents() iter.Seq2[StoredDocument, error] {
	return func(yield func(StoredDocument, error) bool) {
		m.scans++
		for d := range m.docs {
			if !yield(m.document(d), nil) {
				return
			}
		}
	}
}

func (m *memory) Document(of rag.URI) (StoredDocument, bool, error) {
	for d := range m.docs {
		if uri(d) == of {
			return m.document(d), true, nil
		}
	}
	return StoredDocument{}, false, nil
}

func (m *memory) document(d int) StoredDocument {
	change := aDocument(d, m.docs[d])
	stored := StoredDocument{URI: change.URI, Metadata: change.Metadata, Note: change.Note}
	for n, of := range m.chunk {
		if of != d {
			continue
		}
		c := StoredChunk{ID: indextest.ID(n)}
		if !m.bare[n] {
			c.Vector = m.vector(n)
		}
		stored.Chunks = append(stored.Chunks, c)
	}
	return stored
}

func (m *memory) Text(id rag.ChunkID) (index.Text, error) {
	m.read++
	return m.texts[id], nil
}

// step makes random changes to m, notes what they touch, and returns them.
func (m *memory) step(r *rand.Rand) Batch {
	m.epoch++
	b := m.change(r)
	var t Touched
	for _, d := range b.Documents {
		t.Documents = append(t.Documents, d.URI)
	}
	for _, c := range b.Chunks {
		t.Documents = append(t.Documents, c.URI)
		if c.Diff > 0 {
			t.Chunks = append(t.Chunks, c.ID)
		}
	}
	m.touched[m.epoch] = t
	return b
}

func (m *memory) change(r *rand.Rand) Batch {
	var b Batch
	groups := []string{"a", "b", "c"}
	fresh := map[int]bool{}
	for range r.IntN(4) {
		d := r.IntN(12)
		if fresh[d] {
			continue
		}
		fresh[d] = true
		if _, there := m.docs[d]; there && r.IntN(3) == 0 {
			b.Documents = append(b.Documents, DocumentChange{URI: uri(d), Gone: true})
			delete(m.docs, d)
			for n, of := range m.chunk {
				if of == d {
					b.Chunks = append(b.Chunks, removeChunk(d, n))
					delete(m.chunk, n)
				}
			}
			continue
		}
		m.docs[d] = groups[r.IntN(3)]
		b.Documents = append(b.Documents, aDocument(d, m.docs[d]))
	}
	for range r.IntN(8) {
		d := r.IntN(12)
		n := d*100 + r.IntN(10)
		if _, there := m.docs[d]; !there || fresh[1000+n] {
			continue
		}
		fresh[1000+n] = true
		_, there := m.chunk[n]
		switch what := r.IntN(4); {
		case there && what == 0:
			b.Chunks = append(b.Chunks, removeChunk(d, n))
			delete(m.chunk, n)
		case there && m.bare[n]: // its vector comes
			c := addChunk(d, n)
			c.Text, c.SameText = m.texts[c.ID], true
			b.Chunks = append(b.Chunks, removeChunk(d, n), c)
			m.bare[n] = false
		case there && what == 1: // its document has another title
			c := addChunk(d, n)
			c.Text.Title = indextest.Word(r.IntN(50))
			m.texts[c.ID] = c.Text
			b.Chunks = append(b.Chunks, removeChunk(d, n), c)
		case !there:
			c := addChunk(d, n)
			m.bare[n] = what == 1
			if m.bare[n] {
				c.Vector = nil
			}
			m.chunk[n] = d
			m.texts[c.ID] = c.Text
			b.Chunks = append(b.Chunks, c)
		}
	}
	return b
}

func inGroups(groups string) *Filter {
	return &Filter{Key: groups, Match: func(_ rag.URI, m map[string]any) (bool, error) {
		return strings.Contains(groups, m["group"].(string)), nil
	}}
}

var allFilters = []*Filter{nil, inGroups("a"), inGroups("bc"), inGroups("-")}

// The index after any history equals one that is made of what is there at the
// end, with and without filters, before and after a restart.
func TestAnyHistoryEqualsAFreshIndex(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 9))
		m := newMemory()
		dir := t.TempDir()
		x := newIndex(t, Config{}, dir)
		var held []*Snapshot
		for range 40 {
			b := m.step(r)
			applyBatch(t, x, m.epoch, b)
			for _, f := range allFilters {
				if r.IntN(3) == 0 {
					q := ask(r.IntN(1200), 5)
					q.Filter = f
					hitsOf(t, x, q)
				}
			}
			if r.IntN(4) == 0 {
				held = append(held, x.Snapshot())
			}
			if len(held) > 3 {
				held[0].Close()
				held = held[1:]
			}
		}
		same(t, fmt.Sprintf("seed %d", seed), m, x)
		for _, s := range held {
			s.Close()
		}
		if err := x.Close(); err != nil {
			t.Fatal(err)
		}
		m.step(r) // which the index does not see
		y := newIndex(t, Config{}, dir)
		if err := y.Restore(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if m.read > 10 {
			t.Errorf("seed %d: %d texts were read to catch up", seed, m.read)
		}
		same(t, fmt.Sprintf("seed %d, restarted", seed), m, y)
		if err := y.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// same compares x with an index made of m.
func same(t *testing.T, name string, m *memory, x *Index) {
	t.Helper()
	read := m.read
	fresh := openLike(t, x)
	if err := fresh.Restore(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	m.read = read
	a, b := x.Snapshot(), fresh.Snapshot()
	defer a.Close()
	defer b.Close()
	if a.Epoch() != b.Epoch() {
		t.Errorf("%s: epoch %d, want %d", name, a.Epoch(), b.Epoch())
	}
	for _, n := range append(slices.Collect(maps.Keys(m.chunk)), 5000) {
		for _, f := range allFilters {
			q := ask(n, 7)
			q.Filter = f
			got, err := a.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			want, err := b.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s, chunk %d: (-fresh +history)\n%s", name, n, diff)
			}
			for _, h := range got {
				if meta, ok := a.Metadata(h.URI); !ok || f != nil && !strings.Contains(f.Key, meta["group"].(string)) {
					t.Fatalf("%s: hit of %s, %v, %v", name, h.URI, meta, ok)
				}
			}
		}
	}
}
