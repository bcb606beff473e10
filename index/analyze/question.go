package analyze

import "slices"

// A question is a query on its way to alternatives.
type question struct {
	analyzer  *byLanguage
	languages []*language
	words     [][]string // alternatives
	spaced    []spaced   // the words that are in no dense script
}

// A spaced is a word with the languages of which it is a stop word.
type spaced struct {
	at   int // in words
	stop uint64
}

// add adds a word with what it is in each language.
func (q *question) add(word string) {
	var alternatives []string
	s := spaced{at: len(q.words)}
	v := q.analyzer.queries
	for i, l := range q.languages {
		number := l.number(word, v, v.table(l.base))
		if number == noTerm {
			s.stop |= 1 << min(i, 63)
		} else if term := v.Term(number); !slices.Contains(alternatives, term) {
			alternatives = append(alternatives, term)
		}
	}
	q.words = append(q.words, alternatives)
	q.spaced = append(q.spaced, s)
}

// alternatives returns the words that are left. A stop word of the query's own
// language is left out altogether: in documents of other languages it would be
// rare, and weigh much.
func (q *question) alternatives() [][]string {
	if own, ok := q.language(); ok {
		for _, s := range q.spaced {
			if s.stop&(1<<own) != 0 {
				q.words[s.at] = nil
			}
		}
	}
	return slices.DeleteFunc(q.words, func(w []string) bool { return len(w) == 0 })
}

// language returns the place of the query's language, if that can be told: the
// one of which it has the most stop words, two of them or more, and not fewer
// than every fourth word.
func (q *question) language() (own int, ok bool) {
	most := 0
	for i := range min(len(q.languages), 63) {
		n := 0
		for _, s := range q.spaced {
			n += int(s.stop >> i & 1)
		}
		switch {
		case n > most:
			most, own, ok = n, i, true
		case n == most:
			ok = false
		}
	}
	return own, ok && most >= 2 && most*4 >= len(q.spaced)
}
