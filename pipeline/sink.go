package pipeline

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	rag "ragserver"
	"ragserver/dataflow"
	"ragserver/index"
	"ragserver/index/hybrid"
)

// A sink writes the documents and chunks of an epoch into the store, in the
// epoch's own atomic write, and then makes them visible in the index.
type sink struct {
	index  Index
	counts *counts
	// applied is called when an epoch is visible.
	applied func(rag.Epoch)
	log     touchedLog

	batch   hybrid.Batch // what Write staged for Committed
	changes []countChange
}

// Write stages one epoch. It is called again with the same epoch after a write
// that failed.
func (s *sink) Write(tx *dataflow.Tx, e dataflow.Epoch, batch []dataflow.Delta[result]) error {
	s.batch, s.changes = hybrid.Batch{}, nil
	w := epochWriter{sink: s, tx: tx, chunks: make(map[rag.ChunkID]*difference)}
	for _, d := range batch {
		if err := w.document(d); err != nil {
			return err
		}
	}
	return w.finish(rag.Epoch(e))
}

// Committed makes the epoch visible.
func (s *sink) Committed(ctx context.Context, e dataflow.Epoch) error {
	if err := s.index.Apply(ctx, rag.Epoch(e), s.batch); err != nil {
		return fmt.Errorf("indexing epoch %d: %w", e, err)
	}
	s.counts.apply(s.changes)
	s.log.committed(rag.Epoch(e))
	s.batch, s.changes = hybrid.Batch{}, nil
	s.applied(rag.Epoch(e))
	return nil
}

// A difference is what an epoch does to one chunk.
type difference struct {
	uri           rag.URI
	before, after bool
	oldKey        string
	oldAround     surroundings
	chunk         rag.Chunk
	vector        rag.Vector
	former        rag.Vector // of the former model while it changes
	key           string
	around        surroundings
}

// surroundings are what a chunk's document adds to its words in the index.
type surroundings struct{ title, language string }

func (r parsed) surroundings() surroundings { return surroundings{r.Text.Title, r.Text.Language} }

// An epochWriter collects the changes of an epoch by document and chunk, so
// that what is the same before and after is left alone.
type epochWriter struct {
	*sink
	tx     *dataflow.Tx
	order  []rag.ChunkID
	chunks map[rag.ChunkID]*difference
	docs   []dataflow.Delta[result]
	unused int // vectors that have lost their chunk
}

func (w *epochWriter) document(d dataflow.Delta[result]) error {
	w.docs = append(w.docs, d)
	around := d.Value.In.Result.surroundings()
	for i, c := range d.Value.Result.Chunks {
		x := w.chunks[c.ID]
		if x == nil {
			x = &difference{uri: d.Value.In.In.Object.URI}
			w.chunks[c.ID] = x
			w.order = append(w.order, c.ID)
		}
		if d.Diff < 0 && x.after {
			x.after = false // came and went in this epoch
			continue
		}
		if d.Diff < 0 {
			x.before, x.oldKey, x.oldAround = true, d.Value.Result.Keys[i], around
			continue
		}
		x.after, x.chunk, x.key = true, c, d.Value.Result.Keys[i]
		x.vector, x.around, x.former = d.Value.Result.Vectors[i], around, nil
		if former := d.Value.Result.Former; former != nil {
			x.former = former[i]
		}
	}
	return nil
}

func (w *epochWriter) finish(e rag.Epoch) error {
	if err := w.writeDocuments(); err != nil {
		return err
	}
	if err := w.writeChunks(); err != nil {
		return err
	}
	since, wanted := w.index.Since()
	if err := w.log.write(w, e, since, wanted); err != nil {
		return err
	}
	if err := addUnused(w.tx, w.unused); err != nil {
		return err
	}
	w.tx.Put([]byte(epochKey), binary.BigEndian.AppendUint64(nil, uint64(e)))
	return nil
}

