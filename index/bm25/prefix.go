package bm25

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

const (
	maxPrefix      = 64  // words that a prefix stands for in a search, the most frequent
	maxPrefixMatch = 512 // and with a sign
)

// addPrefix adds a clause of the words that begin with a prefix.
func (m *matcher) addPrefix(parsed Clause) {
	c := clause{sign: parsed.Sign, field: fieldNumber(parsed.Field)}
	c.any = c.field < 0 && c.sign == Should
	limit := maxPrefix
	if c.sign != Should {
		limit = maxPrefixMatch
	}
	for _, name := range m.query.view.expand(parsed.Text, limit) {
		word := m.word(name)
		c.variants = append(c.variants, variant{words: []int{word}})
		if c.sign != MustNot && m.query.add(name) >= 0 {
			c.words = append(c.words, word)
		}
	}
	m.clauses = append(m.clauses, c)
}

// expand returns the terms that begin with a prefix, the most frequent and of
// equal ones the first by name. It looks at all of them.
func (v *view) expand(prefix string, limit int) []string {
	frequency := make(map[string]int)
	for i := range v.parts {
		p := &v.parts[i]
		switch g := p.part.(type) {
		case *segment:
			for j := g.search(prefix); j < int(g.terms); j++ {
				number := g.uint32(sortedSection, uint32(j))
				name := g.name(number)
				if !strings.HasPrefix(name, prefix) {
					break
				}
				frequency[name] += p.frequency(number)
			}
		case *head:
			g.each(func(number uint32) {
				if name := g.name(number); strings.HasPrefix(name, prefix) {
					frequency[name] += p.frequency(number)
				}
			})
		}
	}
	names := make([]string, 0, len(frequency))
	for name, n := range frequency {
		if n > 0 {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(frequency[b], frequency[a]), strings.Compare(a, b))
	})
	return names[:min(limit, len(names))]
}

// search returns the place of the first term, by name, that is not before name.
func (s *segment) search(name string) int {
	return sort.Search(int(s.terms), func(i int) bool {
		return string(s.rawName(s.uint32(sortedSection, uint32(i)))) >= name
	})
}
