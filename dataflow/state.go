package dataflow

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// A keyState is what an operator with state knows of one key. It is kept as
// records, so that a change of a part writes that part alone.
type keyState interface {
	// load takes in one record.
	load(record, value []byte) error

	// save calls put for every record that has changed since the last save,
	// or since the state was made; a nil value removes it. Put owns value.
	save(put func(record, value []byte)) error

	// empty tells whether there is nothing to know.
	empty() bool
}

// A table has the states of the keys of one operator that belong to one worker.
// With a backend it is a cache of what the backend has; without, it is all there
// is.
type table[K comparable, S keyState] struct {
	prefix  []byte // of its records in the backend
	key     Codec[K]
	fresh   func() S
	states  map[K]S
	whole   bool // states has every key
	limit   int  // of keys that stay between epochs, unless the table must be whole
	backend Backend
	durable bool
}

// newTables makes the tables of an operator, one for each worker. Part tells the
// tables of one operator apart.
func newTables[K comparable, S keyState](b *builder, n *node, part byte, fresh func() S) []*table[K, S] {
	list := make([]*table[K, S], b.workers)
	for i := range list {
		list[i] = &table[K, S]{
			prefix: b.g.keys.state(b.scope+n.state, part), key: CBOR[K](), fresh: fresh,
			states: make(map[K]S), whole: true, limit: max(1, b.g.opts.maxKeys()/b.workers),
			backend: b.g.backend, durable: b.g.opts.Backend != nil,
		}
	}
	return list
}

// find returns the state of k, or false if there is none.
func (t *table[K, S]) find(k K) (S, bool, error) {
	if s, ok := t.states[k]; ok || t.whole {
		return s, ok, nil
	}
	s, ok, err := t.read(k)
	if ok {
		t.states[k] = s
	}
	return s, ok, err
}

// at returns the state of k, which it makes if there is none.
func (t *table[K, S]) at(k K) (S, error) {
	s, ok, err := t.find(k)
	if !ok && err == nil {
		s = t.fresh()
		t.states[k] = s
	}
	return s, err
}

func (t *table[K, S]) read(k K) (s S, ok bool, err error) {
	prefix, err := t.records(k)
	if err != nil {
		return s, false, err
	}
	err = t.backend.Scan(prefix, func(record, value []byte) error {
		if !ok {
			s, ok = t.fresh(), true
		}
		return s.load(record[len(prefix):], value)
	})
	if err != nil {
		return s, false, fmt.Errorf("reading the state of key %v: %w", k, err)
	}
	return s, ok, nil
}

// records returns the prefix of a key's records. Its length comes first, so that
// it is not the prefix of another key's.
func (t *table[K, S]) records(k K) ([]byte, error) {
	b, err := t.key.Encode(nil, k)
	if err != nil {
		return nil, fmt.Errorf("encoding key %v: %w", k, err)
	}
	at := make([]byte, 0, len(t.prefix)+len(b)+4)
	at = append(at, t.prefix...)
	at = binary.AppendUvarint(at, uint64(len(b)))
	return append(at, b...), nil
}

// save makes the changes of k's state part of the epoch. An empty state is gone.
func (t *table[K, S]) save(x *turn, k K, s S) error {
	if s.empty() {
		delete(t.states, k)
	}
	if !t.durable {
		return nil
	}
	prefix, err := t.records(k)
	if err != nil {
		return err
	}
	err = s.save(func(record, value []byte) {
		at := append(prefix[:len(prefix):len(prefix)], record...)
		x.writes = append(x.writes, Write{Key: at, Value: value, Delete: value == nil})
	})
	if err != nil {
		return fmt.Errorf("encoding the state of key %v: %w", k, err)
	}
	return nil
}

// drop removes the state of k and its records.
func (t *table[K, S]) drop(x *turn, k K) error {
	delete(t.states, k)
	if !t.durable {
		return nil
	}
	prefix, err := t.records(k)
	if err != nil {
		return err
	}
	err = t.backend.Scan(prefix, func(record, _ []byte) error {
		x.writes = append(x.writes, Write{Key: bytes.Clone(record), Delete: true})
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading the state of key %v: %w", k, err)
	}
	return nil
}

// trim lets go of states beyond the limit, any of them. It is called when the
// epoch is committed and all states are saved.
func (t *table[K, S]) trim() {
	if !t.durable || len(t.states) <= t.limit {
		return
	}
	t.whole = false
	for k := range t.states {
		if len(t.states) <= t.limit*3/4 {
			return
		}
		delete(t.states, k)
	}
}
