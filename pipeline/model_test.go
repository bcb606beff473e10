package pipeline

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/retrieve"
)

const asked = "Paragraph number7 speaks of subject7"

// both returns what both kinds of search find.
func (r *running) both() []string {
	return append(r.search(asked, retrieve.Vector), r.search(asked, retrieve.Hybrid)...)
}

// filled returns a world of some documents, embedded by model a, which was
// stopped, and what is found in it.
func filled(t *testing.T) (*world, []string) {
	w := newWorld(t)
	w.saved, w.bm25 = true, true
	for i := range 20 {
		w.source.put(fmt.Sprintf("d%d.md", i), strings.Join(paragraphs(40)[2*i:2*i+2], "\n\n"))
	}
	r := w.start()
	r.settled()
	r.await("the model is remembered", func() bool { return w.remembered() == "a" })
	found := r.both()
	check(t, r.stop())
	return w, found
}

// changes has the world use model b, which waits for its gate.
func (w *world) changes() {
	w.former = w.model
	w.model = &model{id: "b", dims: 12, gate: make(chan struct{})}
}

func (w *world) remembered() string {
	m, _, err := ReadModel(w.store)
	check(w.t, err)
	return m.Space
}

// fresh returns what is found where model b has embedded everything from the
// beginning.
func (w *world) fresh() []string {
	f := newWorld(w.t)
	f.bm25, f.model = true, &model{id: "b", dims: 12}
	for key, text := range w.source.docs {
		f.source.put(key, text)
	}
	r := f.start()
	r.settled()
	defer func() { check(w.t, r.stop()) }()
	return r.both()
}

func (w *world) vectorsOf(space string) (n int) {
	for _, err := range w.store.Scan(embed.KeyPrefix(space)) {
		check(w.t, err)
		n++
	}
	return n
}

// hasParsed tells whether the document, as it is parsed, has the word, and has
// gone on to the embedder.
func (r *running) hasParsed(key, word string) bool {
	parsing := false
	r.graph.Pending(parseStage, func(string, int, error) { parsing = true })
	p, _, err := r.text(string(rag.NewURI("mem", key)))
	check(r.w.t, err)
	return !parsing && strings.Contains(p.Text.Text, word)
}

func same(t *testing.T, when string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", when, diff)
	}
}

func TestTheFormerModelIsSearchedUntilAllIsEmbedded(t *testing.T) {
	w, want := filled(t)
	embedded := w.model.texts.Load()
	w.changes()
	r := w.start()
	r.await("it changes", func() bool { return r.Status().Changing != "" && len(r.search(asked, retrieve.Text)) > 0 })
	same(t, "before anything is embedded", r.both(), want)

	for range 5 {
		w.model.gate <- struct{}{}
	}
	started := func() bool {
		vectors, _ := r.index.Vectors()
		return vectors > 0
	}
	r.await("some documents are embedded", started)
	same(t, "when some are embedded", r.both(), want)
	check(t, r.stop())

	r = w.start()
	r.await("it goes on after a restart", started)
	same(t, "after a restart", r.both(), want)
	check(t, r.stop())

	check(t, os.RemoveAll(filepath.Join(w.dir, "checkpoint")))
	r = w.start()
	r.await("it goes on without what was saved", started)
	same(t, "filled from the store", r.both(), want)
	vectors, chunks := r.index.Vectors()
	if says := fmt.Sprintf("embedding model changes from a to b: %d of %d chunks", vectors, chunks); r.Status().Changing != says {
		t.Errorf("the status says %q, want %q", r.Status().Changing, says)
	}
	if n := w.former.texts.Load(); n != embedded || w.remembered() != "a" {
		t.Errorf("the former model was asked for %d texts more; remembered is %s", n-embedded, w.remembered())
	}
	w.swapsBetweenQueries(r, want)
	check(t, r.stop())

	n := w.model.texts.Load()
	r = w.start()
	r.settled()
	same(t, "after the last restart", r.both(), w.fresh())
	if w.model.texts.Load() != n || r.Status().Changing != "" {
		t.Errorf("the restart embedded %d texts, status %q", w.model.texts.Load()-n, r.Status().Changing)
	}
	check(t, r.stop())
}

// swapsBetweenQueries lets the model go on while somebody searches: every answer
// is all of the one model, or all of the other.
func (w *world) swapsBetweenQueries(r *running, before []string) {
	after := w.fresh()
	if slices.Equal(before, after) {
		w.t.Fatal("both models find the same")
	}
	close(w.model.gate)
	byVector := len(before) / 2
	r.await("the index has swapped", func() bool {
		got := r.search(asked, retrieve.Vector)
		if !slices.Equal(got, before[:byVector]) && !slices.Equal(got, after[:byVector]) {
			w.t.Fatalf("found neither by the one model nor by the other:\n%s", strings.Join(got, "\n"))
		}
		return r.Status().Changing == "" && slices.Equal(got, after[:byVector])
	})
	same(w.t, "after the swap", r.both(), after)
	r.await("the former is forgotten", func() bool { return w.remembered() == "b" && w.vectorsOf("a") == 0 })
	r.settled()
}

