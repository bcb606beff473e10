package pipeline

import (
	"encoding/json"
	"fmt"
	"iter"
	"strings"
	"sync"

	rag "ragserver"
	"ragserver/embed"
	"ragserver/index"
	"ragserver/index/hybrid"
	"ragserver/store"
)

// A truth shows the store, at one moment, to an index that has to be filled.
type truth struct {
	store   store.Snapshot
	epoch   rag.Epoch
	vectors map[string]rag.Vector // by key, of the space in use
	counts  *counts

	mu     sync.Mutex // guards the rest: the document whose text was last read
	last   rag.URI
	around surroundings
}

// newTruth reads all vectors of the space whose keys begin with prefix: reading
// them in order is many times faster than looking each one up.
func newTruth(s store.Snapshot, prefix []byte, dimensions int, c *counts) (*truth, error) {
	epoch, err := lastEpoch(s)
	if err != nil {
		return nil, err
	}
	t := &truth{store: s, epoch: epoch, vectors: make(map[string]rag.Vector), counts: c}
	for kv, err := range s.Scan(prefix) {
		if err != nil {
			return nil, fmt.Errorf("reading vectors: %w", err)
		}
		if v, ok := embed.Decode(kv.Value, dimensions); ok && v != nil {
			t.vectors[string(kv.Key)] = v
		}
	}
	return t, nil
}

func (t *truth) Epoch() rag.Epoch { return t.epoch }

func (t *truth) Documents() iter.Seq2[hybrid.StoredDocument, error] {
	return func(yield func(hybrid.StoredDocument, error) bool) {
		for kv, err := range t.store.Scan([]byte(documentPrefix)) {
			var d hybrid.StoredDocument
			if err == nil {
				d, err = t.document(kv)
			}
			if !yield(d, err) || err != nil {
				return
			}
		}
	}
}

func (t *truth) document(kv store.KV) (hybrid.StoredDocument, error) {
	uri := rag.URI(strings.TrimPrefix(string(kv.Key), documentPrefix))
	var d rag.Document
	if err := json.Unmarshal(kv.Value, &d); err != nil {
		return hybrid.StoredDocument{}, fmt.Errorf("record of document %s: %w: %w", uri, err, store.ErrCorrupt)
	}
	list, err := readPassages(t.store, uri)
	if err != nil {
		return hybrid.StoredDocument{}, err
	}
	stored := hybrid.StoredDocument{URI: uri, Metadata: d.Metadata(), Chunks: make([]hybrid.StoredChunk, len(list))}
	keys := make([]string, len(list))
	for i, p := range list {
		vector := t.vectors[p.Vector]
		if vector != nil {
			keys[i] = p.Vector
		}
		stored.Chunks[i] = hybrid.StoredChunk{ID: p.ID, Vector: vector}
	}
	t.counts.apply([]countChange{{uri: uri, now: summarize(d, keys)}})
	return stored, nil
}

func (t *truth) Text(id rag.ChunkID) (index.Text, error) {
	c, ok, err := readChunk(t.store, id)
	if err != nil || !ok {
		return index.Text{}, err
	}
	around, err := t.surroundings(c.URI)
	return index.TextIn(c, around.title, around.language), err
}

// surroundings reads them from the document's record, once for all chunks of a
// document that come together.
func (t *truth) surroundings(uri rag.URI) (surroundings, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last != uri {
		d, _, err := readDocument(t.store, uri)
		if err != nil {
			return surroundings{}, err
		}
		t.last, t.around = uri, surroundings{d.Title, d.Language}
	}
	return t.around, nil
}
