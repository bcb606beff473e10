package bm25

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"ragserver/index"
)

// A source is a part whose first n chunks go into a segment, those of deletion
// excepted.
type source struct {
	part     part
	n        uint32
	deletion *deletion
	frozen   bool // nothing is added to part any more

	chunks []uint32 // by chunk of the part: the one of the segment, or gone
	terms  []uint32 // by number in the part: the number in the segment, or gone
	from   []uint32 // by rank in the segment: the number in the part, or gone
	whole  bool     // nothing is deleted
	first  uint32   // chunk of the segment
}

// row returns the first row.
func (s *source) row() index.Row {
	if s.n == 0 {
		return 0
	}
	return s.part.chunk(0).row
}

// gone is in place of what is not in the segment.
const gone = math.MaxUint32

// A merger makes a segment of sources.
type merger struct {
	scorer  scorer
	sources []*source
	image   []byte
	sizes   [sections]int
	n       uint32
	mean    float64
	ratios  []float32 // by chunk; see scorer.ratio
	names   []string  // of the terms, sorted: the place is the rank
	ranks   []uint32  // by number; the most frequent terms have the lowest
}

// merge makes a segment of the chunks of sources. It sets their maps of chunks,
// for deletions that come later. ctx ends it early.
func merge(ctx context.Context, s scorer, sources []*source) (_ *segment, err error) {
	defer guard(&err)()
	// What was added in the order of rows stays so.
	slices.SortStableFunc(sources, func(a, b *source) int { return cmp.Compare(a.row(), b.row()) })
	m := &merger{scorer: s, sources: sources}
	steps := []func(){m.number, m.chunks, m.rank, m.forward, m.lists, m.dictionary}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		step()
	}
	return openSegment(m.finish())
}

// end notes the size of a section that ends here.
func (m *merger) end(section, begin int) { m.sizes[section] = len(m.image) - begin }

// number gives the chunks their numbers.
func (m *merger) number() {
	size := 0
	for _, s := range m.sources {
		s.chunks = make([]uint32, s.n)
		s.whole, s.first = s.deletion.dead() == 0, m.n
		for i := range s.chunks {
			s.chunks[i] = gone
			if s.whole || !s.deletion.has(uint32(i)) {
				s.chunks[i] = m.n
				m.n++
			}
		}
		size += s.size()
	}
	m.image = make([]byte, 0, size)
}

// size is about how many bytes the source needs in a segment. A head may be
// written to meanwhile, so only the chunks that are seen are looked at.
func (s *source) size() int {
	if g, ok := s.part.(*segment); ok {
		return len(g.image)
	}
	size := 0
	for i := range s.n {
		size += 64 + 4*len(s.part.forward(i))
	}
	return size
}

// each calls yield with every chunk that stays, in order.
func (m *merger) each(yield func(s *source, chunk uint32)) {
	for _, s := range m.sources {
		for i, to := range s.chunks {
			if to != gone {
				yield(s, uint32(i))
			}
		}
	}
}

// forward writes the records of the chunks.
func (m *merger) forward() {
	begin := len(m.image)
	m.image = append(m.image, make([]byte, 8*(int(m.n)+1))...)
	offsets := m.image[begin:]
	m.end(offsetSection, begin)
	begin = len(m.image)
	m.each(func(s *source, n uint32) {
		binary.LittleEndian.PutUint64(offsets, uint64(len(m.image)-begin))
		offsets = offsets[8:]
		r := reader{data: s.part.forward(n)}
		for range fields - 1 {
			m.image = binary.AppendUvarint(m.image, uint64(r.next()))
		}
		for r.more() {
			m.image = binary.AppendUvarint(m.image, uint64(s.terms[r.next()]))
		}
	})
	binary.LittleEndian.PutUint64(offsets, uint64(len(m.image)-begin))
	m.end(forwardSection, begin)
}

// lists writes the lists, and after them the entries of the terms.
func (m *merger) lists() {
	begin := len(m.image)
	entries := make([]byte, 0, entrySize*len(m.ranks))
	name := 0
	var chunks, counts []uint32
	for _, rank := range m.ranks {
		chunks, counts = m.gather(rank, chunks[:0], counts[:0])
		entries = binary.LittleEndian.AppendUint64(entries, uint64(len(m.image)-begin))
		var bound float32
		m.image, bound = appendList(m.image, chunks, counts, m.ratios)
		entries = binary.LittleEndian.AppendUint32(entries, uint32(len(chunks)))
		entries = binary.LittleEndian.AppendUint32(entries, math.Float32bits(bound))
		entries = binary.LittleEndian.AppendUint32(entries, uint32(name))
		entries = binary.LittleEndian.AppendUint32(entries, uint32(len(m.names[rank])))
		name += len(m.names[rank])
	}
	m.end(listSection, begin)
	m.image = append(m.image, entries...)
	m.sizes[termSection] = len(entries)
}

// gather appends the chunks that have a term, by their new numbers.
func (m *merger) gather(rank uint32, chunks, counts []uint32) ([]uint32, []uint32) {
	for _, s := range m.sources {
		if s.from[rank] == gone {
			continue
		}
		begin := len(chunks)
		chunks, counts = s.part.postings(s.from[rank], s.n, chunks, counts)
		if s.whole {
			for i := range chunks[begin:] {
				chunks[begin+i] += s.first
			}
			continue
		}
		at := begin
		for i, c := range chunks[begin:] {
			if to := s.chunks[c]; to != gone {
				chunks[at], counts[at] = to, counts[begin+i]
				at++
			}
		}
		chunks, counts = chunks[:at], counts[:at]
	}
	return chunks, counts
}

// dictionary writes how the terms are found.
func (m *merger) dictionary() {
	begin := len(m.image)
	for _, rank := range m.ranks {
		m.image = append(m.image, m.names[rank]...)
	}
	m.end(nameSection, begin)
	size := 8
	for size*2 < len(m.ranks)*3 || size <= len(m.ranks) {
		size *= 2
	}
	table := make([]uint64, size)
	for number, rank := range m.ranks {
		hash := newKey(m.names[rank]).hash
		i := hash & uint64(size-1)
		for ; table[i] != 0; i = (i + 1) & uint64(size-1) {
		}
		table[i] = hash>>32<<32 | uint64(number+1)
	}
	for _, slot := range table {
		m.image = binary.LittleEndian.AppendUint64(m.image, slot)
	}
	m.sizes[tableSection] = 8 * size
	numbers := make([]uint32, len(m.ranks))
	for number, rank := range m.ranks {
		numbers[rank] = uint32(number)
	}
	for _, number := range numbers {
		m.image = binary.LittleEndian.AppendUint32(m.image, number)
	}
	m.sizes[sortedSection] = 4 * len(numbers)
}

// finish writes the footer.
func (m *merger) finish() []byte {
	out := m.image
	for _, size := range m.sizes {
		out = binary.LittleEndian.AppendUint64(out, uint64(size))
	}
	out = binary.LittleEndian.AppendUint64(out, uint64(m.n))
	out = binary.LittleEndian.AppendUint64(out, uint64(len(m.ranks)))
	out = binary.LittleEndian.AppendUint64(out, math.Float64bits(m.mean))
	out = binary.LittleEndian.AppendUint64(out, xxhash.Sum64(out))
	out = binary.LittleEndian.AppendUint64(out, magic)
	if cap(out)-len(out) > len(out)/16 {
		return bytes.Clone(out) // it stays for long
	}
	return out
}
