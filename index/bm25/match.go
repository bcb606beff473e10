package bm25

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"ragserver/index"
)

// A matcher says what a chunk is worth to a query in the query language. It looks
// the words up in their lists, and reads the terms of the chunk in order where
// that matters. One goroutine uses it.
type matcher struct {
	query   *query
	clauses []clause
	words   []matchWord
	needs   []need
	inOrder bool       // the terms of chunks are read
	numbers [][]uint32 // by part and word: the number of the term and 1; nil: not asked yet
	places  []int      // by term of the query: the word that it is

	// Of the part at hand.
	part    int
	route   route
	leads   []uint32       // see find
	cursors []cursor       // by word
	meaning map[uint32]int // the word that a term's number means
	mask    [4]uint64      // of those numbers, by their last 8 bits

	// Of the chunk at hand.
	seen   []sighting
	totals []uint32         // by word: what it weighs
	counts [][fields]uint32 // by word, if terms are read in order
	times  []int            // by term of the query: how often clauses that match have it
}

// maxLooked is how many words are looked up in their lists rather than in the
// terms of a chunk.
const maxLooked = 16

// A matchWord is a word that is looked for in chunks.
type matchWord struct {
	key
	term int // of the query; -1: it adds nothing to a score
}

// A sighting is a word in a chunk.
type sighting struct{ word, place, field int }

// A clause is a Clause as a chunk may have it.
type clause struct {
	sign     Sign
	field    int // or -1: any
	phrase   bool
	any      bool      // it matches by any of its words
	variants []variant // it matches by any of these
	words    []int     // what a match is worth, with repetitions
}

// A variant is the words of a clause in some languages.
type variant struct {
	languages []string
	words     []int
}

// parse sets the terms of q and what chunks have to match.
func (q *query) parse(ctx context.Context, text string, a *asker) error {
	parsed, err := ParseQuery(text)
	if err != nil {
		return err
	}
	m := &matcher{query: q, part: -1}
	q.match = m
	for _, c := range parsed {
		if err := ctx.Err(); err != nil {
			return err
		}
		if c.Prefix {
			m.addPrefix(c)
		} else {
			m.addWords(c, a)
		}
		if len(m.words) > maxTerms {
			return fmt.Errorf("bm25: %w: there are more than %d words", index.ErrSyntax, maxTerms)
		}
	}
	return nil
}

// addWords adds a clause of words. One that is empty in all languages, as of
// stop words, is as if it were not there.
func (m *matcher) addWords(parsed Clause, a *asker) {
	languages := m.query.view.languages
	c := clause{sign: parsed.Sign, field: fieldNumber(parsed.Field), phrase: parsed.Phrase}
	c.any = !c.phrase && c.field < 0 && c.sign == Should
	empty := true
	for _, language := range languages {
		var words []int
		for _, n := range a.Terms(parsed.Text, language, a.known, nil) {
			words = append(words, m.word(a.known.Term(n)))
		}
		if c.phrase {
			words = m.dropFirst(words)
		}
		empty = empty && len(words) == 0
		i := slices.IndexFunc(c.variants, func(v variant) bool { return slices.Equal(v.words, words) })
		if i < 0 {
			i = len(c.variants)
			c.variants = append(c.variants, variant{words: words})
		}
		c.variants[i].languages = append(c.variants[i].languages, language)
	}
	if empty {
		return
	}
	if c.sign != MustNot {
		for _, word := range a.Query(parsed.Text, languages) {
			for _, t := range word {
				if m.query.add(t) >= 0 {
					c.words = append(c.words, m.word(t))
				}
			}
		}
	}
	m.clauses = append(m.clauses, c)
}

// dropFirst leaves out the first character of a phrase in a script that is
// indexed by characters and pairs: inside a text a pair would follow it.
func (m *matcher) dropFirst(words []int) []int {
	if len(words) < 3 {
		return words
	}
	first, second, pair := m.words[words[0]].text, m.words[words[1]].text, m.words[words[2]].text
	if utf8.RuneCountInString(first) == 1 && pair == first+second {
		return words[1:]
	}
	return words
}

// word returns the number of a word in the matcher.
func (m *matcher) word(text string) int {
	i := slices.IndexFunc(m.words, func(w matchWord) bool { return w.text == text })
	if i < 0 {
		i = len(m.words)
		m.words = append(m.words, matchWord{key: newKey(text), term: -1})
	}
	return i
}

// silent says whether a clause has no words in a language.
func (c *clause) silent(language string) bool {
	return slices.ContainsFunc(c.variants, func(v variant) bool {
		return len(v.words) == 0 && slices.Contains(v.languages, language)
	})
}
