package pipeline

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ragserver/dataflow"
	"ragserver/embed"
	"ragserver/llm/situate"
	"ragserver/store"
)

// A text that is gone leaves its vector behind, in case it comes back. About how
// many have been left is counted, so that a start need not look. When there are
// more such vectors than others, they are removed at the next start - but only after an end in order with nothing under way: after a kill, vectors
// without a document may be what was embedded last.
const (
	settledKey = "m/settled"
	unusedKey  = "m/unused"
	sweepFrom  = 10_000 // vectors left behind that are never minded
	sweepBatch = 10_000 // removed in one write
)

// noteSettled writes down that nothing is under way, nor a change of the model.
func (p *Pipeline) noteSettled() error {
	if p.graph.Status().Pending > 0 || p.change != nil && !p.change.over.Load() {
		return nil
	}
	var b store.Batch
	b.Put([]byte(settledKey), nil)
	err := p.c.Store.Commit(&b, false)
	if errors.Is(err, store.ErrFull) {
		return nil // it is only for tidying
	}
	return err
}

// sweep removes vectors that no document has. It is called before anything runs.
func (p *Pipeline) sweep() error {
	settled, err := p.c.Store.Get([]byte(settledKey))
	if err != nil || settled == nil {
		return err
	}
	var b store.Batch
	b.Delete([]byte(settledKey))
	if err := p.c.Store.Commit(&b, false); err != nil {
		return err
	}
	if p.change != nil {
		return nil // vectors of the former model are in use, whatever the documents say
	}
	n, known, err := readUnused(p.c.Store)
	if err != nil || known && n < max(sweepFrom, p.counts.total().Vectors) {
		return err
	}
	used, err := p.usedVectors()
	if err != nil {
		return err
	}
	unused, err := p.unusedVectors(used)
	if err != nil {
		return err
	}
	if len(unused) < max(sweepFrom, len(used)) {
		return p.setUnused(len(unused))
	}
	p.c.Logger.Info("removing vectors of texts that are gone", "removed", len(unused), "kept", len(used))
	if err := p.deleteRows(unused); err != nil {
		return err
	}
	if err := p.sweepContexts(); err != nil {
		return err
	}
	return p.setUnused(0)
}

// sweepContexts removes what models have said of chunks that are gone.
func (p *Pipeline) sweepContexts() error {
	used := make(map[string]bool)
	for kv, err := range p.c.Store.Scan([]byte(textPrefix)) {
		if err != nil {
			return err
		}
		var s says
		if _, err := decodeWithText(kv.Value, &s); err != nil {
			return fmt.Errorf("chunk %x: %w", kv.Key[len(textPrefix):], err)
		}
		used[s.Context] = true
	}
	var unused []string
	for kv, err := range p.c.Store.Scan(situate.AllKeys()) {
		if err != nil {
			return err
		}
		if !used[string(kv.Value)] {
			unused = append(unused, string(kv.Key))
		}
	}
	return p.deleteRows(unused)
}

func (p *Pipeline) deleteRows(keys []string) error {
	for batch := range slices.Chunk(keys, sweepBatch) {
		var b store.Batch
		for _, key := range batch {
			b.Delete([]byte(key))
		}
		if err := p.c.Store.Commit(&b, false); err != nil {
			return err
		}
	}
	return nil
}

// readUnused returns how many vectors were left behind, or false if nobody has
// counted them.
func readUnused(r getter) (int, bool, error) {
	row, err := r.Get([]byte(unusedKey))
	if err != nil || row == nil {
		return 0, false, err
	}
	n, size := binary.Uvarint(row)
	if size <= 0 {
		return 0, false, fmt.Errorf("%s: %w", unusedKey, store.ErrCorrupt)
	}
	return int(n), true, nil
}

func (p *Pipeline) setUnused(n int) error {
	var b store.Batch
	b.Put([]byte(unusedKey), binary.AppendUvarint(nil, uint64(n)))
	return p.c.Store.Commit(&b, false)
}

// addUnused counts vectors that an epoch leaves behind. In a store that was
// written without counting, the next start counts.
func addUnused(tx *dataflow.Tx, more int) error {
	n, known, err := readUnused(tx)
	if err != nil || known && more == 0 {
		return err
	}
	if !known {
		epoch, err := lastEpoch(tx)
		if err != nil || epoch > 0 {
			return err
		}
	}
	tx.Put([]byte(unusedKey), binary.AppendUvarint(nil, uint64(n+more)))
	return nil
}

func (p *Pipeline) usedVectors() (map[string]bool, error) {
	used := make(map[string]bool)
	for kv, err := range p.c.Store.Scan([]byte(chunksPrefix)) {
		if err != nil {
			return nil, err
		}
		list, err := decodePassages(kv.Value)
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", strings.TrimPrefix(string(kv.Key), chunksPrefix), err)
		}
		for _, entry := range list {
			used[entry.Vector] = true
		}
	}
	return used, nil
}

func (p *Pipeline) unusedVectors(used map[string]bool) ([]string, error) {
	var unused []string
	for kv, err := range p.c.Store.Scan(embed.AllKeys()) {
		if err != nil {
			return nil, err
		}
		if !used[string(kv.Key)] {
			unused = append(unused, string(kv.Key))
		}
	}
	return unused, nil
}
