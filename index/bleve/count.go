package bleve

import (
	"ragserver/index/analyze"
	"ragserver/index/bleve/postings"
)

// A counter counts the terms of texts. It is used by one goroutine at a time.
type counter struct {
	analyzer analyze.Analyzer
	known    *analyze.Vocabulary
	counts   []uint32 // by number of the term; zeros between texts
	terms    []uint32 // numbers, in the text at hand
}

func newCounter(a analyze.Analyzer) *counter {
	return &counter{analyzer: a, known: analyze.NewVocabulary()}
}

// count returns the different terms of a text in the order in which they occur.
func (c *counter) count(text, language string) []postings.Word {
	if c.known.Full() {
		c.known.Clear()
	}
	c.terms = c.analyzer.Terms(text, language, c.known, c.terms[:0])
	for len(c.counts) < c.known.Len() {
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
		words[i] = postings.Word{Text: c.known.Term(n), Count: c.counts[n]}
		c.counts[n] = 0
	}
	return words
}
