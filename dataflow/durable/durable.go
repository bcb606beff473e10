// Package durable keeps the state of a dataflow graph in a store.
package durable

import (
	"errors"

	"ragserver/dataflow"
	"ragserver/store"
)

// On returns a backend over s. Other keys of s are left alone as long as they do
// not begin with the graph's Options.Prefix.
func On(s store.Store) dataflow.Backend { return backend{s} }

// Transient tells of an error of the backend that it will pass when there is room
// on the disk again; it is for Options.Transient.
func Transient(err error) bool { return errors.Is(err, store.ErrFull) }

type backend struct{ store store.Store }

func (b backend) Get(key []byte) ([]byte, error) { return b.store.Get(key) }

func (b backend) Scan(prefix []byte, fn func(key, value []byte) error) error {
	for kv, err := range b.store.Scan(prefix) {
		if err == nil {
			err = fn(kv.Key, kv.Value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b backend) Commit(writes []dataflow.Write, sync bool) error {
	batch := store.Batch{Ops: make([]store.Op, len(writes))}
	for i, w := range writes {
		batch.Ops[i] = store.Op(w)
	}
	return b.store.Commit(&batch, sync)
}
