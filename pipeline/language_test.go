package pipeline

import (
	"context"
	"strings"
	"sync"
	"testing"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/hybrid"
	"ragserver/parse"
	"ragserver/retrieve"
)

// A recorder is an index that notes what it is told.
type recorder struct {
	Index
	mu       sync.Mutex
	changes  []hybrid.ChunkChange
	restored []index.Text // at the start, without chunks that a leg need not be filled with
}

func (r *recorder) Apply(ctx context.Context, e rag.Epoch, b hybrid.Batch) error {
	r.mu.Lock()
	r.changes = append(r.changes, b.Chunks...)
	r.mu.Unlock()
	return r.Index.Apply(ctx, e, b)
}

func (r *recorder) Restore(ctx context.Context, t hybrid.Truth) error {
	for d, err := range t.Documents() {
		if err != nil {
			return err
		}
		for _, c := range d.Chunks {
			text, err := t.Text(c.ID)
			if err != nil {
				return err
			}
			r.restored = append(r.restored, text)
		}
	}
	return r.Index.Restore(ctx, t)
}

// take returns the changes since the last call.
func (r *recorder) take() []hybrid.ChunkChange {
	r.mu.Lock()
	defer r.mu.Unlock()
	defer func() { r.changes = nil }()
	return r.changes
}

func (r *recorder) wrap(c *Config) { r.Index, c.Index = c.Index, r }

const germanText = "Die Häuser der alten Stadt waren größer, als wir es nach den Bildern im Buch gedacht hatten."

// page is a document for headed.
func page(title, language, author, text string) string {
	return title + "|" + language + "|" + author + "|" + text
}

// headed parses documents of title, language, author and text.
type headed struct{ parse.Parser }

func (h headed) Parse(ctx context.Context, in parse.Input) (rag.Text, error) {
	fields := strings.SplitN(string(in.Data), "|", 4)
	if len(fields) < 4 {
		return h.Parser.Parse(ctx, in)
	}
	text := fields[3]
	return rag.Text{
		Title: fields[0], Language: fields[1], Author: fields[2], Text: text, MediaType: "text/plain",
		Sections: []rag.Section{{Kind: rag.Paragraph, End: len(text)}},
	}, nil
}

func parseHeads(c *Config) { c.Parser = headed{c.Parser} }

// recorded waits until a document's record has this title, language and author,
// and searches see it.
func (r *running) recorded(key, title, language, author string) {
	r.w.t.Helper()
	r.await(key+" is recorded", func() bool {
		d, ok, err := r.Record(rag.NewURI("mem", key))
		check(r.w.t, err)
		return ok && d.Title == title && d.Language == language && d.Author == author && r.visible()
	})
}

func TestLanguageIsDetectedUnlessTheDocumentNamesIt(t *testing.T) {
	w := newWorld(t)
	r := w.start(parseHeads)
	w.source.put("a.txt", germanText)
	w.source.put("b.page", page("x", "fr", "", germanText))
	w.source.put("c.txt", "4711 0815")
	w.source.put("d.txt", "The houses of the old town were larger than we had thought from the pictures in the book.")
	r.recorded("a.txt", "", "de", "")
	r.recorded("b.page", "x", "fr", "")
	r.recorded("c.txt", "", "", "")
	r.recorded("d.txt", "", "en", "")
	d, _, err := r.Record("mem:a.txt")
	check(t, err)
	if got := d.Metadata()["language"]; got != "de" {
		t.Errorf("the metadata say %v, want de", got)
	}
	// Only German folds and stems to one what stands in a.txt and what is asked.
	r.await("German is found", func() bool {
		got := r.search("haus gross", retrieve.Text)
		return len(got) == 1 && strings.Contains(got[0], "a.txt") && strings.Contains(got[0], "Häuser")
	})
	if got := r.search("house", retrieve.Text); len(got) != 1 || !strings.Contains(got[0], "houses") {
		t.Errorf("English words find %q", got)
	}
	check(t, r.stop())
}

func TestTitleAndLanguageReachTheIndex(t *testing.T) {
	const body = "running okapis of the forest"
	w := newWorld(t)
	notes := new(recorder)
	r := w.start(parseHeads, notes.wrap)
	w.source.put("a.page", page("Okapi", "en", "", body))
	r.recorded("a.page", "Okapi", "en", "")
	r.await("it is found", func() bool { return len(r.search("okapis", retrieve.Hybrid)) == 1 })
	added := notes.take()
	if len(added) != 1 || added[0].Text != (index.Text{Title: "Okapi", Language: "en", Body: body}) {
		t.Fatalf("the document was told as %+v", added)
	}
	texts := w.model.texts.Load()
	for _, now := range [][2]string{{"Giraffe", "en"}, {"Giraffe", "de"}} {
		w.source.put("a.page", page(now[0], now[1], "", body))
		var changes []hybrid.ChunkChange
		r.recorded("a.page", now[0], now[1], "")
		r.await("the index is told", func() bool {
			changes = append(changes, notes.take()...)
			return len(changes) > 0
		})
		if len(changes) != 2 || changes[0].Diff != -1 || changes[0].ID != added[0].ID || changes[1].ID != added[0].ID {
			t.Fatalf("%v: the change was told as %+v", now, changes)
		}
		plus := changes[1]
		if plus.Diff != 1 || plus.SameText || plus.Text.Title != now[0] || plus.Text.Language != now[1] || plus.Vector == nil {
			t.Errorf("%v: the chunk was added as %+v", now, plus)
		}
	}
	if n := w.model.texts.Load() - texts; n != 0 {
		t.Errorf("%d texts were embedded again", n)
	}
	// What only the record says changes nothing.
	w.source.put("a.page", page("Giraffe", "de", "Ada", body))
	r.recorded("a.page", "Giraffe", "de", "Ada")
	check(t, r.stop())
	if changes := notes.take(); len(changes) != 0 {
		t.Errorf("nothing changed for the index, which was told %+v", changes)
	}

	again := new(recorder)
	r = w.start(parseHeads, again.wrap)
	r.await("it is ready", func() bool { return r.Ready() == nil })
	check(t, r.stop())
	want := index.Text{Title: "Giraffe", Language: "de", Body: body}
	if len(again.restored) != 1 || again.restored[0] != want {
		t.Errorf("from the store come %+v, want %+v", again.restored, want)
	}
}
