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
	store      store.Snapshot
	epoch      rag.Epoch
	identity   string
	prefix     []byte // of the keys of the vectors of the space in use
	dimensions int
	vectors    map[string]rag.Vector // by key, while Documents runs
	former     string                // ID of the space, if another one is about to take its place

	mu     sync.Mutex // guards the rest: the document whose text was last read
	last   rag.URI
	around surroundings
}

// newTruth shows s, the store of this name, with the vectors of one space.
func newTruth(s store.Snapshot, name string, space embed.Space) (*truth, error) {
	epoch, err := lastEpoch(s)
	if err != nil {
		return nil, err
	}
	return &truth{
		store: s, epoch: epoch, identity: identity(name, space),
		prefix: embed.KeyPrefix(space.ID), dimensions: space.Dimensions,
	}, nil
}

// identity names a store of this name with the vectors of one space.
func identity(name string, space embed.Space) string {
	return fmt.Sprintf("%s %d %s", name, space.Dimensions, space.ID)
}

// readVectors reads all vectors: reading them in order is many times faster than
// looking each one up.
func (t *truth) readVectors() error {
	t.vectors = make(map[string]rag.Vector)
	for kv, err := range t.store.Scan(t.prefix) {
		if err != nil {
			return fmt.Errorf("reading vectors: %w", err)
		}
		if v, ok := embed.Decode(kv.Value, t.dimensions); ok && v != nil {
			t.vectors[string(kv.Key)] = v
		}
	}
	return nil
}

// vector returns the vector of a passage, nil if there is none of this space.
func (t *truth) vector(p passage) (rag.Vector, error) {
	switch {
	case strings.HasPrefix(p.Vector, string(t.prefix)):
		return t.stored(p.Vector)
	case t.former != "":
		return t.formerVector(p.ID)
	}
	return nil, nil
}

// stored returns the vector under a key of this space, nil if there is none.
func (t *truth) stored(key string) (rag.Vector, error) {
	if t.vectors != nil {
		return t.vectors[key], nil
	}
	row, err := t.store.Get([]byte(key))
	if err != nil || row == nil {
		return nil, err
	}
	v, _ := embed.Decode(row, t.dimensions)
	return v, nil
}

func (t *truth) Epoch() rag.Epoch { return t.epoch }

func (t *truth) Identity() string { return t.identity }

func (t *truth) Documents() iter.Seq2[hybrid.StoredDocument, error] {
	return func(yield func(hybrid.StoredDocument, error) bool) {
		if err := t.readVectors(); err != nil {
			yield(hybrid.StoredDocument{}, err)
			return
		}
		defer func() { t.vectors = nil }()
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
		vector, err := t.vector(p)
		if err != nil {
			return stored, fmt.Errorf("vector of chunk %s: %w", p.ID, err)
		}
		if vector != nil {
			keys[i] = p.Vector
		}
		stored.Chunks[i] = hybrid.StoredChunk{ID: p.ID, Vector: vector}
	}
	stored.Note = summarize(d, keys).note()
	return stored, nil
}

// Document returns one document, or false if there is none.
func (t *truth) Document(uri rag.URI) (hybrid.StoredDocument, bool, error) {
	row, err := t.store.Get(documentKey(uri))
	if err != nil || row == nil {
		return hybrid.StoredDocument{}, false, err
	}
	d, err := t.document(store.KV{Key: documentKey(uri), Value: row})
	return d, true, err
}

// Touched reads the log of touched documents.
func (t *truth) Touched(since rag.Epoch) (hybrid.Touched, bool, error) {
	return readTouched(t.store, since, t.epoch)
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
