package embed

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"

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
// text, and stores what it gets. A vector that cannot be stored is an error, as
// it would be paid for again. Queries are passed on: they would fill kv for ever
// with what nobody asks twice.
func Cache(kv KV, e Embedder) Embedder { return &cached{e, kv} }

type cached struct {
	Embedder
	kv KV
}

func (c *cached) Embed(ctx context.Context, role Role, texts []string) ([]rag.Vector, error) {
	if role != Passage {
		return c.Embedder.Embed(ctx, role, texts)
	}
	vectors := make([]rag.Vector, len(texts))
	misses, err := c.read(texts, vectors)
	if err != nil {
		return nil, err
	}
	if len(misses.texts) == 0 {
		return vectors, nil
	}
	got, err := c.Embedder.Embed(ctx, role, misses.texts)
	if err != nil {
		return nil, err
	}
	space := c.Space()
	if err := counted(space, misses.texts, got); err != nil {
		return nil, err
	}
	entries := make([]Entry, len(got))
	for i, v := range got {
		entries[i] = Entry{misses.keys[i], Encode(v)}
	}
	if err := c.kv.Put(entries); err != nil {
		return nil, fmt.Errorf("storing %d vectors of %s: %w", len(entries), space.ID, err)
	}
	for i, at := range misses.at {
		if at >= 0 {
			vectors[i] = got[at]
		}
	}
	return vectors, nil
}

// A missing list holds the texts without a stored vector, each once.
type missing struct {
	texts []string
	keys  [][]byte
	at    []int // for each text of the call its place in texts; -1 if it is stored
}

// read fills in the stored vectors.
func (c *cached) read(texts []string, vectors []rag.Vector) (m missing, err error) {
	space := c.Space()
	dims := space.Dimensions // or else those of the first stored vector
	known := make(map[string]int, len(texts))
	m.at = make([]int, len(texts))
	for i, text := range texts {
		m.at[i] = -1
		if first, twice := known[text]; twice {
			m.at[i], vectors[i] = m.at[first], vectors[first]
			continue
		}
		known[text] = i
		key := Key(space.ID, text)
		value, err := c.kv.Get(key)
		if err != nil {
			return missing{}, fmt.Errorf("reading a vector of %s: %w", space.ID, err)
		}
		var ok bool
		if vectors[i], ok = Decode(value, dims); ok {
			dims = max(dims, len(vectors[i]))
		} else {
			m.at[i] = len(m.texts)
			m.texts, m.keys = append(m.texts, text), append(m.keys, key)
		}
	}
	return m, nil
}
