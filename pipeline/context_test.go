package pipeline

import (
	"context"
	"strings"
	"testing"

	rag "ragserver"
	"ragserver/chunk"
	"ragserver/llm/llmtest"
	"ragserver/llm/situate"
	"ragserver/retrieve"
	"ragserver/store"
)

// contextKV keeps contexts in a store.
type contextKV struct{ store.Store }

func (c contextKV) Put(key, value []byte) error {
	var b store.Batch
	b.Put(key, value)
	return c.Commit(&b, false)
}

// withContext has chat say where chunks stand.
func (w *world) withContext(chat *llmtest.Script) func(*Config) {
	return func(c *Config) {
		s, err := situate.New(situate.Config{Chat: chat, KV: contextKV{w.store}})
		check(w.t, err)
		c.Context = s
	}
}

// findsWord tells whether a search by words finds anything.
func (r *running) findsWord(word string) bool {
	found, err := r.retriever.Retrieve(context.Background(), retrieve.Query{Text: word, K: 5, Leg: retrieve.Text})
	check(r.w.t, err)
	return len(found.Hits) > 0
}

func TestContextIsFoundAndSurvivesARestart(t *testing.T) {
	w := newWorld(t)
	w.source.put("a.md", "# Title\n\nthe quick zebra\n")
	plain := w.start()
	plain.await("it is found", func() bool { return plain.finds("zebra", "quick zebra") })
	check(t, plain.stop())

	chat := llmtest.Say("It is about savannas.")
	for run := range 2 {
		r := w.start(w.withContext(chat))
		r.await("it is found by its context", func() bool { return r.findsWord("savannas") })
		d, text, ok, err := r.Document("mem:a.md")
		if err != nil || !ok || len(d.Chunks) != 1 {
			t.Fatalf("run %d: got %+v, %v, %v", run, d.Chunks, ok, err)
		}
		if c := d.Chunks[0]; c.Context != "It is about savannas." || c.Text != strings.TrimSpace(text) {
			t.Errorf("run %d: got %+v", run, c)
		}
		check(t, r.stop())
	}
	if n := len(chat.Requests()); n != 1 {
		t.Errorf("the model was asked %d times for one chunk", n)
	}
}

func TestContextsOfChunksThatAreGoneAreSwept(t *testing.T) {
	w := newWorld(t)
	chat := llmtest.Say("It is about savannas.")
	w.source.put("a.md", "the quick zebra\n")
	r := w.start(w.withContext(chat))
	r.await("it is found", func() bool { return r.findsWord("savannas") })
	check(t, contextKV{w.store}.Put(append(situate.AllKeys(), "gone"...), []byte("It was about lakes.")))
	check(t, r.sweepContexts())
	var left []string
	for kv, err := range w.store.Scan(situate.AllKeys()) {
		check(t, err)
		left = append(left, string(kv.Value))
	}
	if len(left) != 1 || left[0] != "It is about savannas." {
		t.Errorf("got %q, want the one in use", left)
	}
	check(t, r.stop())
}

func TestTextAroundAChunkIsRead(t *testing.T) {
	w := newWorld(t)
	list := paragraphs(30)
	w.source.put("a.md", strings.Join(list, "\n\n"))
	r := w.start(func(c *Config) {
		s, err := chunk.New(chunk.Config{Size: chunkSize, Parent: 4 * chunkSize})
		check(t, err)
		c.Splitter = s
	})
	r.await("it is found", func() bool { return r.finds("subject70", "number10") })
	d, text, _, err := r.Document("mem:a.md")
	check(t, err)
	same, ok, err := r.DocumentText("mem:a.md")
	if err != nil || !ok || same != text {
		t.Errorf("got the text %.40q, %v, %v, want %.40q", same, ok, err, text)
	}
	with := 0
	for _, c := range d.Chunks {
		if c.Parent != (rag.Span{}) {
			with++
		}
	}
	if with < len(d.Chunks)/2 {
		t.Errorf("%d of %d stored chunks know their parent", with, len(d.Chunks))
	}
	check(t, r.stop())
}

var _ Situator = (*situate.Situator)(nil)

// A failing situator cannot store what it has.
type failing struct{}

func (failing) Situate(context.Context, rag.Text, []rag.Chunk) error { return store.ErrFull }
func (failing) ID() string                                           { return "failing" }

func TestDocumentIsFoundByWordsWhenItsContextCannotBeHad(t *testing.T) {
	w := newWorld(t)
	w.source.put("a.md", "the quick zebra\n")
	r := w.start(func(c *Config) { c.Context = failing{} })
	r.await("it is found", func() bool { return r.finds("zebra", "quick zebra") })
	check(t, r.stop())
}