func TestADocumentThatChangesMeanwhileIsFoundByBothModels(t *testing.T) {
	w, _ := filled(t)
	w.changes()
	r := w.start()
	w.source.put("d3.md", "The gnu grazes in the garden.")
	w.source.put("new.md", "A heron stands in the water.")
	w.source.remove("d4.md")
	certain := regexp.MustCompile(` (1\.0|0\.99999)\d* `) // the cosine of a text with itself
	first := func(query, text string) bool {
		hits := r.search(query, retrieve.Vector)
		return len(hits) > 0 && strings.Contains(hits[0], text) && certain.MatchString(hits[0])
	}
	r.await("they are parsed", func() bool { return r.hasParsed("d3.md", "gnu") && r.hasParsed("new.md", "heron") })
	for range 12 { // those that run already, and the two
		w.model.gate <- struct{}{}
	}
	r.await("they are found by the former model", func() bool {
		return first("The gnu grazes in the garden.", "gnu") && first("A heron stands in the water.", "heron")
	})
	if r.Status().Changing == "" {
		t.Error("it has swapped already")
	}
	check(t, r.stop())
	r = w.start()
	r.await("they are still found", func() bool { return r.index.Former() && first("The gnu grazes in the garden.", "gnu") })
	close(w.model.gate)
	r.await("the index has swapped", func() bool { return r.Status().Changing == "" })
	r.settled()
	same(t, "after the swap", r.both(), w.fresh())
	check(t, r.stop())
}

func TestAnEditGoesOnWhenTheFormerModelIsAway(t *testing.T) {
	w, _ := filled(t)
	w.changes()
	w.former.down.Store(true)
	r := w.start()
	w.source.put("d3.md", "The gnu grazes in the garden.")
	r.await("it is parsed", func() bool { return r.hasParsed("d3.md", "gnu") })
	for range 10 {
		w.model.gate <- struct{}{}
	}
	r.await("it is found by its words", func() bool { return r.finds("gnu", "gnu grazes") })
	if r.retriever.Trouble() == "" || !r.index.Former() {
		t.Errorf("trouble %q, searched by the former model: %v", r.retriever.Trouble(), r.index.Former())
	}
	close(w.model.gate)
	r.await("the index has swapped", func() bool { return r.Status().Changing == "" })
	r.settled()
	same(t, "after the swap", r.both(), w.fresh())
	check(t, r.stop())
}

// tried tells whether the embedder has refused every document once.
func (r *running) tried() bool {
	n := 0
	r.graph.Pending(vectorStage, func(_ string, attempts int, _ error) {
		if attempts > 0 {
			n++
		}
	})
	return n == len(r.w.source.docs)
}

func TestDocumentsStayWhenTheNewModelDoesNotAnswer(t *testing.T) {
	w, want := filled(t)
	w.changes()
	w.model.down.Store(true)
	r := w.start()
	for !r.tried() { // which commits nothing that could be awaited
		time.Sleep(time.Millisecond)
	}
	w.source.put("new.md", "A heron stands in the water.")
	r.await("a new document is found by its words", func() bool { return r.finds("heron", "A heron") })
	w.source.remove("new.md")
	r.await("it is gone", func() bool { return !r.finds("heron", "A heron") })
	same(t, "while the new model is down", r.both(), want)
	check(t, r.Documents("", func(d rag.Document) bool {
		if d.Status != rag.Indexed {
			t.Errorf("%s is %s: %s", d.Object.URI, d.Status, d.Reason)
		}
		return true
	}))
	check(t, r.stop())
}

func TestWithoutTheFormerModelWordsAreSearched(t *testing.T) {
	w, _ := filled(t)
	w.changes()
	w.former = nil // it cannot be built
	r := w.start()
	r.await("it changes", func() bool { return strings.Contains(r.Status().Changing, "by their words only") && r.Ready() == nil })
	if hits := r.search(asked, retrieve.Vector); len(hits) > 0 {
		t.Errorf("found by vector: %q", hits)
	}
	if !r.finds("subject7", "number1") {
		t.Error("nothing is found by words")
	}
	if w.remembered() != "a" {
		t.Errorf("remembered is %s before all is embedded", w.remembered())
	}
	close(w.model.gate)
	r.await("the model has changed", func() bool { return w.remembered() == "b" && r.Status().Changing == "" })
	r.settled()
	same(t, "in the end", r.both(), w.fresh())
	check(t, r.stop())
}

// Who goes back to the former model finds everything as it was, and nothing is
// embedded again.
func TestAChangeIsTakenBack(t *testing.T) {
	w, want := filled(t)
	former := w.model
	w.changes()
	r := w.start()
	for range 6 {
		w.model.gate <- struct{}{}
	}
	r.await("some documents are embedded", func() bool { vectors, _ := r.index.Vectors(); return vectors > 0 })
	check(t, r.stop())
	n := former.texts.Load()
	w.model = former
	r = w.start()
	r.settled()
	same(t, "taken back", r.both(), want)
	if former.texts.Load() != n || w.remembered() != "a" {
		t.Errorf("embedded %d texts, remembered is %s", former.texts.Load()-n, w.remembered())
	}
	check(t, r.stop())
}

// Killed between the last document and the memory of the model, the next start
// swaps at once.
func TestASwapIsMadeUpFor(t *testing.T) {
	w, _ := filled(t)
	w.changes()
	close(w.model.gate)
	r := w.start(func(c *Config) { c.Index = cautious{c.Index} })
	r.await("all is embedded", func() bool {
		vectors, chunks := r.index.Vectors()
		return vectors == chunks && r.graph.Status().Pending == 0
	})
	check(t, r.stop())
	if w.remembered() != "a" {
		t.Fatalf("remembered is %s", w.remembered())
	}
	r = w.start()
	r.await("the index has swapped", func() bool { return w.remembered() == "b" })
	r.settled()
	same(t, "after the swap", r.both(), w.fresh())
	check(t, r.stop())
}

// A cautious index never swaps.
type cautious struct{ Index }

func (cautious) Swap(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}
