package hybrid

import (
	"context"
	"errors"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	rag "ragserver"
	"ragserver/index"
)

// Restore brings an empty index to the state of t. It loads the newest
// checkpoint and catches up with what the truth says was touched since. If there
// is none, or it is damaged, of something else, or older than what the truth
// remembers, everything is filled from the truth, and the log and Status say
// why. A text leg on disk is compared with the truth and gets what it lacks.
//
// It is called once, before the first Apply; after an error the index is of no
// use. Nothing is visible before it returns.
func (x *Index) Restore(ctx context.Context, t Truth) error {
	x.writer.Lock()
	defer x.writer.Unlock()
	x.identity = x.config.Legs + "\n" + t.Identity()
	next, why, err := x.resume(ctx, t)
	if err != nil {
		return err
	}
	if next == nil {
		if err := x.startOver(why); err != nil {
			return err
		}
		if next, err = x.rebuild(ctx, t); err != nil {
			return err
		}
		x.changed(next.chunks + next.docs)
	}
	if err := x.openNext(ctx, t, next.epoch); err != nil {
		return err
	}
	x.meta.Apply(next.version, changesOf(&change{docs: x.docs.at(next.version)}))
	x.publish(next)
	close(x.restored)
	x.nudge()
	return nil
}

// startOver empties what a checkpoint may have left, and the checkpoint.
func (x *Index) startOver(why error) error {
	x.docs.adopt(nil)
	x.rows, x.table, x.byID, x.bare = rowPool{}, rowTable{}, rowsByID{}, roaring.New()
	if !x.saves() {
		return nil
	}
	if !errors.Is(why, errNone) {
		x.config.Logger.Warn("the saved index cannot be used; it is filled from the store", "dir", x.config.Dir, "reason", why)
		x.mu.Lock()
		x.rebuilt = why.Error()
		x.mu.Unlock()
	}
	if err := x.discard(); err != nil {
		return fmt.Errorf("removing a checkpoint that cannot be used: %w", err)
	}
	return nil
}

// rebuild fills the index from t.
func (x *Index) rebuild(ctx context.Context, t Truth) (*state, error) {
	next := &state{version: 1, epoch: t.Epoch(), change: &change{version: 1}}
	if err := x.load(ctx, t, next); err != nil {
		return nil, fmt.Errorf("restoring the index: %w", err)
	}
	renewed, err := x.renewed(t)
	if err != nil {
		return nil, fmt.Errorf("restoring the text leg: %w", err)
	}
	if err := x.restoreText(ctx, t, renewed); err != nil {
		return nil, fmt.Errorf("restoring the text leg: %w", err)
	}
	if next.epoch > 0 {
		if err := x.vector.Apply(ctx, next.epoch, nil); err != nil {
			return nil, fmt.Errorf("restoring the vector leg: %w", err)
		}
		if err := x.text.Apply(ctx, next.epoch, nil); err != nil {
			return nil, fmt.Errorf("restoring the text leg: %w", err)
		}
	}
	next.table = x.table
	return next, nil
}

// renewed returns the chunks that say something else, under the same ID, than
// what a text leg has on disk: another title or language of their document. If
// the truth does not remember what was touched since, which it does only for an
// index that is saved, none are known.
func (x *Index) renewed(t Truth) (map[rag.ChunkID]bool, error) {
	if _, ok := x.text.(index.Rebinder); !ok {
		return nil, nil
	}
	touched, complete, err := t.Touched(x.text.Durable())
	if err != nil || !complete {
		return nil, err
	}
	renewed := make(map[rag.ChunkID]bool, len(touched.Chunks))
	for _, id := range touched.Chunks {
		renewed[id] = true
	}
	return renewed, nil
}

// load reads all documents, gives rows to their chunks, and fills the vector
// leg.
func (x *Index) load(ctx context.Context, t Truth, next *state) error {
	f := filler{leg: x.vector}
	for stored, err := range t.Documents() {
		if err != nil {
			return err
		}
		d := x.docs.add(stored.URI)
		r := &revision{version: next.version, metadata: newMetadata(stored.Metadata), note: stored.Note}
		for _, c := range stored.Chunks {
			if _, ok := x.byID.find(x.table, c.ID); ok {
				return fmt.Errorf("chunk %s of document %q is stored twice", c.ID, stored.URI)
			}
			row := x.rows.take()
			x.table = x.table.grown(row)
			*x.table.at(row) = chunk{id: c.ID, doc: d}
			x.byID.add(x.table, row)
			r.rows = append(r.rows, row)
			if len(c.Vector) == 0 {
				x.bare.Add(row)
				continue
			}
			next.vectors++
			if err := f.add(ctx, index.Change{Row: row, ID: c.ID, Diff: 1, Vector: c.Vector}); err != nil {
				return err
			}
		}
		next.docs++
		next.chunks += len(stored.Chunks)
		d.push(r, 0)
	}
	return f.flush(ctx)
}
