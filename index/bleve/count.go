package bleve

import "ragserver/index/bleve/postings"

// A counter counts the terms of texts. It is used by one goroutine at a time,
// and remembers the terms from one text to the next.
type counter struct {
	analyzer analyzer
	numbers  map[string]uint32 // of the terms it remembers
	terms    []string          // by number
	counts   []uint32          // by number; zeros between texts
	seen     []uint32          // numbers, in the text at hand
}

func newCounter(a analyzer) *counter {
	return &counter{analyzer: a, numbers: make(map[string]uint32)}
}

// count returns the different terms of text in the order in which they occur.
func (c *counter) count(text string) []postings.Word {
	if len(c.terms) >= maxKnown {
		clear(c.numbers)
		c.terms, c.counts = c.terms[:0], c.counts[:0]
	}
	c.analyzer.terms(text, func(term string) {
		n, ok := c.numbers[term]
		if !ok {
			n = uint32(len(c.terms))
			c.numbers[term] = n
			c.terms = append(c.terms, term)
			c.counts = append(c.counts, 0)
		}
		if c.counts[n] == 0 {
			c.seen = append(c.seen, n)
		}
		c.counts[n]++
	})
	words := make([]postings.Word, len(c.seen))
	for i, n := range c.seen {
		words[i] = postings.Word{Text: c.terms[n], Count: c.counts[n]}
		c.counts[n] = 0
	}
	c.seen = c.seen[:0]
	return words
}
