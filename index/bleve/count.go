package bleve

import "ragserver/index/bleve/postings"

// A counter counts the terms of texts. It is used by one goroutine at a time.
type counter struct {
	analyzer analyzer
	known    *vocabulary
	counts   []uint32 // by number of the term; zeros between texts
	terms    []uint32 // numbers, in the text at hand
}

func newCounter(a analyzer) *counter { return &counter{analyzer: a, known: newVocabulary()} }

// count returns the different terms of text in the order in which they occur.
func (c *counter) count(text string) []postings.Word {
	if c.known.full() {
		c.known.clear()
	}
	c.terms = c.analyzer.terms(text, c.known, c.terms[:0])
	for len(c.counts) < len(c.known.terms) {
		c.counts = append(c.counts, 0)
	}
	different := 0
	for _, n := range c.terms {
		if c.counts[n] == 0 {
			c.terms[different] = n // which is behind us
			different++
		}
		c.counts[n]++
	}
	words := make([]postings.Word, different)
	for i, n := range c.terms[:different] {
		words[i] = postings.Word{Text: c.known.terms[n], Count: c.counts[n]}
		c.counts[n] = 0
	}
	return words
}
