package dataflow

import (
	"bytes"
	"maps"
	"slices"
	"sync"
)

// A Backend keeps bytes by key. Any goroutine may call it.
type Backend interface {
	// Get returns the value of key, or nil and no error if there is none. A
	// stored empty value is an empty slice that is not nil. The caller owns
	// the slice.
	Get(key []byte) ([]byte, error)

	// Scan calls fn for every key with prefix, in ascending order, until fn
	// fails, and returns that error. Key and value are valid until fn
	// returns. Fn may call Get and Commit; what it commits under prefix may
	// be seen or not.
	Scan(prefix []byte, fn func(key, value []byte) error) error

	// Commit does all writes or none. With sync it returns when they, and
	// all before them, survive the loss of power; without, a crash may undo
	// the latest commits, newest first. It owns the slices.
	Commit(writes []Write, sync bool) error
}

// A Write sets Key to Value, or removes it.
type Write struct {
	Key, Value []byte
	Delete     bool
}

// Memory returns an empty Backend that forgets everything with the process, for
// tests and for a batch that is computed once.
func Memory() Backend { return &memory{m: make(map[string][]byte)} }

type memory struct {
	mu sync.RWMutex // guards m
	m  map[string][]byte
}

func (b *memory) Get(key []byte) ([]byte, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	v, ok := b.m[string(key)]
	if !ok {
		return nil, nil
	}
	return append([]byte{}, v...), nil
}

func (b *memory) Scan(prefix []byte, fn func(key, value []byte) error) error {
	for _, k := range b.keys(prefix) {
		v, err := b.Get([]byte(k))
		if err != nil {
			return err
		}
		if v == nil {
			continue // removed since
		}
		if err := fn([]byte(k), v); err != nil {
			return err
		}
	}
	return nil
}

func (b *memory) keys(prefix []byte) []string {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return slices.Sorted(func(yield func(string) bool) {
		for k := range maps.Keys(b.m) {
			if bytes.HasPrefix([]byte(k), prefix) && !yield(k) {
				return
			}
		}
	})
}

func (b *memory) Commit(writes []Write, _ bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range writes {
		if w.Delete {
			delete(b.m, string(w.Key))
			continue
		}
		b.m[string(w.Key)] = w.Value
	}
	return nil
}
