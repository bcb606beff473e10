package retrieve

import (
	"fmt"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/embed/hash"
	"ragserver/index"
	"ragserver/index/bleve"
	"ragserver/index/flat"
	"ragserver/index/hybrid"
)

// A store holds the chunks behind an index and counts how often it is read.
type store struct {
	chunks map[rag.ChunkID]rag.Chunk
	reads  int
}

func (s *store) Chunk(id rag.ChunkID) (rag.Chunk, bool, error) {
	s.reads++
	c, ok := s.chunks[id]
	return c, ok, nil
}

// newRetriever indexes n documents of one chunk each that hold a common word.
func newRetriever(t *testing.T, n int) (*Retriever, *store) {
	t.Helper()
	vector, err := flat.New(flat.Config{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := bleve.Open(bleve.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	x, err := hybrid.New(hybrid.Config{}, vector, text)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	s := &store{chunks: make(map[rag.ChunkID]rag.Chunk)}
	var b hybrid.Batch
	for i := range n {
		uri := rag.NewURI("docs", fmt.Sprintf("%03d.txt", i))
		c := rag.Chunk{URI: uri, Text: fmt.Sprintf("word%03d and a word", i)}
		c.ID = rag.NewChunkID(uri, nil, c.Text, 0)
		s.chunks[c.ID] = c
		b.Documents = append(b.Documents, hybrid.DocumentChange{URI: uri, Metadata: map[string]any{"path": fmt.Sprintf("%03d.txt", i)}})
		b.Chunks = append(b.Chunks, hybrid.ChunkChange{ID: c.ID, URI: uri, Diff: +1, Text: index.TextOf(c)})
	}
	if err := x.Apply(t.Context(), 1, b); err != nil {
		t.Fatal(err)
	}
	e, err := hash.New(hash.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Index: x, Chunks: s, Embedder: e, CompleteUntil: func() time.Time { return time.Time{} }}), s
}

func retrieve(t *testing.T, r *Retriever, k int) []Hit {
	t.Helper()
	got, err := r.Retrieve(t.Context(), Query{Text: "word", K: k})
	if err != nil {
		t.Fatal(err)
	}
	return got.Hits
}

// A chunk is gone from the store a moment before it is gone from the index.
func TestADeletedChunkIsReplacedByTheNextOne(t *testing.T) {
	r, s := newRetriever(t, 300)
	first := retrieve(t, r, 5)
	if len(first) != 5 {
		t.Fatalf("%d hits, want 5", len(first))
	}
	delete(s.chunks, first[2].Chunk.ID)
	s.reads = 0
	got := retrieve(t, r, 5)
	if len(got) != 5 {
		t.Errorf("%d hits with one of them deleted, want 5", len(got))
	}
	for i, h := range got {
		if h.Chunk.ID == first[2].Chunk.ID {
			t.Errorf("hit %d is deleted", i)
		}
	}
	if s.reads > 20 {
		t.Errorf("%d chunks were read for 5 hits", s.reads)
	}
}

func TestAllThatIsLeftIsReturned(t *testing.T) {
	r, s := newRetriever(t, 8)
	for _, h := range retrieve(t, r, 3) {
		delete(s.chunks, h.Chunk.ID)
	}
	if got := retrieve(t, r, 8); len(got) != 5 {
		t.Errorf("%d hits, want the 5 that are left", len(got))
	}
	if got := retrieve(t, r, 0); len(got) != 0 {
		t.Errorf("%d hits for a k of 0", len(got))
	}
}
