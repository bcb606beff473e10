package bm25

import (
	"encoding/binary"
	"math"
	"sort"
)

// blockSize is how many chunks of a list are in one block; the last block has
// fewer.
const blockSize = 128

// directorySize is what the directory of a list says of a block: its last chunk,
// where it begins after the directory, and its bound.
const directorySize = 12

// A list is the chunks of a segment that have a term, in ascending order, in
// blocks. A list of several blocks begins with a directory of them.
//
// A block is a byte that says how wide its numbers are, the chunks as distances
// from the last chunk of the block before, and the counts. Counts that are all
// one are left out.
type list struct {
	number    uint32 // of the term
	size      int    // chunks, deleted ones too
	bound     float32
	directory []byte // empty if there is one block
	data      []byte
}

// blocks is the number of blocks.
func (l *list) blocks() int { return (l.size + blockSize - 1) / blockSize }

// last returns the last chunk of a block, or more.
func (l *list) last(block int) uint32 {
	if len(l.directory) == 0 {
		return math.MaxUint32
	}
	return binary.LittleEndian.Uint32(l.directory[block*directorySize:])
}

// blockBound returns the largest ratio, see segment.ratio, of a chunk in a block.
func (l *list) blockBound(block int) float32 {
	if len(l.directory) == 0 {
		return l.bound
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(l.directory[block*directorySize+8:]))
}

// block returns the bytes of a block, the chunk that its distances count from,
// and how many chunks it has.
func (l *list) block(block int) (data []byte, base uint32, n int) {
	if len(l.directory) == 0 {
		return l.data, 0, l.size
	}
	if block > 0 {
		base = l.last(block - 1)
	}
	begin := binary.LittleEndian.Uint32(l.directory[block*directorySize+4:])
	return l.data[begin:], base, min(blockSize, l.size-block*blockSize)
}

// decode sets the chunks of a block and their counts, and returns how many there
// are.
func (l *list) decode(block int, chunks, counts *[blockSize]uint32) int {
	data, base, n := l.block(block)
	width := data[0]
	data = unpack(data[1:], int(width&7), n, base, chunks)
	if width>>3 == 0 {
		for i := range n {
			counts[i&(blockSize-1)] = 1
		}
		return n
	}
	unpack(data, int(width>>3), n, 0, counts)
	return n
}

// unpack reads n numbers of width bytes, adds base to each, and returns the
// bytes after them.
func unpack(data []byte, width, n int, base uint32, to *[blockSize]uint32) []byte {
	switch width {
	case 1:
		for i, d := range data[:n] {
			to[i&(blockSize-1)] = base + uint32(d)
		}
	case 2:
		data := data[:2*n]
		for i := 0; len(data) >= 2; i++ {
			to[i&(blockSize-1)] = base + uint32(binary.LittleEndian.Uint16(data))
			data = data[2:]
		}
	default:
		for i := range n {
			to[i&(blockSize-1)] = base + binary.LittleEndian.Uint32(data[4*i:])
		}
	}
	return data[width*n:]
}

// number returns the i-th of numbers of width bytes.
func number(data []byte, width, i int) uint32 {
	switch width {
	case 1:
		return uint32(data[i])
	case 2:
		return uint32(binary.LittleEndian.Uint16(data[2*i:]))
	}
	return binary.LittleEndian.Uint32(data[4*i:])
}

// A probe finds chunks in a list. They are asked for in ascending order.
type probe struct {
	list  *list
	block int
}

// count returns how often chunk has the term, 0 if it does not.
func (p *probe) count(chunk uint32) uint32 {
	if !p.seek(chunk) {
		return 0
	}
	data, base, size := p.list.block(p.block)
	return find(data, chunk-base, size)
}

// counts sets the counts of candidates. One search does not wait for another.
func (p *probe) counts(candidates []candidate) {
	for len(candidates) > 0 {
		if !p.seek(candidates[0].chunk) {
			for i := range candidates {
				candidates[i].count = 0
			}
			return
		}
		data, base, size := p.list.block(p.block)
		last := p.list.last(p.block)
		n := 0
		for n < len(candidates) && candidates[n].chunk <= last {
			candidates[n].count = find(data, candidates[n].chunk-base, size)
			n++
		}
		candidates = candidates[n:]
	}
}

// seek goes to the block where chunk would be. It says whether there is one.
func (p *probe) seek(chunk uint32) bool {
	l, n := p.list, p.list.blocks()
	if p.block < n && l.last(p.block) < chunk {
		// Most often the block is one of the next.
		step := 1
		for p.block+step < n && l.last(p.block+step) < chunk {
			p.block += step
			step *= 2
		}
		from := p.block + 1
		p.block = from + sort.Search(min(n, p.block+step+1)-from, func(i int) bool { return l.last(from+i) >= chunk })
	}
	return p.block < n
}

// find returns the count of the chunk at a distance, in a block of size chunks.
func find(data []byte, distance uint32, size int) uint32 {
	width, counts := int(data[0]&7), int(data[0]>>3)
	data = data[1:]
	var i int
	switch width {
	case 1:
		i = last1(data[:size], distance)
	case 2:
		i = last2(data[:2*size], distance)
	default:
		i = last4(data[:4*size], distance)
	}
	count := uint32(1)
	if counts != 0 {
		count = number(data[size*width:], counts, i)
	}
	if number(data, width, i) != distance {
		count = 0
	}
	return count
}

// last1 returns the place of the last number that is not above n, or the first
// place. The three of them are written out, with steps that are taken or not by
// arithmetic: jumps would be foreseen wrong every other time.
func last1(data []byte, n uint32) int {
	i, limit := uint(0), int64(n)
	if len(data) == blockSize {
		full := (*[blockSize]byte)(data)
		for half := uint(blockSize / 2); half > 0; half >>= 1 {
			i += half & upTo(int64(full[(i+half)%blockSize]), limit)
		}
		return int(i)
	}
	for left := uint(len(data)); left > 1; {
		half := left / 2
		i += half & upTo(int64(data[i+half]), limit)
		left -= half
	}
	return int(i)
}

func last2(data []byte, n uint32) int {
	i, limit := uint(0), int64(n)
	if len(data) == 2*blockSize {
		full := (*[2 * blockSize]byte)(data)
		for half := uint(blockSize / 2); half > 0; half >>= 1 {
			at := (i + half) % blockSize * 2
			number := int64(full[at]) | int64(full[at+1])<<8
			i += half & upTo(number, limit)
		}
		return int(i)
	}
	for left := uint(len(data)) / 2; left > 1; {
		half := left / 2
		i += half & upTo(int64(binary.LittleEndian.Uint16(data[2*(i+half):])), limit)
		left -= half
	}
	return int(i)
}

func last4(data []byte, n uint32) int {
	i, limit := uint(0), int64(n)
	for left := uint(len(data)) / 4; left > 1; {
		half := left / 2
		i += half & upTo(int64(binary.LittleEndian.Uint32(data[4*(i+half):])), limit)
		left -= half
	}
	return int(i)
}

// upTo returns all bits if number is at most limit, and none if it is more.
func upTo(number, limit int64) uint { return uint((number - limit - 1) >> 63) }
