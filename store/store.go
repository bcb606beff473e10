// Package store says how the one truth on disk is kept: an ordered map of bytes
// with atomic, synced writes.
package store

import (
	"errors"
	"iter"
)

// A Reader reads keys and values. Slices that it returns belong to the caller.
type Reader interface {
	// Get returns the value of key, or nil and no error if there is none. A
	// stored empty value comes back as an empty slice that is not nil.
	Get(key []byte) ([]byte, error)

	// Scan iterates over all keys with prefix in ascending order. Key and
	// value are valid until the next step; the iteration ends after the
	// first error, which comes with nil slices.
	Scan(prefix []byte) iter.Seq2[KV, error]
}

// A KV is a key and its value.
type KV struct{ Key, Value []byte }

// A Store is a Reader that can be written. Any goroutine may use it.
type Store interface {
	Reader

	// Commit writes b atomically: after a crash all of it is there or
	// nothing. With sync it returns when the write survives the loss of
	// power, and with it every earlier write; without, a killed process
	// loses nothing, but a loss of power may undo the latest commits, newest
	// first. It returns ErrFull, having written nothing, when the disk has
	// not enough room.
	Commit(b *Batch, sync bool) error

	// Snapshot returns the state after the last Commit. It stays as it is
	// until closed.
	Snapshot() Snapshot

	// Close ends the use of the store and of the snapshots that are still
	// open: what is called later returns ErrClosed.
	Close() error
}

// A Snapshot is one unchanging state of a store.
type Snapshot interface {
	Reader
	Close() error
}

// A Batch collects writes in order; of two to one key the later wins. The zero
// Batch is empty. It keeps the slices that it is given.
type Batch struct{ Ops []Op }

// An Op is one write of a batch.
type Op struct {
	Key, Value []byte
	Delete     bool
}

// Put sets key to value.
func (b *Batch) Put(key, value []byte) { b.Ops = append(b.Ops, Op{Key: key, Value: value}) }

// Delete removes key, if it is there.
func (b *Batch) Delete(key []byte) { b.Ops = append(b.Ops, Op{Key: key, Delete: true}) }

// Failures that a caller tells apart.
var (
	// ErrFull says that the disk has too little room to write safely.
	ErrFull = errors.New("disk is full")
	// ErrLocked says that another process has the store open.
	ErrLocked = errors.New("store is in use by another process")
	// ErrCorrupt says that what is on disk cannot be trusted. Nothing was
	// changed.
	ErrCorrupt = errors.New("store is corrupt")
	// ErrClosed says that the store, or the snapshot, has been closed.
	ErrClosed = errors.New("store is closed")
	// ErrTooLarge says that a batch exceeds what one commit can hold. Nothing
	// was written; the same batch never fits.
	ErrTooLarge = errors.New("batch is too large")
)
