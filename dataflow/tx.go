package dataflow

import (
	"bytes"
	"fmt"
)

// A Tx collects the writes of one epoch. It is valid until the Write that it was
// handed to returns, and used from that goroutine only.
type Tx struct {
	backend Backend
	at      map[string]int // key -> its write
	writes  []Write
}

// newTx returns a transaction for about size writes.
func newTx(b Backend, size int) *Tx {
	return &Tx{backend: b, at: make(map[string]int, size), writes: make([]Write, 0, size)}
}

// Put sets key to value when the epoch commits. It keeps value, not key.
func (t *Tx) Put(key, value []byte) { t.put(bytes.Clone(key), value) }

// Delete removes key when the epoch commits.
func (t *Tx) Delete(key []byte) { t.delete(bytes.Clone(key)) }

// put and delete keep the key.
func (t *Tx) put(key, value []byte) { t.write(Write{Key: key, Value: value}) }
func (t *Tx) delete(key []byte)     { t.write(Write{Key: key, Delete: true}) }

func (t *Tx) write(w Write) {
	if i, ok := t.at[string(w.Key)]; ok {
		t.writes[i] = w
		return
	}
	t.at[string(w.Key)] = len(t.writes)
	t.writes = append(t.writes, w)
}

// staged tells whether the epoch writes key.
func (t *Tx) staged(key []byte) bool {
	_, ok := t.at[string(key)]
	return ok
}

// Get returns the value of key as this epoch has it so far, or nil if there is
// none. The slice must not be changed.
func (t *Tx) Get(key []byte) ([]byte, error) {
	if i, ok := t.at[string(key)]; ok {
		w := t.writes[i]
		switch {
		case w.Delete:
			return nil, nil
		case w.Value == nil:
			return []byte{}, nil
		}
		return w.Value, nil
	}
	v, err := t.backend.Get(key)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", key, err)
	}
	return v, nil
}
