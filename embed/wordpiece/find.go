package wordpiece

import (
	"fmt"
	"math/bits"
)

// The table maps tokens to IDs with open addressing: half full at most, so that
// BERT's 30,522 tokens need 256 kB, which stay in the processor's cache. An
// entry is 0, or holds an ID plus one in its low 21 bits and 11 bits of the hash
// above: enough that the vocabulary is hardly ever read in vain.
const (
	idBits = 21
	idMask = 1<<idBits - 1
)

// A hash is computed a byte at a time, so that the hashes of all beginnings of a
// word come with that of the word. It starts from what the word is.
const (
	first     uint64 = 0x9e3779b97f4a7c15 // the beginning of a word
	continued uint64 = 0xc2b2ae3d27d4eb4f // what follows in it, ## in the vocabulary
)

func step(h uint64, c byte) uint64 { return (h ^ uint64(c)) * 0x100000001b3 }

// spread makes the upper bits of h, which choose the place, depend on all.
func spread(h uint64) uint64 {
	h ^= h >> 32
	return h * 0x9e3779b97f4a7c15
}

// fill makes the table. It fails if a token is there twice.
func (t *Tokenizer) fill() error {
	size := bits.Len(uint(2*t.Len() - 1)) // log2, rounded up
	t.table = make([]uint32, 1<<size)
	t.shift = uint(64 - size)
	for id := range t.Len() {
		token, start := t.key(uint32(id))
		h := start
		t.longest = max(t.longest, len(token))
		for i := range len(token) {
			h = step(h, token[i])
		}
		old, at, twice := place(t, token, start, h)
		if twice {
			return fmt.Errorf("wordpiece: vocabulary has %q twice, as %d and %d", t.Token(old), old, id)
		}
		t.table[at] = uint32(id+1) | uint32(spread(h))<<idBits
	}
	return nil
}

// key returns the letters of a token, and the hash to start from.
func (t *Tokenizer) key(id uint32) (string, uint64) {
	token := t.Token(id)
	if len(token) > 2 && token[:2] == "##" {
		return token[2:], continued
	}
	return token, first
}

// find returns the ID of word, which is a beginning or a continuation.
func (t *Tokenizer) find(word []byte, start uint64) (uint32, bool) {
	h := start
	for _, c := range word {
		h = step(h, c)
	}
	return t.lookup(word, start, h)
}

// lookup is find for a word whose hash is known.
func (t *Tokenizer) lookup(word []byte, start, h uint64) (uint32, bool) {
	id, _, ok := place(t, word, start, h)
	return id, ok
}

// place returns the ID of word, or else where in the table it would be.
func place[S []byte | string](t *Tokenizer, word S, start, h uint64) (id uint32, at uint64, ok bool) {
	h = spread(h)
	for at = h >> t.shift; ; at = (at + 1) & uint64(len(t.table)-1) {
		entry := t.table[at]
		if entry == 0 {
			return 0, at, false
		}
		if entry>>idBits != uint32(h)<<idBits>>idBits {
			continue
		}
		id = entry&idMask - 1
		if token, of := t.key(id); of == start && token == string(word) {
			return id, at, true
		}
	}
}

// prefix returns the longest token that word begins with and its length; 0 if
// there is none.
func (t *Tokenizer) prefix(word []byte, start uint64) (uint32, int) {
	word = word[:min(len(word), t.longest)]
	var hashes [maxWord * 4]uint64 // of the beginnings of word
	h := start
	for i, c := range word {
		h = step(h, c)
		hashes[i] = h
	}
	for n := len(word); n > 0; n-- {
		if id, ok := t.lookup(word[:n], start, hashes[n-1]); ok {
			return id, n
		}
	}
	return 0, 0
}
