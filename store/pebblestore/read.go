package pebblestore

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"ragserver/store"
)

// Get implements store.Reader.
func (s *Store) Get(key []byte) ([]byte, error) {
	if !s.use.begin() {
		return nil, store.ErrClosed
	}
	defer s.use.done()
	return s.get(s.db, key)
}

// Scan implements store.Reader.
func (s *Store) Scan(prefix []byte) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		if !s.use.begin() {
			yield(store.KV{}, store.ErrClosed)
			return
		}
		defer s.use.done()
		s.scan(s.db, prefix, yield)
	}
}

// Snapshot implements store.Store.
func (s *Store) Snapshot() store.Snapshot {
	v := &snapshot{store: s}
	if !s.use.begin() {
		v.use.end()
		return v
	}
	defer s.use.done()
	v.snap = s.db.NewSnapshot()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.snapshots[v] = struct{}{}
	return v
}

// A snapshot ends with its store.
type snapshot struct {
	store *Store
	snap  *pebble.Snapshot
	use   use
}

// begin reports whether a call may go on; if so, done must follow.
func (v *snapshot) begin() bool {
	if !v.store.use.begin() {
		return false
	}
	if !v.use.begin() {
		v.store.use.done()
		return false
	}
	return true
}

func (v *snapshot) done() {
	v.use.done()
	v.store.use.done()
}

func (v *snapshot) Get(key []byte) ([]byte, error) {
	if !v.begin() {
		return nil, store.ErrClosed
	}
	defer v.done()
	return v.store.get(v.snap, key)
}

func (v *snapshot) Scan(prefix []byte) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		if !v.begin() {
			yield(store.KV{}, store.ErrClosed)
			return
		}
		defer v.done()
		v.store.scan(v.snap, prefix, yield)
	}
}

// Close waits for calls that are under way.
func (v *snapshot) Close() error {
	if !v.store.use.begin() {
		return store.ErrClosed // and the store has closed it
	}
	defer v.store.use.done()
	if !v.use.end() {
		return store.ErrClosed
	}
	v.use.wait()
	v.store.mu.Lock()
	delete(v.store.snapshots, v)
	v.store.mu.Unlock()
	return v.snap.Close()
}

// get does not call r.Get, which leaves the filters of the lowest level aside:
// most keys that are asked for while much is new are not there, and a filter
// tells that without reading a block.
func (s *Store) get(r pebble.Reader, key []byte) ([]byte, error) {
	it, err := r.NewIter(&pebble.IterOptions{UseL6Filters: true})
	if err != nil {
		return nil, s.readError(err)
	}
	value, err := find(it, key)
	if err = errors.Join(err, it.Close()); err != nil {
		return nil, s.readError(err)
	}
	return value, nil
}

func find(it *pebble.Iterator, key []byte) ([]byte, error) {
	if !it.SeekPrefixGE(key) { // the prefix of a key is the whole key
		return nil, it.Error()
	}
	value, err := it.ValueAndErr()
	if err != nil {
		return nil, err
	}
	return append(make([]byte, 0, len(value)), value...), nil
}

func (s *Store) scan(r pebble.Reader, prefix []byte, yield func(store.KV, error) bool) {
	bounds := &pebble.IterOptions{UpperBound: after(prefix)}
	if len(prefix) > 0 { // pebble tells an empty bound from none
		bounds.LowerBound = prefix
	}
	it, err := r.NewIter(bounds)
	if err != nil {
		yield(store.KV{}, s.readError(err))
		return
	}
	defer it.Close()
	for ok := it.First(); ok; ok = it.Next() {
		value, err := it.ValueAndErr()
		if err != nil {
			yield(store.KV{}, s.readError(err))
			return
		}
		if !yield(store.KV{Key: it.Key(), Value: value}, nil) {
			return
		}
	}
	if err := it.Error(); err != nil {
		yield(store.KV{}, s.readError(err))
	}
}

func (s *Store) readError(err error) error {
	if isCorrupt(err) {
		return describe(s.dir, err)
	}
	return fmt.Errorf("reading store %q: %w", s.dir, err)
}

// after returns the first key behind all keys with prefix, nil if there is none.
func after(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] < 0xff {
			end := slices.Clone(prefix[:i+1])
			end[i]++
			return end
		}
	}
	return nil
}
