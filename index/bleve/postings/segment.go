package postings

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sort"
)

// errFormat says that bytes are not a segment.
var errFormat = errors.New("not a segment of words")

// A Segment is read by any number of goroutines. What it returns is valid for
// as long as a reader of scorch's is open that has the segment.
//
// It trusts what is in it: the checksum of a file is to be verified before. A
// segment that is damaged all the same makes it panic.
type Segment struct {
	references
	data    []byte
	lists   []byte
	ids     []byte
	order   []byte
	lengths []byte
	entries []byte
	names   []byte
	chunks  int
	words   int
	mean    float64
	close   func() error // nil: nothing to do
}

// open reads the footer of data, which the segment keeps.
func open(data []byte) (*Segment, error) {
	if len(data) < footerSize {
		return nil, errFormat
	}
	footer := data[len(data)-footerSize:]
	number := func(i int) uint64 { return binary.LittleEndian.Uint64(footer[8*i:]) }
	if binary.LittleEndian.Uint64(footer[footerSize-12:]) != magic {
		return nil, errFormat
	}
	lists, chunks, words, names := number(0), number(1), number(2), number(3)
	size := uint64(len(data) - footerSize)
	if lists > size || chunks > math.MaxUint32 || words > math.MaxUint32 || names > size ||
		lists+chunks*(idSize+8)+words*entrySize+names != size {
		return nil, fmt.Errorf("%w: %d bytes do not hold %d chunks and %d words", errFormat, len(data), chunks, words)
	}
	s := &Segment{data: data, chunks: int(chunks), words: int(words), mean: math.Float64frombits(number(4))}
	rest := data
	take := func(n uint64) []byte {
		part := rest[:n:n]
		rest = rest[n:]
		return part
	}
	s.lists, s.ids, s.order, s.lengths = take(lists), take(chunks*idSize), take(chunks*4), take(chunks*4)
	s.entries, s.names = take(words*entrySize), take(names)
	s.refs.Store(1)
	return s, nil
}

// Mean is the mean length of the chunks when the segment was written.
func (s *Segment) Mean() float64 { return s.mean }

// ID returns the name of a chunk.
func (s *Segment) ID(chunk uint32) ID { return ID(s.ids[int(chunk)*idSize:]) }

// Length returns the number of words in a chunk.
func (s *Segment) Length(chunk uint32) uint32 {
	return binary.LittleEndian.Uint32(s.lengths[4*int(chunk):])
}

// List returns the list of a word; one of length 0 if no chunk has it.
func (s *Segment) List(word string) List {
	key := prefix(word)
	i := sort.Search(s.words, func(i int) bool {
		e := s.entries[i*entrySize:]
		if p := binary.LittleEndian.Uint64(e); p != key {
			return p > key
		}
		return string(s.name(i)) >= word
	})
	if i == s.words || string(s.name(i)) != word {
		return List{}
	}
	return s.list(i)
}

// name returns the i-th word.
func (s *Segment) name(i int) []byte {
	e := s.entries[i*entrySize:]
	begin, n := binary.LittleEndian.Uint32(e[16:]), binary.LittleEndian.Uint32(e[20:])
	return s.names[begin:][:n]
}

// list returns the list of the i-th word.
func (s *Segment) list(i int) List {
	e := s.entries[i*entrySize:]
	l := List{
		Len:   int(binary.LittleEndian.Uint32(e[24:])),
		Bound: math.Float32frombits(binary.LittleEndian.Uint32(e[28:])),
	}
	l.blocks = s.lists[binary.LittleEndian.Uint64(e[8:]):]
	if l.Len > BlockSize {
		n := l.Blocks() * headSize
		l.dir, l.blocks = l.blocks[:n], l.blocks[n:]
	}
	return l
}

// find returns the number of the chunk with this name. Names are made by
// hashing, so their place in the order is guessed first.
func (s *Segment) find(id []byte) (chunk uint32, ok bool) {
	if len(id) != idSize || s.chunks == 0 {
		return 0, false
	}
	at := func(i int) []byte {
		n := int(binary.LittleEndian.Uint32(s.order[4*i:]))
		return s.ids[n*idSize:][:idSize]
	}
	guess := int(uint64(binary.BigEndian.Uint32(id)) * uint64(s.chunks) >> 32)
	lo, hi := guess, guess+1
	if bytes.Compare(at(guess), id) > 0 {
		for step := 1; lo > 0 && bytes.Compare(at(lo), id) > 0; step *= 2 {
			hi, lo = lo, max(0, lo-step)
		}
	} else {
		for step := 1; hi < s.chunks && bytes.Compare(at(hi), id) < 0; step *= 2 {
			lo, hi = hi, min(s.chunks, hi+step)
		}
		hi = min(s.chunks, hi+1)
	}
	i := lo + sort.Search(hi-lo, func(i int) bool { return bytes.Compare(at(lo+i), id) >= 0 })
	if i == s.chunks || !bytes.Equal(at(i), id) {
		return 0, false
	}
	return binary.LittleEndian.Uint32(s.order[4*i:]), true
}
