package embed

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"sync"

	rag "ragserver"
)

// A KV keeps the vectors of a Cache.
type KV interface {
	// Get returns the value of key, or nil if there is none. An empty value
	// comes back as an empty slice that is not nil.
	Get(key []byte) ([]byte, error)
	// Put stores all entries, or none.
	Put(entries []Entry) error
}

// An Entry is a vector under its key, as a KV keeps it.
type Entry struct{ Key, Value []byte }

// keyPrefix begins every key of a vector.
const keyPrefix = "v/"

// Key returns the key of a passage's vector in the space with the given ID: "v/",
// 8 bytes for the space and 16 for the text.
func Key(space, text string) []byte {
	s, t := sha256.Sum256([]byte(space)), sha256.Sum256([]byte(text))
	return append(append([]byte(keyPrefix), s[:8]...), t[:16]...)
}

// KeyPrefix begins the keys of all vectors of a space, and of no other.
func KeyPrefix(space string) []byte { return Key(space, "")[:len(keyPrefix)+8] }

// AllKeys begins the keys of all vectors of all spaces.
func AllKeys() []byte { return []byte(keyPrefix) }

// Encode returns v as a KV keeps it: float32, little endian. A text without a
// vector has an empty value, not a nil one.
func Encode(v rag.Vector) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// Decode returns the vector that Encode made value of. It is not ok if value is
// nil or does not have dims dimensions; 0 stands for any number.
func Decode(value []byte, dims int) (v rag.Vector, ok bool) {
	switch {
	case value == nil || len(value)%4 != 0:
		return nil, false
	case len(value) == 0:
		return nil, true
	case dims != 0 && len(value) != 4*dims:
		return nil, false
	}
	v = make(rag.Vector, len(value)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(value[4*i:]))
	}
	return v, true
}

// Cache asks e only for passages whose vectors kv does not hold, once for each
// text, and stores what it gets; calls at the same time wait for each other's
// texts. A vector that cannot be stored is an error, as it would be paid for
// again. Queries are passed on: they would fill kv for ever with what nobody asks
// twice.
func Cache(kv KV, e Embedder) Embedder {
	return &cached{Embedder: e, kv: kv, claims: make(map[string]chan struct{})}
}

type cached struct {
	Embedder
	kv KV

	mu     sync.Mutex
	claims map[string]chan struct{} // texts that a call works on; closed when it has ended
}

func (c *cached) Embed(ctx context.Context, role Role, texts []string) ([]rag.Vector, error) {
	if role != Passage {
		return c.Embedder.Embed(ctx, role, texts)
	}
	known := make(map[string]rag.Vector, len(texts))
	for rest := distinct(texts); len(rest) > 0; {
		mine, others, ended := c.claim(rest)
		if err := c.work(ctx, mine, known); err != nil {
			return nil, err
		}
		if len(others) > 0 {
			select {
			case <-ended:
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
		rest = others
	}
	vectors := make([]rag.Vector, len(texts))
	for i, text := range texts {
		vectors[i] = known[text]
	}
	return vectors, nil
}

func distinct(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	list := make([]string, 0, len(texts))
	for _, text := range texts {
		if !seen[text] {
			seen[text] = true
			list = append(list, text)
		}
	}
	return list
}

// claim divides texts into those that are now the caller's, until release, and
// those that other calls have; ended is closed when one of these is let go.
func (c *cached) claim(texts []string) (mine, others []string, ended chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := make(chan struct{})
	for _, text := range texts {
		if other := c.claims[text]; other != nil {
			others, ended = append(others, text), other
			continue
		}
		c.claims[text] = done
		mine = append(mine, text)
	}
	return mine, others, ended
}

func (c *cached) release(mine []string) {
	if len(mine) == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.claims[mine[0]]) // all have the same
	for _, text := range mine {
		delete(c.claims, text)
	}
}

// work puts the vectors of claimed texts into known, computing and storing those
// that are not stored, and releases them.
func (c *cached) work(ctx context.Context, texts []string, known map[string]rag.Vector) error {
	defer c.release(texts)
	missing, keys, err := c.read(texts, known)
	if err != nil || len(missing) == 0 {
		return err
	}
	got, err := c.Embedder.Embed(ctx, Passage, missing)
	if err != nil {
		return err
	}
	space := c.Space()
	if err := counted(space, missing, got); err != nil {
		return err
	}
	entries := make([]Entry, len(got))
	for i, v := range got {
		entries[i] = Entry{keys[i], Encode(v)}
		known[missing[i]] = v
	}
	if err := c.kv.Put(entries); err != nil {
		return fmt.Errorf("storing %d vectors of %s: %w", len(entries), space.ID, err)
	}
	return nil
}

// read puts the stored vectors of texts into known and returns the other texts
// with their keys.
func (c *cached) read(texts []string, known map[string]rag.Vector) (missing []string, keys [][]byte, err error) {
	space := c.Space()
	dims := space.Dimensions // or else those of the first stored vector
	for _, text := range texts {
		key := Key(space.ID, text)
		value, err := c.kv.Get(key)
		if err != nil {
			return nil, nil, fmt.Errorf("reading a vector of %s: %w", space.ID, err)
		}
		v, ok := Decode(value, dims)
		if !ok {
			missing, keys = append(missing, text), append(keys, key)
			continue
		}
		dims = max(dims, len(v))
		known[text] = v
	}
	return missing, keys, nil
}
