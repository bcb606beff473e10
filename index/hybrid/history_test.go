package hybrid

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/index/indextest"
)

// A shelf is the texts of a memory, of which copies can be held.
type shelf struct {
	texts map[rag.ChunkID]bool
	open  *int
}

func (l shelf) Chunk(id rag.ChunkID) (rag.Chunk, bool, error) {
	return rag.Chunk{ID: id}, l.texts[id], nil
}

func (l shelf) Close() error {
	*l.open--
	return nil
}

// The states of the last epochs answer as they did when they were the newest,
// with their own texts, whatever came later; older ones name what is held.
func TestPastStatesAnswerAsTheyDid(t *testing.T) {
	const history = 3
	m, open := newMemory(), 0
	texts := func() Texts {
		open++
		now := shelf{map[rag.ChunkID]bool{}, &open}
		for n := range m.chunk {
			now.texts[indextest.ID(n)] = true
		}
		return now
	}
	x := bm25Saved.open(t, t.TempDir(), files{}, func(c *Config) { c.History, c.Texts = history, texts })
	restore(t, x, m)
	r := rand.New(rand.NewPCG(2, 2))
	answers := map[rag.Epoch][]Hit{}
	q := Query{Text: "river mountain", Vector: indextest.Vector(1), K: 100, Share: 0.5, Filter: inGroups("ab")}
	for range 30 {
		b := m.step(r)
		applyBatch(t, x, m.epoch, b)
		answers[m.epoch] = hitsOf(t, x, q)
		if r.IntN(3) == 0 {
			x.mu.Lock()
			x.taken = x.taken.Add(-2 * refreshAfter)
			x.mu.Unlock()
			x.refresh()
		}
		for back := range rag.Epoch(history + 3) {
			if back >= m.epoch {
				break
			}
			epoch := m.epoch - back
			s, err := x.At(epoch)
			if back > history {
				var gone *NotHeld
				if !errors.As(err, &gone) || gone.Epoch != epoch || gone.Oldest != m.epoch-history || gone.Newest != m.epoch {
					t.Fatalf("epoch %d of %d: %v", epoch, m.epoch, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			hits, err := s.Search(t.Context(), q)
			if err != nil || s.Epoch() != epoch {
				t.Fatalf("epoch %d, want %d: %v", s.Epoch(), epoch, err)
			}
			if diff := cmp.Diff(answers[epoch], hits); diff != "" {
				t.Fatalf("epoch %d at epoch %d: (-then +now)\n%s", epoch, m.epoch, diff)
			}
			for _, h := range hits {
				if _, ok, _ := s.Texts().Chunk(h.ID); !ok {
					t.Fatalf("epoch %d at epoch %d: the text of a hit is gone", epoch, m.epoch)
				}
			}
			s.Close()
		}
	}
	if open != history+1 {
		t.Errorf("%d texts are open, want %d", open, history+1)
	}
	future, err := x.At(1 << 60)
	if err != nil || future.Epoch() != m.epoch {
		t.Fatalf("an epoch to come: %v", err)
	}
	future.Close()
	if err := x.Close(); err != nil || open != 0 {
		t.Errorf("%d texts are open after the end, %v", open, err)
	}
}

func TestWithoutHistoryOnlyTheNewestIsHeld(t *testing.T) {
	x := openIndex(t)
	applyBatch(t, x, 5, Batch{Documents: []DocumentChange{aDocument(1, "a")}})
	applyBatch(t, x, 6, Batch{Documents: []DocumentChange{aDocument(2, "a")}})
	if _, err := x.At(5); err == nil {
		t.Error("epoch 5 is held")
	}
	s, err := x.At(6)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Epoch() != 6 || s.Texts() != nil {
		t.Errorf("epoch %d, texts %v", s.Epoch(), s.Texts())
	}
}
