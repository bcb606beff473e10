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
func (s *scan) add(q *query, lengths []byte, begin, end uint32, w *window) {
	for blocks := s.blocks(); s.block < blocks; s.block++ {
		if s.decoded != s.block+1 {
			s.n, s.at = s.decode(s.block, &s.chunks, &s.counts), 0
			s.decoded = s.block + 1
		}
		at := s.at
		for at < s.n && s.chunks[at] < begin {
			at++
		}
		chunks, counts := s.chunks[:s.n], s.counts[:s.n]
		for ; at < len(chunks) && chunks[at] < end; at++ {
			n := (chunks[at] - begin) % windowSize
			length := binary.LittleEndian.Uint32(lengths[4*n:])
			w.sums[n] += q.worth(s.weight, counts[at], length)
			w.bits[n/64] |= 1 << (n % 64)
		}
		if s.at = at; at < s.n {
			return
		}
	}
}