// writeDocuments puts the records of documents that are new or have changed and
// deletes those of documents that are gone: the last difference of each says
// which.
func (w *epochWriter) writeDocuments() error {
	last := make(map[rag.URI]int, len(w.docs))
	for i, d := range w.docs {
		last[d.Value.In.In.Object.URI] = i
	}
	for i, d := range w.docs {
		uri := d.Value.In.In.Object.URI
		if last[uri] != i {
			continue
		}
		if d.Diff > 0 {
			if err := w.putDocument(d.Value); err != nil {
				return err
			}
			continue
		}
		w.tx.Delete(documentKey(uri))
		w.tx.Delete(chunksKey(uri))
		w.batch.Documents = append(w.batch.Documents, hybrid.DocumentChange{URI: uri, Gone: true})
		w.changes = append(w.changes, countChange{uri: uri})
	}
	return nil
}

func (w *epochWriter) putDocument(r result) error {
	d := record(r)
	row, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("record of %s: %w", d.Object.URI, err)
	}
	w.tx.Put(documentKey(d.Object.URI), row)
	w.tx.Put(chunksKey(d.Object.URI), encodePassages(r.Result.passages()))
	now := summarize(d, r.Result.Keys)
	w.batch.Documents = append(w.batch.Documents, hybrid.DocumentChange{URI: d.Object.URI, Metadata: d.Metadata(), Note: now.note()})
	w.changes = append(w.changes, countChange{uri: d.Object.URI, now: now})
	return nil
}

// record makes the document's record from the end of the graph.
func record(r result) rag.Document {
	object, p := r.In.In, r.In.Result
	d := rag.Document{
		Object: object.Object, Seen: object.Seen, Digest: p.Digest,
		Status: rag.Indexed, MediaType: p.Text.MediaType, Title: p.Text.Title, Author: p.Text.Author,
		Language: p.Text.Language, Created: p.Text.Created, Modified: p.Text.Modified,
		Pages: p.Text.Pages, Labels: p.Text.Labels, Chars: r.Result.Chars, Warnings: p.Text.Warnings,
		Parser: p.Text.Parser, ParseTime: p.Took, Meta: p.Text.Meta,
	}
	switch {
	case p.Failure != "":
		d.Status, d.Reason = rag.Failed, p.Failure
	case r.Result.Partial != "":
		d.Status, d.Reason = rag.Partial, r.Result.Partial
	}
	return d
}

func (w *epochWriter) writeChunks() error {
	for _, id := range w.order {
		x := w.chunks[id]
		switch {
		case x.before && !x.after:
			w.tx.Delete(textKey(id))
			w.tx.Delete(placeKey(id))
		case x.after:
			if err := w.putChunk(id, x); err != nil {
				return err
			}
		}
		w.change(id, x)
	}
	return nil
}

func (w *epochWriter) putChunk(id rag.ChunkID, x *difference) error {
	if !x.before {
		row, err := encodeSays(x.chunk)
		if err != nil {
			return fmt.Errorf("chunk %s: %w", id, err)
		}
		w.tx.Put(textKey(id), row)
		w.tx.Put(placeKey(id), encodePlace(x.chunk))
		return nil
	}
	place := encodePlace(x.chunk)
	old, err := w.tx.Get(placeKey(id))
	if err != nil {
		return err
	}
	if !bytes.Equal(old, place) {
		w.tx.Put(placeKey(id), place)
	}
	return nil
}

// change tells the index what became of a chunk: nothing if it is the same
// text, in a document of the same title and language, with the same vector.
func (w *epochWriter) change(id rag.ChunkID, x *difference) {
	if x.oldKey != "" && !(x.after && x.key == x.oldKey) {
		w.unused++
	}
	sameText := x.before && x.oldAround == x.around
	if x.after && sameText && x.oldKey == x.key {
		return
	}
	if x.before {
		w.batch.Chunks = append(w.batch.Chunks, hybrid.ChunkChange{ID: id, URI: x.uri, Diff: -1})
	}
	if x.after {
		w.batch.Chunks = append(w.batch.Chunks, hybrid.ChunkChange{
			ID: id, URI: x.uri, Diff: +1, Text: index.TextIn(x.chunk, x.around.title, x.around.language),
			Vector: x.vector, Former: x.former, SameText: sameText,
		})
	}
}

// A countChange is how one document changes the statistics; a nil now means
// that it is gone.
type countChange struct {
	uri rag.URI
	now *summary
}
