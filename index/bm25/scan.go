package bm25

import "encoding/binary"

// A scan is a term's list on the way through a segment.
type scan struct {
	list
	weight float32
	block  int // the first that reaches into the window, or beyond
	near   int // chunks in blocks that reach into the window, about

	// The block that was decoded last, and the place in it.
	decoded        int // its number and 1
	at, n          int
	chunks, counts [blockSize]uint32

	probe probe // of candidates
	asked probe // of points
}

// begin makes s the scan of a list.
func (s *scan) begin(l list, weight float32) {
	s.list, s.weight, s.block, s.decoded = l, weight, 0, 0
	s.probe, s.asked = probe{list: &s.list}, probe{list: &s.list}
}

// seek goes to the block with the first chunk that is not below begin. It says
// whether there may be any.
func (s *scan) seek(begin uint32) bool {
	n := s.blocks()
	for s.block < n && s.last(s.block) < begin {
		s.block++
	}
	return s.block < n
}

// most returns the largest bound of blocks that reach into a window up to end,
// and sets near.
func (s *scan) most(end uint32) float32 {
	n := s.blocks()
	most := float32(0)
	s.near = 0
	for b := s.block; b < n; b++ {
		most = max(most, s.blockBound(b))
		s.near += min(s.size, blockSize)
		if s.last(b) >= end-1 {
			break
		}
	}
	return most
}

// add adds what the term is worth to the chunks of a window.
func (s *scan) add(q *query, lengths *lengths, begin, end uint32, w *window) {
	for blocks := s.blocks(); s.block < blocks; s.block++ {
		if s.decoded != s.block+1 {
			s.n, s.at = s.decode(s.block, &s.chunks, &s.counts), 0
			s.decoded = s.block + 1
		}
		at, to := s.at, s.n
		for at < to && s.chunks[at] < begin {
			at++
		}
		for to > at && s.chunks[to-1] >= end {
			to--
		}
		w.add(q, s.weight, begin, s.chunks[at:to], s.counts[at:to], lengths)
		if s.at = to; to < s.n {
			return
		}
	}
}

// lengths are those of the chunks of a window, as they are in a segment.
type lengths [4 * windowSize]byte

// add adds what a term is worth to chunks of the window. Nothing in the loop
// depends on what the chunks are, for the processor to work at several.
func (w *window) add(q *query, weight float32, begin uint32, chunks, counts []uint32, lengths *lengths) {
	c0, c1 := q.c0, q.c1
	counts = counts[:len(chunks)]
	for i, chunk := range chunks {
		n := (chunk - begin) % windowSize
		length := binary.LittleEndian.Uint32(lengths[4*n : 4*n+4])
		tf := float32(counts[i])
		w.sums[n] += weight * tf / (tf + (c0 + float32(c1*float32(length)))) // as worth
		w.bits[n/64] |= 1 << (n % 64)
	}
}
