// Package memstore keeps a store in memory, for tests and for servers that may
// forget.
package memstore

import (
	"fmt"
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"

	"ragserver/store"
)

// A Store is a store.Store that ends with the process.
type Store struct {
	mu     sync.Mutex // guards what follows
	closed bool
	seq    uint64               // of the last commit
	vers   map[string][]version // oldest first
	keys   []string             // all keys of vers, sorted up to sorted
	sorted int
	views  map[uint64]int // open views by the commit they see
}

// A version is what one commit made of a key.
type version struct {
	seq     uint64
	value   []byte
	deleted bool
}

// New returns an empty store.
func New() *Store {
	return &Store{vers: make(map[string][]version), views: make(map[uint64]int)}
}

// Commit implements store.Store. There is nothing to sync.
func (s *Store) Commit(b *store.Batch, _ bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	s.seq++
	for _, op := range b.Ops {
		s.set(string(op.Key), version{seq: s.seq, value: slices.Clone(op.Value), deleted: op.Delete})
	}
	return nil
}

// set adds v to the versions of key and drops those that no view can see. The
// caller holds mu.
func (s *Store) set(key string, v version) {
	old, known := s.vers[key]
	if !known {
		s.keys = append(s.keys, key)
	}
	if v.value == nil {
		v.value = []byte{}
	}
	if n := len(old); n > 0 && old[n-1].seq == v.seq {
		old = old[:n-1]
	}
	if len(s.views) == 0 {
		old = old[:0]
	}
	s.vers[key] = append(old, v)
}

// Get implements store.Reader.
func (s *Store) Get(key []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, store.ErrClosed
	}
	return slices.Clone(s.at(string(key), s.seq)), nil
}

// at returns the value of key after commit seq, nil if there is none. The
// caller holds mu.
func (s *Store) at(key string, seq uint64) []byte {
	vers := s.vers[key]
	for i := len(vers) - 1; i >= 0; i-- {
		if v := vers[i]; v.seq <= seq {
			if v.deleted {
				return nil
			}
			return v.value
		}
	}
	return nil
}

// Scan implements store.Reader.
func (s *Store) Scan(prefix []byte) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		v := s.Snapshot()
		defer v.Close()
		v.Scan(prefix)(yield)
	}
}

// next returns the first key from key on that has prefix and a value after
// commit seq.
func (s *Store) next(key, prefix string, seq uint64) (store.KV, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.KV{}, false, store.ErrClosed
	}
	if s.sorted < len(s.keys) {
		sort.Strings(s.keys)
		s.sorted = len(s.keys)
	}
	for i, _ := slices.BinarySearch(s.keys, key); i < len(s.keys) && strings.HasPrefix(s.keys[i], prefix); i++ {
		if v := s.at(s.keys[i], seq); v != nil {
			return store.KV{Key: []byte(s.keys[i]), Value: slices.Clone(v)}, true, nil
		}
	}
	return store.KV{}, false, nil
}

// Snapshot implements store.Store.
func (s *Store) Snapshot() store.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.views[s.seq]++
	return &snapshot{store: s, seq: s.seq}
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("closing: %w", store.ErrClosed)
	}
	s.closed = true
	return nil
}

// A snapshot sees the versions up to seq.
type snapshot struct {
	store  *Store
	seq    uint64
	closed bool // guarded by store.mu
}

func (v *snapshot) Get(key []byte) ([]byte, error) {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	if v.closed || v.store.closed {
		return nil, store.ErrClosed
	}
	return slices.Clone(v.store.at(string(key), v.seq)), nil
}

func (v *snapshot) Scan(prefix []byte) iter.Seq2[store.KV, error] {
	return func(yield func(store.KV, error) bool) {
		for key := string(prefix); ; {
			kv, ok, err := v.store.next(key, string(prefix), v.seq)
			if err != nil || v.isClosed() {
				yield(store.KV{}, store.ErrClosed)
				return
			}
			if !ok {
				return
			}
			key = string(kv.Key) + "\x00" // before yield, which owns kv
			if !yield(kv, nil) {
				return
			}
		}
	}
}

func (v *snapshot) isClosed() bool {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	return v.closed
}

func (v *snapshot) Close() error {
	v.store.mu.Lock()
	defer v.store.mu.Unlock()
	if v.closed {
		return store.ErrClosed
	}
	v.closed = true
	if v.store.views[v.seq]--; v.store.views[v.seq] == 0 {
		delete(v.store.views, v.seq)
	}
	return nil
}
