package pipeline

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/index/hybrid"
	"ragserver/retrieve"
)

var histories = flag.Int("histories", 15, "random histories to try")

var errKilled = errors.New("killed between commit and apply")

// A mortal index dies at its n-th Apply: after the commit, before anything is
// visible.
type mortal struct {
	*hybrid.Index
	left int
}

func (m *mortal) Apply(ctx context.Context, e rag.Epoch, b hybrid.Batch) error {
	if m.left--; m.left == 0 {
		return errKilled
	}
	return m.Index.Apply(ctx, e, b)
}

// TestAnyHistoryEndsAsFromScratch edits, moves and deletes documents at random,
// stops and kills the pipeline in between, and demands the results of a pipeline
// that has seen nothing but the end; no text may be embedded twice.
func TestAnyHistoryEndsAsFromScratch(t *testing.T) {
	for i := range *histories {
		seed := rand.Uint64()
		if i == 0 {
			seed = 1
		}
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) { history(t, rand.New(rand.NewPCG(seed, 0))) })
	}
}

func history(t *testing.T, random *rand.Rand) {
	w := newWorld(t)
	w.saved, w.bm25, w.hnsw = random.IntN(3) > 0, random.IntN(2) == 0, random.IntN(3) > 0
	words := newVocabulary(random)
	r := w.start(mortally(random))
	for range 10 + random.IntN(30) {
		words.edit(w.source)
		switch random.IntN(12) {
		case 0: // stopped in the middle of it all
			ignoreKilled(t, r.stop())
			r = w.start(mortally(random))
		case 1:
			r = r.revived(random)
			r.settledOrKilled()
		case 2:
			check(t, r.index.Checkpoint(context.Background()))
		}
	}
	for r = r.revived(random); !r.settledOrKilled(); {
		r = r.revived(random)
	}
	got := r.all(words)
	ignoreKilled(t, r.stop())

	embedded := w.model.texts.Load()
	fresh := newWorld(t)
	fresh.bm25 = w.bm25
	for key, text := range w.source.docs {
		fresh.source.put(key, text)
	}
	s := fresh.start()
	s.settled()
	want := s.all(words)
	check(t, s.stop())
	if got != want {
		t.Errorf("after the history\n%s\nfrom scratch\n%s", got, want)
	}
	if distinct := int64(len(words.texts)); embedded > distinct {
		t.Errorf("embedded %d texts, but there were only %d different ones", embedded, distinct)
	}
}

func mortally(random *rand.Rand) func(*Config) {
	return func(c *Config) {
		if random.IntN(3) == 0 {
			c.Index = &mortal{c.Index.(*hybrid.Index), 1 + random.IntN(4)}
		}
	}
}

func ignoreKilled(t *testing.T, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
}

// revived returns the pipeline itself, or, if it was killed, its successor.
func (r *running) revived(random *rand.Rand) *running {
	select {
	case err := <-r.ended:
		r.ended <- err
		ignoreKilled(r.w.t, r.stop())
		return r.w.start(mortally(random))
	default:
		return r
	}
}

// settledOrKilled waits until the documents equal the source, or returns false
// if the pipeline dies first.
func (r *running) settledOrKilled() bool {
	r.w.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		changed, committed := r.Changed(), r.graph.Changed()
		if r.equalsSource() {
			return true
		}
		select {
		case <-changed:
		case <-committed:
		case err := <-r.ended:
			r.ended <- err
			ignoreKilled(r.w.t, err)
			return false
		case <-deadline:
			r.w.t.Fatalf("waited 30 s until the documents equal the source; status %+v", r.graph.Status())
		}
	}
}

// all returns what every word finds, by every leg, in order.
func (r *running) all(v *vocabulary) string {
	var out strings.Builder
	for _, leg := range []retrieve.Leg{retrieve.Hybrid, retrieve.Vector, retrieve.Text} {
		for _, word := range v.words {
			fmt.Fprintf(&out, "%s %s:\n", leg, word)
			lines := r.search(word, leg)
			slices.Sort(lines) // equal scores have no order
			for _, l := range lines {
				fmt.Fprintln(&out, "  ", l)
			}
		}
	}
	return out.String()
}

// A vocabulary makes documents of few words, so that they share chunks.
type vocabulary struct {
	random *rand.Rand
	words  []string
	parts  []string
	texts  map[string]bool // every chunk that any document ever had
}

func newVocabulary(random *rand.Rand) *vocabulary {
	v := &vocabulary{random: random, texts: make(map[string]bool)}
	for i := range 12 {
		v.words = append(v.words, fmt.Sprintf("wort%d", i))
	}
	for range 20 {
		var s []string
		for range 5 + random.IntN(30) {
			s = append(s, v.words[random.IntN(len(v.words))])
		}
		v.parts = append(v.parts, strings.Join(s, " ")+".")
	}
	return v
}

// edit changes the collection once: a new or rewritten document, one that loses
// or wins a paragraph, a move, a copy, a deletion.
func (v *vocabulary) edit(m *memory) {
	keys := make([]string, 0, len(m.docs))
	for k := range m.docs {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	name := fmt.Sprintf("d%d.md", v.random.IntN(8))
	if len(keys) == 0 {
		v.put(m, name, v.document())
		return
	}
	some := keys[v.random.IntN(len(keys))]
	switch v.random.IntN(6) {
	case 0:
		m.remove(some)
	case 1:
		v.put(m, name, m.docs[some])
	case 2:
		text := m.docs[some]
		m.remove(some)
		v.put(m, name, text)
	case 3:
		parts := strings.Split(m.docs[some], "\n\n")
		at := v.random.IntN(len(parts))
		v.put(m, some, strings.Join(slices.Insert(parts, at, v.parts[v.random.IntN(len(v.parts))]), "\n\n"))
	case 4:
		parts := strings.Split(m.docs[some], "\n\n")
		at := v.random.IntN(len(parts))
		v.put(m, some, strings.Join(slices.Delete(parts, at, at+1), "\n\n"))
	default:
		v.put(m, name, v.document())
	}
}

func (v *vocabulary) document() string {
	var parts []string
	for range 1 + v.random.IntN(6) {
		parts = append(parts, v.parts[v.random.IntN(len(v.parts))])
	}
	return strings.Join(parts, "\n\n")
}

func (v *vocabulary) put(m *memory, key, text string) {
	for _, t := range chunkTexts(text) {
		v.texts[t] = true
	}
	m.put(key, text)
}
