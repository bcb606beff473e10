package bm25

import "slices"

// matches says whether the chunk at hand has the words of a clause.
func (m *matcher) matches(c *clause, language string) bool {
	if c.any {
		return slices.ContainsFunc(c.words, func(w int) bool { return m.totals[w] > 0 })
	}
	for _, v := range c.variants {
		switch {
		case len(v.words) == 0:
		case c.phrase && m.hasPhrase(v.words, c.field), !c.phrase && m.hasAll(v.words, c.field):
			return true
		}
	}
	return false
}

// hasAll says whether the chunk has all words in a field, or with -1 anywhere.
func (m *matcher) hasAll(words []int, field int) bool {
	for _, w := range words {
		if m.totals[w] == 0 || field >= 0 && m.counts[w][field] == 0 {
			return false
		}
	}
	return true
}

// hasPhrase says whether words follow each other in a field, or with -1 in any.
func (m *matcher) hasPhrase(words []int, field int) bool {
	for i, first := range m.seen {
		if first.word != words[0] || field >= 0 && first.field != field || len(m.seen)-i < len(words) {
			continue
		}
		n := 1
		for n < len(words) && m.seen[i+n] == (sighting{words[n], first.place + n, first.field}) {
			n++
		}
		if n == len(words) {
			return true
		}
	}
	return false
}
