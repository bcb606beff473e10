package analyze

import (
	"math/bits"
	"strings"
)

// A Vocabulary numbers terms, and remembers which term each written word
// becomes: a few thousand words make most of every text. It is used by one
// goroutine at a time.
type Vocabulary struct {
	terms   []string
	numbers map[string]uint32

	tables  map[string]*table // of words, by the rules that they follow
	learned int               // words in all tables
}

// noTerm is the number of what is not indexed.
const noTerm = 1<<32 - 1

const (
	maxShort = 15      // bytes
	maxKnown = 100_000 // words, and terms, remembered; 100,000 * about 150 B = 15 MB
)

// A table is the words that were seen in one language. Those of up to maxShort
// bytes are in a table of a power of two that is at most three quarters full, so
// that one look at memory finds most of them.
type table struct {
	short []written
	used  int // of short
	long  map[string]uint32
}

// A written is a word with the number of its term and 2; 0 is an empty place.
type written struct {
	key    [2]uint64 // the bytes, zeros, and the length in the last byte
	number uint64
}

// NewVocabulary returns an empty Vocabulary.
func NewVocabulary() *Vocabulary {
	v := &Vocabulary{}
	v.Clear()
	return v
}

// Clear forgets everything. The numbers given before mean nothing any more.
func (v *Vocabulary) Clear() {
	*v = Vocabulary{
		terms: make([]string, 0, 1024), numbers: make(map[string]uint32), tables: make(map[string]*table),
	}
}

// Full says that it should be cleared before the next text.
func (v *Vocabulary) Full() bool {
	return len(v.terms) >= maxKnown || v.learned >= maxKnown
}

// Number returns the number of a term, which is copied if it is new.
func (v *Vocabulary) Number(term string) uint32 {
	n, ok := v.numbers[term]
	if !ok {
		n = uint32(len(v.terms))
		term = strings.Clone(term)
		v.terms = append(v.terms, term)
		v.numbers[term] = n
	}
	return n
}

// Len is how many terms have numbers: 0 to Len()-1.
func (v *Vocabulary) Len() int { return len(v.terms) }

// Term returns the term with a number.
func (v *Vocabulary) Term(number uint32) string { return v.terms[number] }

// Terms returns all terms by their numbers, until the next call of Number or
// Clear. It is not to be modified.
func (v *Vocabulary) Terms() []string { return v.terms }

// table returns the words of one language, as long as nothing is cleared.
func (v *Vocabulary) table(language string) *table {
	t := v.tables[language]
	if t == nil {
		t = &table{short: make([]written, 256), long: make(map[string]uint32)}
		v.tables[language] = t
	}
	return t
}

// learn keeps in t the number of a new word's term, which may be noTerm. word is
// copied.
func (v *Vocabulary) learn(t *table, word string, number uint32) {
	v.learned++
	t.learn(word, number)
}

// find returns what learn has been told of a word.
func (t *table) find(word string) (number uint32, ok bool) {
	if len(word) > maxShort {
		number, ok = t.long[word]
		return number, ok
	}
	at := t.place(pack(word))
	return uint32(at.number - 2), at.number != 0
}

// learn is Vocabulary.learn without the count.
func (t *table) learn(word string, number uint32) {
	if len(word) > maxShort {
		t.long[strings.Clone(word)] = number
		return
	}
	if t.used*4 >= len(t.short)*3 {
		t.grow()
	}
	key := pack(word)
	at := t.place(key)
	if at.number == 0 {
		t.used++
	}
	*at = written{key, uint64(number) + 2}
}

// place returns where a word is or would be.
func (t *table) place(key [2]uint64) *written {
	mask := uint64(len(t.short) - 1)
	high, low := bits.Mul64(key[0]^0x9E3779B97F4A7C15, key[1]^0xD1B54A32D192ED03)
	i := (high ^ low) * 0x9E3779B97F4A7C15 >> 32
	for {
		at := &t.short[i&mask]
		if at.key == key || at.number == 0 {
			return at
		}
		i++
	}
}

// grow doubles the table.
func (t *table) grow() {
	old := t.short
	t.short = make([]written, 2*len(old))
	for _, w := range old {
		if w.number != 0 {
			*t.place(w.key) = w
		}
	}
}

// pack returns a short word as a key. Its bytes are read in two overlapping
// pieces.
func pack(word string) (key [2]uint64) {
	n := len(word)
	switch {
	case n >= 8:
		key[0] = uint64(load4(word)) | uint64(load4(word[4:]))<<32
		key[1] = (uint64(load4(word[n-8:])) | uint64(load4(word[n-4:]))<<32) >> (8 * (16 - n))
	case n >= 4:
		key[0] = uint64(load4(word)) | uint64(load4(word[n-4:]))<<(8*(n-4))
	case n > 0:
		key[0] = uint64(word[0]) | uint64(word[n/2])<<(8*(n/2)) | uint64(word[n-1])<<(8*(n-1))
	}
	key[1] |= uint64(n) << 56
	return key
}

// load4 returns the first four bytes of s.
func load4(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}
