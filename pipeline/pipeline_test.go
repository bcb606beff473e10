package pipeline

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/dataflow"
	"ragserver/embed"
	"ragserver/ingest"
	"ragserver/ingest/ingesttest"
	"ragserver/retrieve"
	"ragserver/store"
)

func paragraphs(n int) []string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("Paragraph number%d speaks of subject%d and of matter%d, in a handful of words that nobody else uses here, word%d.", i, i*7, i*13, i*31))
	}
	return list
}

func TestDocumentIsFoundEditedAndForgotten(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	w.source.put("a.md", "# Title\n\nthe quick zebra\n")
	r.await("it is found", func() bool { return r.finds("zebra", "quick zebra") })
	w.source.put("a.md", "# Title\n\nthe slow lion\n")
	r.await("the edit is found", func() bool { return r.finds("lion", "slow lion") })
	if r.finds("zebra", "quick zebra") {
		t.Error("the old text is still found")
	}
	w.source.remove("a.md")
	r.await("it is gone", func() bool { return !r.finds("lion", "slow lion") })
	check(t, r.stop())
}

func TestOneEditedParagraphEmbedsItselfAndNothingElse(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	list := paragraphs(1000)
	w.source.put("a.md", strings.Join(list, "\n\n"))
	r.settled()
	before := w.model.texts.Load()
	list[500] = strings.Replace(list[500], "handful", "mouthful", 1)
	w.source.put("a.md", strings.Join(list, "\n\n"))
	r.settled()
	if got := w.model.texts.Load() - before; got < 1 || got > 2 {
		t.Errorf("an edit of one paragraph of 1000 embedded %d chunks, want 1 (2 if it moved a boundary)", got)
	}
	check(t, r.stop())
}

func TestMovedDocumentIsNeitherParsedNorEmbeddedAgain(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	text := strings.Join(paragraphs(20), "\n\n")
	w.source.put("old.md", text)
	r.settled()
	parses, texts := w.parses.Load(), w.model.texts.Load()
	w.source.remove("old.md")
	w.source.put("new/place.md", text)
	r.settled()
	if w.parses.Load() != parses || w.model.texts.Load() != texts {
		t.Errorf("a move parsed %d and embedded %d, want 0 and 0", w.parses.Load()-parses, w.model.texts.Load()-texts)
	}
	check(t, r.stop())
}

