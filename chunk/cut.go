package chunk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	rag "ragserver"
)

// bytesPerToken bounds the bytes of a chunk: a counter can take a megabyte
// without a space for a single token.
const bytesPerToken = 16

// cost returns the tokens of text.
func (s *Splitter) cost(text string) int {
	if text == "" {
		return 0
	}
	return max(s.Count(text), (len(text)+bytesPerToken-1)/bytesPerToken)
}

// fitsIn reports whether text has at most room tokens, and how many it has if
// so. It takes no time for a text that is far too long.
func (s *Splitter) fitsIn(room int, text string) (cost int, ok bool) {
	if len(text) > room*bytesPerToken {
		return 0, false
	}
	cost = s.cost(text)
	return cost, cost <= room
}

// A cut is a way to take a text apart.
type cut struct {
	level level // between the parts
	// next returns the length of the first part of text, which is not empty;
	// all of text if there is only one.
	next func(s *Splitter, text string) int
}

// cuts returns the ways to take a section apart, from large parts to small.
func cuts(k rag.Kind) []cut {
	switch k {
	case rag.Code, rag.Table:
		return []cut{{inSection, toBlank}, {inParagraph, toLine}, {inClause, toWords}, {inWord, toGraphemes}}
	case rag.List:
		return []cut{{inSection, toBlank}, {inSection, toLine}, {inParagraph, toSentence}, {inSentence, toClause}, {inClause, toWords}, {inWord, toGraphemes}}
	}
	return []cut{{inSection, toBlank}, {inParagraph, toSentence}, {inLine, toLine}, {inSentence, toClause}, {inClause, toWords}, {inWord, toGraphemes}}
}

// A cutter takes a section apart as far as needed for each atom to fit.
type cutter struct {
	*Splitter
	text string
	kind rag.Kind
	by   Strategy
	room int // tokens of the next atom
	// again is what the header of a table costs when it stands before a part
	// of its rows.
	again int
	emit  func(atom)
}

// cut emits the atoms of text[start:end], the first one after a boundary of the
// given level.
func (c *cutter) cut(start, end int, l level, ways []cut) {
	start, end = trim(c.text, start, end)
	if start == end {
		return
	}
	cost, ok := c.fitsIn(c.room, c.text[start:end])
	if ok && !c.by.parts(c.kind, ways) {
		c.atom(start, end, cost, l)
		return
	}
	if len(ways) == 0 {
		c.characters(start, end, l)
		return
	}
	for start < end {
		n := ways[0].next(c.Splitter, c.text[start:end])
		c.cut(start, start+n, l, ways[1:])
		start, l = start+n, ways[0].level
	}
}

// characters emits an atom for each grapheme.
func (c *cutter) characters(start, end int, l level) {
	for start < end {
		n := grapheme(c.text[start:end])
		if from, to := trim(c.text, start, start+n); from < to {
			c.atom(from, to, c.cost(c.text[from:to]), l)
		}
		start, l = start+n, inWord
	}
}

func (c *cutter) atom(start, end, cost int, l level) {
	c.emit(atom{start: start, end: end, cost: cost, again: c.again, level: l})
	c.room = c.budget - c.again
}

// trim leaves out white space at both ends of text[start:end], unless it belongs
// to a grapheme.
func trim(text string, start, end int) (int, int) {
	for start < end {
		r, n := utf8.DecodeRuneInString(text[start:end])
		if !unicode.IsSpace(r) || r != '\r' && !whole(text[:end], start+n) {
			break
		}
		start += n
	}
	for start < end {
		r, n := utf8.DecodeLastRuneInString(text[start:end])
		if !unicode.IsSpace(r) || r != '\n' && !whole(text, end-n) {
			break
		}
		end -= n
	}
	return start, end
}

// skipSpace returns the position of the first character at or after i that is
// not white space.
func skipSpace(text string, i int) int {
	return len(text) - len(strings.TrimLeftFunc(text[i:], unicode.IsSpace))
}
