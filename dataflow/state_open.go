package dataflow

import (
	"errors"
	"fmt"
)

// stored is what the backend has of one key, for a state that reads its records
// itself: a key with very many rows costs only those that a change needs.
type stored struct {
	backend Backend
	prefix  []byte
}

// An openState can be told where its records are, instead of being given them.
type openState interface {
	keyState
	open(stored)
}

// openKey returns the state of k like table.at, but reads nothing of one that is
// not in memory.
func openKey[K comparable, S openState](t *table[K, S], k K) (S, error) {
	if s, ok := t.states[k]; ok || t.whole {
		if !ok {
			s = t.fresh()
			t.states[k] = s
		}
		return s, nil
	}
	s := t.fresh()
	prefix, err := t.records(k)
	if err != nil {
		return s, err
	}
	s.open(stored{t.backend, prefix})
	t.states[k] = s
	return s, nil
}

// part returns the records that begin with b.
func (s stored) part(b ...byte) stored {
	prefix := append(s.prefix[:len(s.prefix):len(s.prefix)], b...)
	return stored{s.backend, prefix}
}

// get returns one record, or nil.
func (s stored) get(record []byte) ([]byte, error) {
	v, err := s.backend.Get(s.part(record...).prefix)
	if err != nil {
		return nil, fmt.Errorf("reading a record of the state: %w", err)
	}
	return v, nil
}

// each calls f for every record, until f returns errEnough.
func (s stored) each(f func(record, value []byte) error) error {
	err := s.backend.Scan(s.prefix, func(record, value []byte) error { return f(record[len(s.prefix):], value) })
	if err != nil && !errors.Is(err, errEnough) {
		return fmt.Errorf("reading the state of a key: %w", err)
	}
	return nil
}