func TestRestartDoesNothingAgain(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	for i := range 20 {
		w.source.put(fmt.Sprintf("d%d.md", i), strings.Join(paragraphs(i+1), "\n\n"))
	}
	r.settled()
	want := r.search("subject7", retrieve.Hybrid)
	check(t, r.stop())
	parses, texts := w.parses.Load(), w.model.texts.Load()
	r = w.start()
	r.settled()
	r.await("it is ready", func() bool { return r.Ready() == nil })
	if w.parses.Load() != parses || w.model.texts.Load() != texts {
		t.Errorf("a restart parsed %d and embedded %d, want 0 and 0", w.parses.Load()-parses, w.model.texts.Load()-texts)
	}
	if got := r.search("subject7", retrieve.Hybrid); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("after a restart\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	check(t, r.stop())
}

func TestWordsAreSearchedWhileTheModelIsDown(t *testing.T) {
	w := newWorld(t)
	w.model.after = time.Hour // so that no try is under way when Status is asked
	w.model.down.Store(true)
	r := w.start()
	w.source.put("a.md", "an okapi in the forest")
	r.await("it is found by words", func() bool { return r.finds("okapi", "okapi") })
	d, ok, err := r.Record("mem:a.md")
	check(t, err)
	if !ok || d.Status != rag.Partial || !strings.Contains(d.Reason, "down") {
		t.Errorf("got status %q, reason %q, want partial with the model's error", d.Status, d.Reason)
	}
	if trouble := strings.Join(r.Pipeline.Status().Trouble, ";"); !strings.Contains(trouble, "down") {
		t.Errorf("got trouble %q, want the model's error", trouble)
	}
	w.model.down.Store(false)
	r.await("the vectors have come", func() bool {
		r.Retry("mem:a.md")
		d, _, err := r.Record("mem:a.md")
		check(t, err)
		return d.Status == rag.Indexed && len(r.search("okapi", retrieve.Vector)) == 1
	})
	check(t, r.stop())
}

func TestChangeOfModelDerivesVectorsFromStoredTexts(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	for i := range 5 {
		w.source.put(fmt.Sprintf("d%d.md", i), strings.Join(paragraphs(3), "\n\n")+fmt.Sprint("\n\nunique", i))
	}
	r.settled()
	check(t, r.stop())
	parses := w.parses.Load()
	w.model = &model{id: "b"}
	w.model.down.Store(true)
	r = w.start()
	r.await("words are found meanwhile", func() bool { return r.finds("unique3", "unique3") })
	w.model.down.Store(false)
	for i := range 5 {
		r.Retry(rag.NewURI("mem", fmt.Sprintf("d%d.md", i)))
	}
	r.await("all have the new vectors", func() bool {
		c := r.Pipeline.Status().Counts
		return c.Vectors == c.Chunks && w.model.texts.Load() > 0 && r.graph.Status().Pending == 0
	})
	if w.parses.Load() != parses {
		t.Errorf("%d documents were parsed again, want 0", w.parses.Load()-parses)
	}
	check(t, r.stop())
}

func TestFailedDocumentIsListedWithItsReason(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	w.source.put("bad.pdf", "%PDF-1.7\nthis is not one")
	w.source.put("good.md", "fine weather")
	w.source.live.PutObject(rag.Object{URI: "mem:link", Path: "link", Version: "1", Problem: "link leaves the folder"}, nil)
	r.await("all three are listed", func() bool {
		c := r.Pipeline.Status().Counts
		return c.Failed == 2 && c.Indexed == 1
	})
	for uri, want := range map[rag.URI]string{"mem:bad.pdf": "pdf", "mem:link": "link leaves the folder"} {
		d, ok, err := r.Record(uri)
		check(t, err)
		if !ok || d.Status != rag.Failed || !strings.Contains(d.Reason, want) {
			t.Errorf("%s: got %q, %q, want failed with %q", uri, d.Status, d.Reason, want)
		}
	}
	if !r.finds("weather", "fine weather") {
		t.Error("the good document is not found")
	}
	check(t, r.stop())
}

func TestDocumentOverTheLimitFails(t *testing.T) {
	w := newWorld(t)
	r := w.start(func(c *Config) { c.MaxSize = 100 })
	w.source.put("big.md", strings.Repeat("long ", 100))
	r.await("it is listed", func() bool { return r.Pipeline.Status().Counts.Failed == 1 })
	d, _, err := r.Record("mem:big.md")
	check(t, err)
	if !strings.Contains(d.Reason, "limit") {
		t.Errorf("got reason %q", d.Reason)
	}
	check(t, r.stop())
}

func TestVectorsLeftBehindAreRemovedAtAStartInOrder(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	w.source.put("a.md", "an okapi")
	r.settled()
	check(t, r.stop())
	var b store.Batch
	for i := range sweepFrom {
		b.Put(embed.Key("a", fmt.Sprint("gone", i)), embed.Encode(rag.Vector{1}))
	}
	b.Put([]byte(unusedKey), binary.AppendUvarint(nil, sweepFrom)) // as chunks that went are counted
	check(t, w.store.Commit(&b, false))
	left := func() (n int) {
		for _, err := range w.store.Scan(embed.AllKeys()) {
			check(t, err)
			n++
		}
		return n
	}
	check(t, w.store.Commit(&store.Batch{Ops: []store.Op{{Key: []byte(settledKey), Delete: true}}}, false))
	r = w.start() // as after a kill: nothing is removed
	r.settled()
	check(t, r.stop())
	if got := left(); got != sweepFrom+1 {
		t.Errorf("after a kill %d vectors are left, want all %d", got, sweepFrom+1)
	}
	r = w.start()
	r.settled()
	if got := left(); got != 1 || !r.finds("okapi", "okapi") {
		t.Errorf("after an end in order %d vectors are left, want the 1 in use", got)
	}
	check(t, r.stop())
}

func TestDocumentsOfARemovedSourceLeave(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	w.source.put("a.md", "an okapi")
	r.settled()
	check(t, r.stop())
	r = w.start(func(c *Config) { c.Sources = nil })
	r.await("it is gone", func() bool { return r.Pipeline.Status().Counts.Documents == 0 && !r.finds("okapi", "okapi") })
	check(t, r.stop())
}

func TestBatchOfOneDocumentIsSeenWhole(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	version := func(n int) string {
		var parts []string
		for i := range 30 {
			parts = append(parts, fmt.Sprintf("version%d part%d with enough words to fill a chunk of its own, so that there are many of them: alpha beta gamma delta epsilon zeta eta theta iota kappa lambda", n, i))
		}
		return strings.Join(parts, "\n\n")
	}
	w.source.put("a.md", version(0))
	r.settled()
	for n := 1; n <= 10; n++ {
		w.source.put("a.md", version(n))
		r.await("the new version is found", func() bool {
			lines := r.search("version alpha", retrieve.Text)
			old, now := 0, 0
			for _, l := range lines {
				if strings.Contains(l, fmt.Sprintf("version%d ", n)) {
					now++
				} else {
					old++
				}
			}
			if old > 0 && now > 0 {
				t.Fatalf("half of a document is visible: %d old and %d new chunks", old, now)
			}
			return now > 0
		})
	}
	check(t, r.stop())
}

// A disturbed source runs a function instead of its first Open.
type disturbed struct {
	*ingesttest.Memory
	first  sync.Once
	opened func(ctx context.Context, o rag.Object) (io.ReadCloser, error)
}

func (s *disturbed) Open(ctx context.Context, o rag.Object) (r io.ReadCloser, err error) {
	asked := false
	s.first.Do(func() {
		r, err = s.opened(ctx, o)
		asked = true
	})
	if asked {
		return r, err
	}
	return s.Memory.Open(ctx, o)
}

func TestStateThatWasThereWhileReadingIsReadOver(t *testing.T) {
	const text = "an okapi in the forest"
	for name, between := range map[string]func(*ingesttest.Memory){
		"edited":  func(m *ingesttest.Memory) { m.Put("a.md", []byte("a lion in the steppe")) },
		"deleted": func(m *ingesttest.Memory) { m.Delete("a.md") },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.source.put("a.md", text)
			r := w.start(func(c *Config) {
				m := w.source.live
				c.Sources[0].Source = &disturbed{Memory: m, opened: func(ctx context.Context, o rag.Object) (io.ReadCloser, error) {
					between(m)
					defer m.Put("a.md", []byte(text))
					return m.Open(ctx, o)
				}}
			})
			r.settled()
			check(t, r.stop())
		})
	}
}

