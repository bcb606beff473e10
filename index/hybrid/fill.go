package hybrid

import (
	"context"
	"fmt"
	"iter"
	"slices"

	rag "ragserver"
	"ragserver/index"
)

// fillBatch is how many chunks a leg is filled with at a time.
// 500 chunks * (2 kB text + 4 kB of terms) = 3 MB.
const fillBatch = 500

// restoreText makes the text leg hold the chunks of a loaded index: all that it
// lacks is read from t, and all that is renewed.
func (x *Index) restoreText(ctx context.Context, t Truth, renewed map[rag.ChunkID]bool) error {
	missing := x.allRows()
	if leg, ok := x.text.(index.Rebinder); ok {
		rows, err := leg.Rebind(ctx, x.chunksBut(renewed))
		if err != nil {
			return err
		}
		for id := range renewed {
			if row, ok := x.byID.find(x.table, id); ok {
				rows = append(rows, row)
			}
		}
		missing = slices.Values(rows)
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

// allRows iterates over the rows that the newest revisions of all documents have.
func (x *Index) allRows() iter.Seq[index.Row] {
	return func(yield func(index.Row) bool) {
		for _, d := range x.docs.list { // only the writer changes it
			if d == nil || d.newest.Load().gone {
				continue
			}
			for _, row := range d.newest.Load().rows {
				if !yield(row) {
					return
				}
			}
		}
	}
}

// chunksBut iterates over the same rows with their chunks, without some.
func (x *Index) chunksBut(some map[rag.ChunkID]bool) iter.Seq2[rag.ChunkID, index.Row] {
	return func(yield func(rag.ChunkID, index.Row) bool) {
		for row := range x.allRows() {
			if id := x.table.at(row).id; !some[id] && !yield(id, row) {
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
