package postings

import (
	"encoding/binary"
	"math"
	"sort"
)

// BlockSize is how many chunks of a list are in one block; the last block has
// fewer.
const BlockSize = 128

// headSize is what the directory of a list says of a block: its last chunk, where
// it begins after the directory, and its bound.
const headSize = 12

// A List is the chunks that have a word, in ascending order, in blocks. A list
// of several blocks begins with a directory of them.
//
// A block is a byte that says how wide its numbers are, the chunks as distances
// from the last chunk of the block before, and the counts. The counts are left
// out if all are one.
type List struct {
	dir    []byte // empty if there is one block
	blocks []byte

	// Len is the number of chunks, those included that scorch has deleted
	// since.
	Len int

	// Bound is the largest count/(K1*(1-B+B*length/mean)) of a chunk, where
	// mean is the mean length in the segment.
	Bound float32
}

// Blocks is the number of blocks.
func (l *List) Blocks() int { return (l.Len + BlockSize - 1) / BlockSize }

// last returns the last chunk of a block.
func (l *List) last(block int) uint32 {
	if len(l.dir) == 0 {
		return math.MaxUint32
	}
	return binary.LittleEndian.Uint32(l.dir[block*headSize:])
}

// at returns a block's bytes, the chunk that its distances count from, and its
// length.
func (l *List) at(block int) (data []byte, base uint32, n int) {
	if len(l.dir) == 0 {
		return l.blocks, 0, l.Len
	}
	if block > 0 {
		base = l.last(block - 1)
	}
	begin := binary.LittleEndian.Uint32(l.dir[block*headSize+4:])
	return l.blocks[begin:], base, min(BlockSize, l.Len-block*BlockSize)
}

// Decode sets the chunks of a block and their counts, and returns how many there
// are.
func (l *List) Decode(block int, chunks, counts *[BlockSize]uint32) int {
	data, base, n := l.at(block)
	wide := data[0]
	data = data[1:]
	switch wide & 3 {
	case 0:
		for i, d := range data[:n] {
			chunks[i&(BlockSize-1)] = base + uint32(d)
		}
		data = data[n:]
	case 1:
		for i := range n {
			chunks[i&(BlockSize-1)] = base + uint32(binary.LittleEndian.Uint16(data[2*i:]))
		}
		data = data[2*n:]
	default:
		for i := range n {
			chunks[i&(BlockSize-1)] = base + binary.LittleEndian.Uint32(data[4*i:])
		}
		data = data[4*n:]
	}
	switch wide >> 2 {
	case 0:
		for i := range n {
			counts[i&(BlockSize-1)] = 1
		}
	case 1:
		for i, c := range data[:n] {
			counts[i&(BlockSize-1)] = uint32(c)
		}
	default:
		for i := range n {
			counts[i&(BlockSize-1)] = binary.LittleEndian.Uint32(data[4*i:])
		}
	}
	return n
}

// A Cursor finds chunks in a list. They are asked for in ascending order.
type Cursor struct {
	list  *List
	block int
}

// Cursor returns a cursor at the beginning of the list.
func (l *List) Cursor() Cursor { return Cursor{list: l} }

// Count returns how often chunk has the word, 0 if it does not.
func (c *Cursor) Count(chunk uint32) uint32 {
	l := c.list
	n := l.Blocks()
	if c.block < n && l.last(c.block) < chunk {
		// Most often the block is one of the next.
		step := 1
		for c.block+step < n && l.last(c.block+step) < chunk {
			c.block += step
			step *= 2
		}
		from := c.block + 1
		c.block = from + sort.Search(min(n, c.block+step+1)-from, func(i int) bool { return l.last(from+i) >= chunk })
	}
	if c.block >= n {
		return 0
	}
	data, base, size := l.at(c.block)
	return find(data, chunk-base, size)
}

// find returns the count of the chunk at a distance, in a block of size chunks.
func find(data []byte, distance uint32, size int) uint32 {
	wide := data[0]
	data = data[1:]
	var i int // the last chunk that is not beyond, or the first
	var width int
	var found uint32
	switch wide & 3 {
	case 0:
		width = 1
		for n := size; n > 1; {
			half := n / 2
			if uint32(data[i+half]) <= distance {
				i += half
			}
			n -= half
		}
		found = uint32(data[i])
	case 1:
		width = 2
		for n := size; n > 1; {
			half := n / 2
			if uint32(binary.LittleEndian.Uint16(data[2*(i+half):])) <= distance {
				i += half
			}
			n -= half
		}
		found = uint32(binary.LittleEndian.Uint16(data[2*i:]))
	default:
		width = 4
		for n := size; n > 1; {
			half := n / 2
			if binary.LittleEndian.Uint32(data[4*(i+half):]) <= distance {
				i += half
			}
			n -= half
		}
		found = binary.LittleEndian.Uint32(data[4*i:])
	}
	if found != distance {
		return 0
	}
	switch wide >> 2 {
	case 0:
		return 1
	case 1:
		return uint32(data[size*width+i])
	}
	return binary.LittleEndian.Uint32(data[size*width+4*i:])
}

// appendBlock appends a block of chunks that come after base.
func appendBlock(out []byte, base uint32, chunks, counts []uint32) []byte {
	width := byte(2)
	switch reach := chunks[len(chunks)-1] - base; {
	case reach < 1<<8:
		width = 0
	case reach < 1<<16:
		width = 1
	}
	most := uint32(0)
	for _, c := range counts {
		most = max(most, c)
	}
	countWidth := byte(2)
	switch {
	case most == 1:
		countWidth = 0
	case most < 1<<8:
		countWidth = 1
	}
	out = append(out, width|countWidth<<2)
	for _, c := range chunks {
		switch width {
		case 0:
			out = append(out, byte(c-base))
		case 1:
			out = binary.LittleEndian.AppendUint16(out, uint16(c-base))
		default:
			out = binary.LittleEndian.AppendUint32(out, c-base)
		}
	}
	for _, c := range counts {
		switch countWidth {
		case 1:
			out = append(out, byte(c))
		case 2:
			out = binary.LittleEndian.AppendUint32(out, c)
		}
	}
	return out
}
