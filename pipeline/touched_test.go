package pipeline

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	rag "ragserver"
	"ragserver/index"
	"ragserver/index/hybrid"
	"ragserver/store"
	"ragserver/store/memstore"
)

// logged returns a store with the records of some epochs, each touching a
// document of its number.
func logged(t *testing.T, epochs ...rag.Epoch) store.Store {
	t.Helper()
	s := memstore.New()
	var b store.Batch
	before := rag.Epoch(0)
	for _, e := range epochs {
		batch := hybrid.Batch{
			Documents: []hybrid.DocumentChange{{URI: rag.URI(fmt.Sprint("mem:", e))}},
			Chunks:    []hybrid.ChunkChange{{ID: rag.ChunkID{byte(e)}, Diff: 1}, {ID: rag.ChunkID{99}, Diff: -1}},
		}
		b.Put(touchedKey(e), encodeTouched(before, batch))
		before = e
	}
	check(t, s.Commit(&b, false))
	return s
}

func TestTheLogSaysWhatItKnows(t *testing.T) {
	all := []rag.Epoch{3, 4, 9, 300}
	for _, c := range []struct {
		since, last rag.Epoch
		drop        []rag.Epoch
		want        []rag.URI
		complete    bool
	}{
		{0, 300, nil, []rag.URI{"mem:3", "mem:4", "mem:9", "mem:300"}, true},
		{4, 300, nil, []rag.URI{"mem:9", "mem:300"}, true},
		{5, 300, nil, []rag.URI{"mem:9", "mem:300"}, true},
		{300, 300, nil, nil, true},
		{301, 300, nil, nil, false},                                      // of another store
		{4, 301, nil, nil, false},                                        // epoch 301 wrote no record
		{4, 300, []rag.Epoch{3, 4}, []rag.URI{"mem:9", "mem:300"}, true}, // not needed any more
		{3, 300, []rag.Epoch{3, 4}, nil, false},                          // too old
		{3, 300, []rag.Epoch{9}, nil, false},                             // one is missing
		{0, 0, all, nil, true},                                           // nothing was ever written
		{2, 300, all, nil, false},                                        // written without a log
		{4, 300, []rag.Epoch{300}, []rag.URI{"mem:9"}, false},            // the last one too
	} {
		s := logged(t, all...)
		var b store.Batch
		for _, e := range c.drop {
			b.Delete(touchedKey(e))
		}
		check(t, s.Commit(&b, false))
		got, complete, err := readTouched(s, c.since, c.last)
		check(t, err)
		if complete != c.complete || complete && (!slices.Equal(got.Documents, c.want) || len(got.Chunks) != len(c.want)) {
			t.Errorf("after %d up to %d, without %d: %v, %v; want %v, %v", c.since, c.last, c.drop, got, complete, c.want, c.complete)
		}
	}
}

func FuzzTouched(f *testing.F) {
	f.Add(encodeTouched(7, hybrid.Batch{
		Documents: []hybrid.DocumentChange{{URI: "a:b"}, {URI: ""}},
		Chunks:    []hybrid.ChunkChange{{ID: rag.ChunkID{1}, Diff: 1}},
	}))
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, row []byte) {
		var got hybrid.Touched
		before, err := decodeTouched(row, &got)
		if err != nil {
			return
		}
		var b hybrid.Batch
		for _, uri := range got.Documents {
			b.Documents = append(b.Documents, hybrid.DocumentChange{URI: uri})
		}
		for _, id := range got.Chunks {
			b.Chunks = append(b.Chunks, hybrid.ChunkChange{ID: id, Diff: 1, Text: index.Text{}})
		}
		var again hybrid.Touched
		if e, err := decodeTouched(encodeTouched(before, b), &again); err != nil || e != before || len(again.Documents) != len(got.Documents) || len(again.Chunks) != len(got.Chunks) {
			t.Errorf("%v, %d, %v; want %v, %d", again, e, err, got, before)
		}
	})
}

func TestNotesSurvive(t *testing.T) {
	for _, want := range []summary{
		{status: rag.Indexed, chunks: 3, vectors: 2, modified: time.Unix(1_700_000_000, 5).UTC(), seen: time.Unix(1_800_000_000, 0).UTC()},
		{status: rag.Failed},
	} {
		got, err := parseNote(want.note())
		if err != nil || *got != want {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
	if _, err := parseNote("\x01"); err == nil {
		t.Error("a short note was read")
	}
}

// An index that is saved starts from that, and the log keeps no more than it
// needs.
func TestASavedIndexCatchesUpAndTheLogIsTrimmed(t *testing.T) {
	w := newWorld(t)
	w.saved, w.bm25, w.hnsw = true, true, true
	random := rand.New(rand.NewPCG(1, 2))
	words := newVocabulary(random)
	r := w.start()
	for range 20 {
		words.edit(w.source)
		r.settled()
	}
	before, err := lastEpoch(w.store)
	check(t, err)
	check(t, r.index.Checkpoint(t.Context()))
	for range 3 {
		words.put(w.source, "last.md", words.document())
		r.settled()
	}
	for kv, err := range w.store.Scan([]byte(touchedPrefix)) {
		check(t, err)
		if e, ok := touchedEpoch(kv.Key); !ok || e <= before {
			t.Errorf("the record of epoch %d is left, epoch %d is saved", e, before)
		}
	}
	want, counts := r.all(words), r.Pipeline.Status().Counts
	check(t, r.stop())
	r = w.start()
	r.settled()
	if s := r.index.Status(); s.Rebuilt != "" || s.Saved == 0 {
		t.Errorf("started as %+v", s)
	}
	if got := r.all(words); got != want {
		t.Errorf("after a restart\n%s\nbefore\n%s", got, want)
	}
	if got := r.Pipeline.Status().Counts; got.Documents != counts.Documents || got.Chunks != counts.Chunks || got.Vectors != counts.Vectors || !got.LastIndexed.Equal(counts.LastIndexed) {
		t.Errorf("counts %+v, want %+v", got, counts)
	}
	check(t, r.stop())
	w.model.id = "b" // another model: nothing of the old index is used
	r = w.start()
	r.await("all is embedded again", func() bool { return r.equalsSource() && r.Pipeline.Status().Counts.Vectors == counts.Vectors })
	if r.index.Status().Rebuilt == "" {
		t.Error("vectors of another model were loaded")
	}
	check(t, r.stop())
}

// Past states answer with the texts of their epoch.
func TestPastEpochsHaveTheirTexts(t *testing.T) {
	w := newWorld(t)
	w.history = 5
	r := w.start()
	w.source.put("a.md", "an okapi")
	r.settled()
	epoch := r.index.Snapshot()
	then := epoch.Epoch()
	epoch.Close()
	w.source.remove("a.md")
	r.await("it is gone", func() bool { return !r.finds("okapi", "okapi") })
	old, err := r.index.At(then)
	check(t, err)
	hits, err := old.Search(t.Context(), hybrid.Query{Text: "okapi", K: 3})
	check(t, err)
	if len(hits) != 1 {
		t.Fatalf("%d hits at epoch %d, want 1", len(hits), then)
	}
	c, ok, err := old.Texts().Chunk(hits[0].ID)
	check(t, err)
	if !ok || c.Text != "an okapi" {
		t.Errorf("the text at epoch %d is %q, %v", then, c.Text, ok)
	}
	if _, ok, _ := r.Chunk(hits[0].ID); ok {
		t.Error("the newest state has the text still")
	}
	old.Close()
	check(t, r.stop())
}
