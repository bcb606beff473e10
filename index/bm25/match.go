package bm25

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"ragserver/index"
	"ragserver/index/analyze"
)

// A matcher says what a chunk is worth to a query in the query language. It
// reads the terms of the chunk in order. One goroutine uses it.
type matcher struct {
	query   *query
	clauses []clause
	words   []matchWord
	numbers []map[uint32]int // by part: the word that a term's number means; nil: not asked yet
	places  []int            // by term of the query: the word that it is
	mask    [4]uint64        // of numbers in the part at hand, by their last 8 bits
	part    int              // at hand

	// Of the chunk at hand.
	seen   []sighting
	counts [][fields]uint32 // by word
	times  []int            // by term of the query: how often clauses that match have it
}

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
func (q *query) parse(ctx context.Context, text string, a analyze.Analyzer) error {
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
func (m *matcher) addWords(parsed Clause, a analyze.Analyzer) {
	languages := m.query.view.languages
	c := clause{sign: parsed.Sign, field: fieldNumber(parsed.Field), phrase: parsed.Phrase}
	c.any = !c.phrase && c.field < 0 && c.sign == Should
	empty := true
	for _, language := range languages {
		known := analyze.NewVocabulary()
		var words []int
		for _, n := range a.Terms(parsed.Text, language, known, nil) {
			words = append(words, m.word(known.Term(n)))
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

// turn gets ready for chunks of a part.
func (m *matcher) turn(part int) {
	if m.part == part {
		return
	}
	if m.numbers == nil {
		m.begin()
	}
	m.part = part
	m.mask = [4]uint64{}
	if m.numbers[part] == nil {
		m.numbers[part] = make(map[uint32]int)
		for i, w := range m.words {
			if number, ok := m.query.view.parts[part].lookup(w.key); ok {
				m.numbers[part][number] = i
			}
		}
	}
	for number := range m.numbers[part] {
		m.mask[number%256/64] |= 1 << (number % 64)
	}
}

// begin is called when the terms of the query are in their final order.
func (m *matcher) begin() {
	m.numbers = make([]map[uint32]int, len(m.query.view.parts))
	m.counts = make([][fields]uint32, len(m.words))
	m.times = make([]int, len(m.query.terms))
	m.places = make([]int, len(m.query.terms))
	for i, t := range m.query.terms {
		m.places[i] = m.word(t.text)
		m.words[m.places[i]].term = i
	}
}

// read finds the words in a chunk.
func (m *matcher) read(p *partView, chunk uint32) {
	m.seen = m.seen[:0]
	clear(m.counts)
	numbers := m.numbers[m.part]
	r := newReader(p.forward(chunk))
	for place := 0; r.more(); place++ {
		number := r.next()
		if m.mask[number%256/64]>>(number%64)&1 == 0 {
			continue
		}
		if word, ok := numbers[number]; ok {
			field := r.field(place)
			m.seen = append(m.seen, sighting{word, place, field})
			m.counts[word][field]++
		}
	}
}

// score returns the score of a chunk, 0 if it does not match.
func (m *matcher) score(part int, chunk uint32) float32 {
	m.turn(part)
	p := &m.query.view.parts[part]
	m.read(p, chunk)
	info := p.chunk(chunk)
	clear(m.times)
	for i := range m.clauses {
		c := &m.clauses[i]
		match := m.matches(c, info.language)
		switch {
		case c.sign == MustNot && match, c.sign == Must && !match && !c.silent(info.language):
			return 0
		case match:
			for _, w := range c.words {
				if t := m.words[w].term; t >= 0 {
					m.times[t]++
				}
			}
		}
	}
	return m.sum(info.length)
}

// sum adds up the terms of the clauses that match.
func (m *matcher) sum(length uint32) float32 {
	q := m.query
	var sum float32
	for i := range q.terms {
		t := &q.terms[i]
		if m.times[i] == 0 {
			continue
		}
		weight := t.weight
		if m.times[i] != t.count {
			weight = q.view.leg.scorer.weight(q.view.chunks, t.df, m.times[i])
		}
		var count uint32
		for field, n := range m.counts[m.places[i]] {
			count += n * q.view.leg.weights.field[field]
		}
		if count > 0 {
			sum += q.worth(weight, count, length)
		}
	}
	return sum
}

// silent says whether a clause has no words in a language.
func (c *clause) silent(language string) bool {
	return slices.ContainsFunc(c.variants, func(v variant) bool {
		return len(v.words) == 0 && slices.Contains(v.languages, language)
	})
}
