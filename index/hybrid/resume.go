package hybrid

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	rag "ragserver"
	"ragserver/index"
)

// resume loads the newest checkpoint and catches up. It returns no state, and
// why, if there is none that can be used: no leg holds anything then.
func (x *Index) resume(ctx context.Context, t Truth) (next *state, why, err error) {
	if !x.saves() {
		return nil, errNone, nil
	}
	m, err := readManifest(x.config.Dir)
	if err != nil {
		return nil, err, nil
	}
	if m.Identity != x.identity {
		return nil, errors.New("it is of another store, embedding model or configuration"), nil
	}
	since := x.since(m.Epoch)
	touched, complete, err := t.Touched(since)
	if err != nil {
		return nil, nil, fmt.Errorf("reading what was touched after epoch %d: %w", since, err)
	}
	if !complete {
		return nil, fmt.Errorf("what was touched after epoch %d is not known", since), nil
	}
	dir := filepath.Join(x.config.Dir, m.Folder)
	loaded, why := readTables(filepath.Join(dir, tablesName), m)
	if why != nil {
		return nil, why, nil
	}
	base := x.adopt(loaded)
	added := make(map[rag.ChunkID]bool, len(touched.Chunks))
	for _, id := range touched.Chunks {
		added[id] = true
	}
	batch, err := x.compare(ctx, t, touched.Documents, added)
	if err != nil {
		return nil, nil, err
	}
	p, why := x.plan(t.Epoch(), batch)
	if why != nil {
		return nil, fmt.Errorf("it does not fit the store: %w", why), nil
	}
	why = x.vector.(index.Saver).Load(ctx, filepath.Join(dir, vectorDir), m.Epoch)
	if why != nil {
		return nil, fmt.Errorf("loading the vector leg: %w", why), ctx.Err()
	}
	x.mu.Lock()
	x.saved, x.asked, x.savedWaiting = m, m.Fields, x.waiting()
	x.mu.Unlock()
	if next, err = x.catchUp(ctx, t, m, base, p, added); err != nil && ctx.Err() == nil {
		err = errors.Join(err, x.discard()) // the next start fills it
	}
	return next, nil, err
}

// adopt makes loaded tables those of the index, and returns their state.
func (x *Index) adopt(l *loaded) *state {
	x.docs.adopt(l.docs)
	x.rows, x.table, x.byID, x.bare = l.rows, l.table, l.byID, l.bare
	return &state{
		version: 1, epoch: l.epoch, change: &change{version: 1}, table: l.table,
		docs: len(l.docs), chunks: l.n, vectors: l.n - int(l.bare.GetCardinality()),
	}
}

// catchUp brings the legs from the checkpoint m, which the vector leg has loaded
// and whose state is base, to the truth's epoch by p. The chunks added since may
// say something else under the IDs that they had before.
func (x *Index) catchUp(ctx context.Context, t Truth, m manifest, base *state, p *plan, added map[rag.ChunkID]bool) (*state, error) {
	if n := lenOf(x.vector); n != base.vectors {
		return nil, fmt.Errorf("restoring the vector leg: it has loaded %d vectors, not %d", n, base.vectors)
	}
	has, err := x.loadText(ctx, m)
	if err != nil {
		return nil, err
	}
	if err := x.vector.Apply(ctx, p.epoch, p.vector); err != nil {
		return nil, fmt.Errorf("catching up to epoch %d in the vector leg: %w", p.epoch, err)
	}
	var texts []index.Change
	if has {
		texts = p.text
	}
	next, g := x.advance(base, p)
	if !has {
		if err := x.restoreText(ctx, t, added); err != nil {
			return nil, fmt.Errorf("restoring the text leg: %w", err)
		}
	}
	if err := x.text.Apply(ctx, p.epoch, texts); err != nil {
		return nil, fmt.Errorf("catching up to epoch %d in the text leg: %w", p.epoch, err)
	}
	x.bury(g)
	x.changed(p.size())
	return next, nil
}

// loadText loads the text leg, and says whether it has the checkpoint's chunks
// now. One that is damaged is filled from the truth.
func (x *Index) loadText(ctx context.Context, m manifest) (bool, error) {
	leg, ok := x.text.(index.Saver)
	if !ok || !m.Text {
		return false, nil
	}
	err := leg.Load(ctx, filepath.Join(x.config.Dir, m.Folder, textDir), m.Epoch)
	if err == nil {
		return true, nil
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	x.config.Logger.Warn("the saved text index cannot be used; it is filled from the store", "dir", x.config.Dir, "reason", err)
	x.mu.Lock()
	x.rebuilt = fmt.Sprintf("loading the text leg: %v", err)
	x.saved.Text = false
	x.mu.Unlock()
	x.changed(x.byID.n) // so that it is saved again
	return false, nil
}

func lenOf(leg index.Leg) int {
	s := leg.Snapshot()
	defer s.Close()
	return s.Len()
}

// compare works out how the documents that were touched differ from what was
// loaded. Of each it looks only at the end, whatever happened in between.
func (x *Index) compare(ctx context.Context, t Truth, touched []rag.URI, added map[rag.ChunkID]bool) (Batch, error) {
	var b Batch
	seen := make(map[rag.URI]bool, len(touched))
	for _, uri := range touched {
		if seen[uri] {
			continue
		}
		seen[uri] = true
		if err := ctx.Err(); err != nil {
			return b, err
		}
		stored, ok, err := t.Document(uri)
		if err != nil {
			return b, fmt.Errorf("reading document %q: %w", uri, err)
		}
		if !ok {
			b.Documents = append(b.Documents, DocumentChange{URI: uri, Gone: true}) // with its chunks
			continue
		}
		b.Documents = append(b.Documents, DocumentChange{URI: uri, Metadata: stored.Metadata, Note: stored.Note})
		if b.Chunks, err = x.compareChunks(t, stored, added, b.Chunks); err != nil {
			return b, err
		}
	}
	return b, nil
}

// compareChunks appends the differences of one document's chunks.
func (x *Index) compareChunks(t Truth, stored StoredDocument, added map[rag.ChunkID]bool, changes []ChunkChange) ([]ChunkChange, error) {
	now := make(map[rag.ChunkID]bool, len(stored.Chunks))
	for _, c := range stored.Chunks {
		now[c.ID] = true
		_, there := x.byID.find(x.table, c.ID)
		if there && !added[c.ID] {
			continue
		}
		text, err := t.Text(c.ID)
		if err != nil {
			return nil, fmt.Errorf("reading chunk %s of document %q: %w", c.ID, stored.URI, err)
		}
		changes = append(changes, ChunkChange{ID: c.ID, URI: stored.URI, Diff: 1, Text: text, Vector: c.Vector})
	}
	d := x.docs.find(stored.URI)
	if d == nil {
		return changes, nil
	}
	for _, row := range d.newest.Load().rows {
		if id := x.table.at(row).id; !now[id] {
			changes = append(changes, ChunkChange{ID: id, URI: stored.URI, Diff: -1})
		}
	}
	return changes, nil
}
