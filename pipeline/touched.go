package pipeline

import (
	"encoding/binary"
	"fmt"

	rag "ragserver"
	"ragserver/index/hybrid"
	"ragserver/store"
)

// The log of touched documents lets an index that was saved at some epoch catch
// up without a look at all documents. Every epoch that changes the tables writes
// a record of its own:
//
//	t/<epoch>     the epoch that changed the tables before it, the URIs of the
//	              documents touched, and the IDs of the chunks added or replaced
//
// The records are a chain by the epochs before them, so a part that is missing -
// removed, or never written by an older program - is noticed.
const touchedPrefix = "t/"

const (
	dropAtOnce = 64      // records removed in one epoch
	maxRecords = 100_000 // kept for an index that is not saved any more
)

func touchedKey(e rag.Epoch) []byte {
	return binary.BigEndian.AppendUint64([]byte(touchedPrefix), uint64(e))
}

func encodeTouched(before rag.Epoch, b hybrid.Batch) []byte {
	row := binary.AppendUvarint(nil, uint64(before))
	row = binary.AppendUvarint(row, uint64(len(b.Documents)))
	for _, d := range b.Documents {
		row = binary.AppendUvarint(row, uint64(len(d.URI)))
		row = append(row, d.URI...)
	}
	for _, c := range b.Chunks {
		if c.Diff > 0 {
			row = append(row, c.ID[:]...)
		}
	}
	return row
}

// decodeTouched appends what a record says to t, and returns the epoch before.
func decodeTouched(row []byte, t *hybrid.Touched) (before rag.Epoch, err error) {
	short := fmt.Errorf("record of touched documents is cut short: %w", store.ErrCorrupt)
	number := func() uint64 {
		v, n := binary.Uvarint(row)
		if n <= 0 {
			err, row = short, nil
			return 0
		}
		row = row[n:]
		return v
	}
	before = rag.Epoch(number())
	for range number() {
		n := number()
		if err != nil || n > uint64(len(row)) {
			return 0, short
		}
		t.Documents = append(t.Documents, rag.URI(row[:n]))
		row = row[n:]
	}
	var id rag.ChunkID
	if err != nil || len(row)%len(id) != 0 {
		return 0, short
	}
	for len(row) > 0 {
		row = row[copy(id[:], row):]
		t.Chunks = append(t.Chunks, id)
	}
	return before, nil
}

// readTouched returns what was touched after an epoch up to the last, or false
// if the records do not say all of it.
func readTouched(r store.Reader, since, last rag.Epoch) (hybrid.Touched, bool, error) {
	var t hybrid.Touched
	if since > last {
		return t, false, nil // the store is older than what asks
	}
	known := since
	for kv, err := range r.Scan([]byte(touchedPrefix)) {
		if err != nil {
			return t, false, fmt.Errorf("reading what was touched: %w", err)
		}
		e, ok := touchedEpoch(kv.Key)
		if !ok || e <= since {
			continue
		}
		before, err := decodeTouched(kv.Value, &t)
		if err != nil {
			return t, false, fmt.Errorf("epoch %d: %w", e, err)
		}
		if before > known {
			return hybrid.Touched{}, false, nil
		}
		known = e
	}
	return t, known == last || last <= since, nil
}

func touchedEpoch(key []byte) (rag.Epoch, bool) {
	if len(key) != len(touchedPrefix)+8 {
		return 0, false
	}
	return rag.Epoch(binary.BigEndian.Uint64(key[len(touchedPrefix):])), true
}

// A touchedLog knows which records there are, oldest first, so that old ones are
// removed without a look at the store.
type touchedLog struct {
	epochs []rag.Epoch
	drop   int  // of the running epoch
	wrote  bool // in the running epoch
}

// load reads which records there are.
func (l *touchedLog) load(r store.Reader) error {
	for kv, err := range r.Scan([]byte(touchedPrefix)) {
		if err != nil {
			return fmt.Errorf("reading what was touched: %w", err)
		}
		if e, ok := touchedEpoch(kv.Key); ok {
			l.epochs = append(l.epochs, e)
		}
	}
	return nil
}

// write stages the record of an epoch, if it is wanted, and the removal of some
// that are not wanted any more: those up to since.
func (l *touchedLog) write(w *epochWriter, e, since rag.Epoch, wanted bool) error {
	l.drop, l.wrote = 0, wanted
	for l.drop < min(dropAtOnce, len(l.epochs)) {
		first := l.epochs[l.drop]
		if wanted && first > since && len(l.epochs)-l.drop < maxRecords {
			break
		}
		w.tx.Delete(touchedKey(first))
		l.drop++
	}
	if !wanted {
		return nil
	}
	before, err := lastEpoch(w.tx)
	if err != nil {
		return err
	}
	w.tx.Put(touchedKey(e), encodeTouched(before, w.batch))
	return nil
}

// committed notes that what write staged is in the store.
func (l *touchedLog) committed(e rag.Epoch) {
	l.epochs = l.epochs[l.drop:]
	if l.wrote {
		l.epochs = append(l.epochs, e)
	}
	l.drop, l.wrote = 0, false
}
