package bm25

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/cespare/xxhash/v2"

	"ragserver/index"
)

// A segment is a part that does not change. It is one run of bytes, in memory
// and in a file: sections one after the other, and a footer that says how long
// each is. Numbers are little-endian.
type segment struct {
	image   []byte
	n       uint32
	terms   uint32
	mean    float64 // length of the chunks when the segment was made
	tags    []string
	section [sections][]byte
}

// The sections of a segment.
const (
	rowSection      = iota // by chunk: row, 4 bytes
	orderSection           // chunks by row, 4 bytes each; empty if rows ascend
	idSection              // by chunk: 8 bytes of its ID
	lengthSection          // by chunk: 4 bytes
	languageSection        // by chunk: which of the languages, 1 byte
	tagSection             // the languages, each followed by a zero
	offsetSection          // by chunk: where its record begins, 8 bytes; and the end of the last
	forwardSection         // records, see reader
	listSection            // lists, see list
	termSection            // by term: entrySize bytes
	nameSection            // names of the terms
	tableSection           // hash table of terms: upper half of the hash, number and 1
	sortedSection          // numbers of terms in the order of their names, 4 bytes each
	sections
)

// The number of chunks, of terms, the mean length, a checksum of all before it,
// and a mark follow the sizes of the sections in the footer.
const (
	footerSize = 8 * (sections + 5)
	magic      = 0x31_35_32_6d_62_67_61_72 // "ragbm251"

	// Of a term: where its list begins, 8 bytes; 4 bytes each for chunks,
	// bound, where its name begins, and the length of that.
	entrySize = 24
)

// errFormat says that bytes are not a segment.
var errFormat = errors.New("not a segment")

// openSegment reads the footer of image, which the segment keeps. The checksum
// of foreign bytes is verified before; then nothing in them is out of place.
func openSegment(image []byte) (*segment, error) {
	if len(image) < footerSize {
		return nil, errFormat
	}
	footer := image[len(image)-footerSize:]
	at := func(i int) uint64 { return binary.LittleEndian.Uint64(footer[8*i:]) }
	if at(sections+4) != magic {
		return nil, errFormat
	}
	s := &segment{image: image, mean: math.Float64frombits(at(sections + 2))}
	rest := image[:len(image)-footerSize]
	for i := range s.section {
		if at(i) > uint64(len(rest)) {
			return nil, errFormat
		}
		s.section[i], rest = rest[:at(i):at(i)], rest[at(i):]
	}
	n, terms := at(sections), at(sections+1)
	if len(rest) != 0 || n > math.MaxUint32 || terms > math.MaxUint32 || !s.fits(n, terms) {
		return nil, fmt.Errorf("%w of %d chunks and %d terms", errFormat, n, terms)
	}
	s.n, s.terms = uint32(n), uint32(terms)
	s.tags = strings.SplitAfter(string(s.section[tagSection]), "\x00")
	for i, tag := range s.tags {
		s.tags[i] = strings.TrimSuffix(tag, "\x00")
	}
	return s, nil
}

// fits says whether the sections have the sizes for n chunks and so many terms.
func (s *segment) fits(n, terms uint64) bool {
	size := func(section int) uint64 { return uint64(len(s.section[section])) }
	table := size(tableSection) / 8
	return size(rowSection) == 4*n && size(idSection) == 8*n && size(lengthSection) == 4*n &&
		(size(orderSection) == 0 || size(orderSection) == 4*n) &&
		size(languageSection) == n && size(offsetSection) == 8*(n+1) &&
		size(termSection) == entrySize*terms && size(sortedSection) == 4*terms &&
		size(tableSection)%8 == 0 && table > terms && table&(table-1) == 0
}

// verify compares the checksum of image, which may be anything.
func verify(image []byte) error {
	if len(image) < footerSize {
		return fmt.Errorf("%d bytes are too few", len(image))
	}
	end := len(image) - 16
	if sum := xxhash.Sum64(image[:end]); sum != binary.LittleEndian.Uint64(image[end:]) {
		return fmt.Errorf("checksum is %016x, not %016x", sum, binary.LittleEndian.Uint64(image[end:]))
	}
	return nil
}

// sum is the checksum of the segment.
func (s *segment) sum() uint64 { return binary.LittleEndian.Uint64(s.image[len(s.image)-16:]) }

func (s *segment) uint32(section int, n uint32) uint32 {
	return binary.LittleEndian.Uint32(s.section[section][4*int(n):])
}

