package bleve

import (
	"context"
	"fmt"
	"iter"
	"runtime/debug"

	"github.com/blevesearch/bleve/v2/index/scorch"
	bleveindex "github.com/blevesearch/bleve_index_api"

	rag "ragserver"
	"ragserver/index"
)

// Rebind implements index.Rebinder.
func (l *Leg) Rebind(ctx context.Context, chunks iter.Seq2[rag.ChunkID, index.Row]) (missing []index.Row, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer recoverCorrupt(l.dir, &err, debug.SetPanicOnFault(true))
	clear(l.rows)
	for id, row := range chunks {
		l.rows[id] = row
	}
	have, extra, err := l.compare(ctx)
	if err != nil {
		return nil, fmt.Errorf("bleve: reading %s: %w", l.dir, err)
	}
	for id, row := range l.rows {
		if !have[row] {
			missing = append(missing, row)
			delete(l.rows, id)
		}
	}
	if len(extra) > 0 {
		batch := bleveindex.NewBatch()
		for _, id := range extra {
			batch.Delete(id)
		}
		if err := l.scorch.Batch(batch); err != nil {
			return nil, fmt.Errorf("bleve: writing to %s: %w", l.dir, err)
		}
	}
	l.epoch, l.filled, l.bound = 0, true, true
	l.durable.Store(0)
	l.show(nil) // it knew other rows
	return missing, l.refresh()
}

// compare returns which rows are on disk, and the chunks that should not be.
func (l *Leg) compare(ctx context.Context) (have map[index.Row]bool, extra []string, err error) {
	reader, err := l.scorch.Reader()
	if err != nil {
		return nil, nil, err
	}
	defer reader.Close()
	have = make(map[index.Row]bool)
	for _, seg := range reader.(*scorch.IndexSnapshot).Segments() {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		for n := range seg.FullSize() {
			if seg.Deleted() != nil && seg.Deleted().Contains(uint32(n)) {
				continue
			}
			id, err := seg.DocID(uint64(n))
			if err != nil {
				return nil, nil, err
			}
			row, ok := l.rows[rag.ChunkID(pad(id))]
			if ok && len(id) == len(rag.ChunkID{}) && !have[row] {
				have[row] = true
			} else {
				extra = append(extra, string(id))
			}
		}
	}
	return have, extra, nil
}

// pad returns the first 16 bytes of id, or as many as there are.
func pad(id []byte) (out [16]byte) {
	copy(out[:], id)
	return out
}