func TestDocumentThatWasAwayWhenItWasReadIsReadAgain(t *testing.T) {
	w := newWorld(t)
	w.source.put("a.md", "an okapi in the forest")
	r := w.start(func(c *Config) {
		c.Sources[0].Source = &disturbed{Memory: w.source.live, opened: func(context.Context, rag.Object) (io.ReadCloser, error) {
			return nil, fmt.Errorf("opening: %w", ingest.ErrGone)
		}}
	})
	r.settled()
	check(t, r.stop())
}

func TestTwoSourcesOfOneNameAreRefused(t *testing.T) {
	w := newWorld(t)
	s := Source{Name: "x", Source: w.source.open()}
	if _, err := New(Config{Sources: []Source{s, s}}); err == nil {
		t.Error("got no error")
	}
}

func TestReadStopsAtTheLimitWhateverTheListingSaid(t *testing.T) {
	r := &reader{maxSize: 1000, open: func(context.Context, rag.Object) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(strings.Repeat("x", 5000))), nil
	}}
	if _, err := r.read(context.Background(), rag.Object{Path: "p", Size: 10}); err == nil || !strings.Contains(err.Error(), "limit") {
		t.Errorf("got %v", err)
	}
}

func TestTooLongIsAFailureThatSaysSo(t *testing.T) {
	if got := readFailure(listed{}, errors.Join(context.DeadlineExceeded)); !strings.Contains(got.Failure, "too long") {
		t.Errorf("got %q", got.Failure)
	}
}

func TestCodecsKeepWhatARetractionNeeds(t *testing.T) {
	in := listed{Object: rag.Object{URI: "s:k", Path: "k", Modified: time.Unix(5, 0).UTC()}, Seen: time.Unix(9, 0).UTC()}
	p := parsed{Digest: "d", Text: rag.Text{Text: "tëxt", Title: "T", Sections: []rag.Section{{Kind: rag.Paragraph, End: 5}}}}
	row, err := parsedCodec().Encode(nil, p)
	check(t, err)
	back, err := parsedCodec().Decode(row)
	check(t, err)
	if fmt.Sprint(back) != fmt.Sprint(p) {
		t.Errorf("got %+v, want %+v", back, p)
	}
	row, err = textCodec().Encode(nil, dataflow.Done[listed, parsed]{In: in, Result: p})
	check(t, err)
	text, err := textCodec().Decode(row)
	check(t, err)
	if text.In.Object.URI != "s:k" || text.Result.Text.Title != "T" || text.Result.Text.Text != "" {
		t.Errorf("got %+v", text)
	}
	e := embedded{Chunks: []rag.Chunk{{ID: rag.ChunkID{1}}, {ID: rag.ChunkID{2}}}, Keys: []string{"v/1234", ""}}
	row, err = embeddedCodec().Encode(nil, e)
	check(t, err)
	got, err := embeddedCodec().Decode(row)
	check(t, err)
	if fmt.Sprint(got.Chunks, got.Keys) != fmt.Sprint(e.Chunks, e.Keys) {
		t.Errorf("got %+v, want %+v", got, e)
	}
	for n := range row {
		if _, err := embeddedCodec().Decode(row[:n]); err == nil && n != 0 && n != 23 {
			t.Errorf("a record cut at %d is accepted", n)
		}
	}
}