func (s *segment) length(chunk uint32) uint32   { return s.uint32(lengthSection, chunk) }
func (s *segment) row(chunk uint32) index.Row   { return s.uint32(rowSection, chunk) }
func (s *segment) language(chunk uint32) string { return s.tags[s.section[languageSection][chunk]] }

func (s *segment) chunk(n uint32) chunk {
	id := binary.LittleEndian.Uint64(s.section[idSection][8*int(n):])
	return chunk{s.row(n), id, s.length(n), s.language(n)}
}

func (s *segment) forward(chunk uint32) []byte {
	ends := s.section[offsetSection][8*int(chunk):]
	begin, end := binary.LittleEndian.Uint64(ends), binary.LittleEndian.Uint64(ends[8:])
	return s.section[forwardSection][begin:end:end]
}

func (s *segment) name(number uint32) string { return string(s.rawName(number)) }

func (s *segment) rawName(number uint32) []byte {
	begin, size := s.place(number)
	return s.section[nameSection][begin : begin+size]
}

// place returns where the name of a term is in the section of names.
func (s *segment) place(number uint32) (begin, size int) {
	e := s.section[termSection][entrySize*int(number):]
	return int(binary.LittleEndian.Uint32(e[16:])), int(binary.LittleEndian.Uint32(e[20:]))
}

func (s *segment) lookup(k key) (number uint32, ok bool) {
	table := s.section[tableSection]
	for i := k.hash; ; i++ {
		slot := binary.LittleEndian.Uint64(table[i*8&uint64(len(table)-1):])
		if slot == 0 {
			return 0, false
		}
		if slot>>32 == k.hash>>32 && string(s.rawName(uint32(slot)-1)) == k.text {
			return uint32(slot) - 1, true
		}
	}
}

// list returns the list of a term.
func (s *segment) list(number uint32) list {
	e := s.section[termSection][entrySize*int(number):]
	l := list{
		number: number,
		size:   int(binary.LittleEndian.Uint32(e[8:])),
		bound:  math.Float32frombits(binary.LittleEndian.Uint32(e[12:])),
		data:   s.section[listSection][binary.LittleEndian.Uint64(e):],
	}
	if l.size > blockSize {
		n := l.blocks() * directorySize
		l.directory, l.data = l.data[:n], l.data[n:]
	}
	return l
}

func (s *segment) postings(number, n uint32, chunks, counts []uint32) ([]uint32, []uint32) {
	var c, f [blockSize]uint32
	l := s.list(number)
	for block := range l.blocks() {
		size := l.decode(block, &c, &f)
		for size > 0 && c[size-1] >= n {
			size--
		}
		chunks, counts = append(chunks, c[:size]...), append(counts, f[:size]...)
	}
	return chunks, counts
}

func (s *segment) sorted() []uint32 {
	numbers := make([]uint32, s.terms)
	for i := range numbers {
		numbers[i] = s.uint32(sortedSection, uint32(i))
	}
	return numbers
}

// at returns the i-th chunk by row.
func (s *segment) at(i int) uint32 {
	if len(s.section[orderSection]) == 0 {
		return uint32(i)
	}
	return s.uint32(orderSection, uint32(i))
}

// seek returns the first place, by row and not before from, of a row that is not
// below row. Rows are most often even, so the place is guessed first.
func (s *segment) seek(row index.Row, from int) int {
	lo, hi := from, int(s.n) // the place is in [lo, hi]
	if lo >= hi || s.row(s.at(lo)) >= row {
		return lo
	}
	if s.row(s.at(hi-1)) < row {
		return hi
	}
	first, last := uint64(s.row(s.at(lo))), uint64(s.row(s.at(hi-1)))
	guess := lo + int((uint64(row)-first)*uint64(hi-1-lo)/max(last-first, 1))
	step := 1
	if s.row(s.at(guess)) < row {
		for lo = guess + 1; guess+step < hi && s.row(s.at(guess+step)) < row; step *= 2 {
			lo = guess + step + 1
		}
		hi = min(hi, guess+step)
	} else {
		for hi = guess; guess-step > lo && s.row(s.at(guess-step)) >= row; step *= 2 {
			hi = guess - step
		}
		lo = max(lo, guess-step)
	}
	return lo + sort.Search(hi-lo, func(i int) bool { return s.row(s.at(lo+i)) >= row })
}

func (s *segment) find(row index.Row, _ uint32, yield func(chunk uint32)) {
	for i := s.seek(row, 0); i < int(s.n) && s.row(s.at(i)) == row; i++ {
		yield(s.at(i))
	}
}
