package hybrid

import (
	"context"
	"fmt"
	"iter"

	rag "ragserver"
	"ragserver/index"
)

// fillBatch is how many chunks a leg is filled with at a time.
// 500 chunks * (2 kB text + 4 kB of terms) = 3 MB.
const fillBatch = 500

// Restore brings an empty index to the state of t: legs in memory are filled, a
// leg on disk gets what it lacks and loses what it should not have. It is called
// once, before the first Apply; after an error the index is of no use. Nothing
// is visible before it returns.
func (x *Index) Restore(ctx context.Context, t Truth) error {
	x.writer.Lock()
	defer x.writer.Unlock()
	next := &state{version: 1, epoch: t.Epoch(), change: &change{version: 1}}
	if err := x.load(ctx, t, next); err != nil {
		return fmt.Errorf("restoring the index: %w", err)
	}
	if err := x.restoreText(ctx, t); err != nil {
		return fmt.Errorf("restoring the text leg: %w", err)
	}
	if next.epoch > 0 {
		if err := x.vector.Apply(ctx, next.epoch, nil); err != nil {
			return fmt.Errorf("restoring the vector leg: %w", err)
		}
		if err := x.text.Apply(ctx, next.epoch, nil); err != nil {
			return fmt.Errorf("restoring the text leg: %w", err)
		}
	}
	next.table = x.table
	x.publish(next)
	return nil
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
			} else {
				next.vectors++
				if err := f.add(ctx, index.Change{Row: row, ID: c.ID, Diff: 1, Vector: c.Vector}); err != nil {
					return err
				}
			}
		}
		next.docs++
		next.chunks += len(stored.Chunks)
		d.push(r, 0)
	}
	return f.flush(ctx)
}

// restoreText makes the text leg hold the chunks that were loaded.
func (x *Index) restoreText(ctx context.Context, t Truth) error {
	missing := x.allRows()
	if leg, ok := x.text.(index.Rebinder); ok {
		rows, err := leg.Rebind(ctx, x.chunkIDs())
		if err != nil {
			return err
		}
		missing = func(yield func(index.Row) bool) {
			for _, row := range rows {
				if !yield(row) {
					return
				}
			}
		}
		x.config.Logger.Info("text index compared", "chunks", x.byID.n, "missing", len(rows))
	}
	f := filler{leg: x.text}
	for row := range missing {
		id := x.table.at(row).id
		text, err := t.Text(id)
		if err != nil {
			return fmt.Errorf("reading chunk %s: %w", id, err)
		}
		if err := f.add(ctx, index.Change{Row: row, ID: id, Diff: 1, Text: text}); err != nil {
			return err
		}
	}
	return f.flush(ctx)
}

// allRows iterates over the rows of a loaded index.
func (x *Index) allRows() iter.Seq[index.Row] {
	return func(yield func(index.Row) bool) {
		for row := range x.rows.next {
			if !yield(row) {
				return
			}
		}
	}
}

// chunkIDs iterates over the chunks of a loaded index.
func (x *Index) chunkIDs() iter.Seq2[rag.ChunkID, index.Row] {
	return func(yield func(rag.ChunkID, index.Row) bool) {
		for row := range x.rows.next {
			if !yield(x.table.at(row).id, row) {
				return
			}
		}
	}
}

// A filler fills a leg in batches.
type filler struct {
	leg   index.Leg
	batch []index.Change
}

func (f *filler) add(ctx context.Context, c index.Change) error {
	f.batch = append(f.batch, c)
	if len(f.batch) < fillBatch {
		return nil
	}
	return f.flush(ctx)
}

func (f *filler) flush(ctx context.Context) error {
	if len(f.batch) == 0 {
		return nil
	}
	err := f.leg.Apply(ctx, 0, f.batch)
	f.batch = f.batch[:0]
	return err
}
