package bm25

import (
	"encoding/binary"
	"slices"
)

// rank joins the terms of the sources in the order of their names, and numbers
// those that some chunk still has by how many do.
func (m *merger) rank() {
	lines := make([]*line, len(m.sources))
	for i, s := range m.sources {
		lines[i] = newLine(s)
	}
	var frequency []uint32
	for {
		prefix, name, ok := least(lines)
		if !ok {
			break
		}
		live := 0
		for _, l := range lines {
			l.have = gone
			if l.more && l.prefix == prefix && l.name == name {
				live += l.source.live(l.number)
				l.have = l.number
				l.next()
			}
		}
		if live == 0 {
			continue
		}
		m.names = append(m.names, name)
		frequency = append(frequency, uint32(live))
		for _, l := range lines {
			l.source.from = append(l.source.from, l.have)
		}
	}
	m.ranks = byFrequency(frequency)
	for number, rank := range m.ranks {
		for _, s := range m.sources {
			if old := s.from[rank]; old != gone {
				s.terms[old] = uint32(number)
			}
		}
	}
}

// byFrequency returns the places of the frequencies, the highest first.
func byFrequency(frequency []uint32) []uint32 {
	keys := make([]uint64, len(frequency))
	for i, n := range frequency {
		keys[i] = uint64(^n)<<32 | uint64(i)
	}
	slices.Sort(keys)
	ranks := make([]uint32, len(keys))
	for i, k := range keys {
		ranks[i] = uint32(k)
	}
	return ranks
}

// A line is the terms of a source that wait to be joined.
type line struct {
	source *source
	names  string // all of them, of a segment
	sorted []uint32
	name   string
	prefix uint64 // the first bytes of name, which order as it does
	number uint32
	more   bool
	have   uint32 // the number of the term at hand, or gone
}

func newLine(s *source) *line {
	l := &line{source: s, sorted: s.part.sorted()}
	if g, ok := s.part.(*segment); ok {
		l.names = string(g.section[nameSection])
	}
	if len(l.sorted) > 0 {
		s.terms = make([]uint32, slices.Max(l.sorted)+1)
	}
	for i := range s.terms {
		s.terms[i] = gone
	}
	l.next()
	return l
}

func (l *line) next() {
	if l.more = len(l.sorted) > 0; !l.more {
		return
	}
	l.number, l.sorted = l.sorted[0], l.sorted[1:]
	if g, ok := l.source.part.(*segment); ok {
		begin, size := g.place(l.number)
		l.name = l.names[begin : begin+size]
	} else {
		l.name = l.source.part.name(l.number)
	}
	l.prefix = prefixOf(l.name)
}

// prefixOf returns the first bytes of a name.
func prefixOf(name string) uint64 {
	var b [8]byte
	copy(b[:], name)
	return binary.BigEndian.Uint64(b[:])
}

// least returns the first name of lines.
func least(lines []*line) (prefix uint64, name string, ok bool) {
	for _, l := range lines {
		if l.more && (!ok || l.prefix < prefix || l.prefix == prefix && l.name < name) {
			prefix, name, ok = l.prefix, l.name, true
		}
	}
	return prefix, name, ok
}

// live is how many chunks that stay have a term.
func (s *source) live(number uint32) int {
	if h, ok := s.part.(*head); ok && s.frozen && s.whole {
		return int(h.list(number).count.Load())
	}
	p := partView{part: s.part, n: s.n, deletion: s.deletion}
	return p.frequency(number)
}
