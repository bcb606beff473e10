package bm25

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// chunks writes what is known of the chunks.
func (m *merger) chunks() {
	all := make([]chunk, 0, m.n)
	total := 0.0
	m.each(func(s *source, n uint32) {
		c := s.part.chunk(n)
		all = append(all, c)
		total += float64(c.length)
	})
	m.mean = max(total/max(float64(m.n), 1), 1)
	m.ratios = make([]float32, len(all))
	for i, c := range all {
		m.ratios[i] = m.scorer.ratio(c.length, m.mean)
	}
	for _, c := range all {
		m.image = binary.LittleEndian.AppendUint32(m.image, c.row)
	}
	m.sizes[rowSection] = 4 * len(all)
	m.order(all)
	for _, c := range all {
		m.image = binary.LittleEndian.AppendUint64(m.image, c.id)
	}
	m.sizes[idSection] = 8 * len(all)
	for _, c := range all {
		m.image = binary.LittleEndian.AppendUint32(m.image, c.length)
	}
	m.sizes[lengthSection] = 4 * len(all)
	m.languages(all)
}

// order writes the chunks by row.
func (m *merger) order(all []chunk) {
	if slices.IsSortedFunc(all, func(a, b chunk) int { return cmp.Compare(a.row, b.row) }) {
		return
	}
	order := make([]uint32, len(all))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortStableFunc(order, func(a, b uint32) int { return cmp.Compare(all[a].row, all[b].row) })
	for _, n := range order {
		m.image = binary.LittleEndian.AppendUint32(m.image, n)
	}
	m.sizes[orderSection] = 4 * len(order)
}

// languages writes the language of each chunk; those beyond 256 are unknown.
func (m *merger) languages(all []chunk) {
	tags := []string{""}
	numbers := map[string]byte{"": 0}
	for _, c := range all {
		n, ok := numbers[c.language]
		if !ok && len(tags) < 256 {
			n = byte(len(tags))
			numbers[c.language] = n
			tags = append(tags, c.language)
		}
		m.image = append(m.image, n)
	}
	m.sizes[languageSection] = len(all)
	begin := len(m.image)
	for _, tag := range tags {
		m.image = append(append(m.image, tag...), 0)
	}
	m.end(tagSection, begin)
}
