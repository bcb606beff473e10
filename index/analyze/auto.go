package analyze

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/registry"
	"golang.org/x/text/unicode/norm"
)

// byLanguage finds words in one way and gives them to the rules of a language.
type byLanguage struct {
	scan    scanner
	waiting waiting
	cache   *registry.Cache
	english *englishWords
	general *language            // of documents whose language has no rules
	known   map[string]*language // by base; nil: all documents are alike
	queries *Vocabulary
}

func newByLanguage(name string) (*byLanguage, error) {
	english, err := newEnglish()
	if err != nil {
		return nil, err
	}
	a := &byLanguage{cache: registry.NewCache(), english: english, queries: NewVocabulary()}
	a.general = &language{english: english}
	switch name {
	case Words:
		english.env = nil
	case Auto:
		a.known = map[string]*language{"": a.general, "en": a.general}
	}
	return a, nil
}

// language returns the rules for documents with this tag.
func (a *byLanguage) language(tag string) *language {
	if a.known == nil {
		return a.general
	}
	if l, ok := a.known[tag]; ok {
		return l
	}
	base := Base(tag)
	l, ok := a.known[base]
	if !ok {
		var err error
		if l, err = newLanguage(base, a.cache, a.english); l == nil || err != nil {
			return a.general // tags are anything: they are not remembered
		}
		a.known[base] = l
	}
	return l
}

// clean returns text as valid UTF-8 in the form in which words are compared.
func clean(text string) string {
	if ascii(text) {
		return text
	}
	return norm.NFKC.String(strings.ToValidUTF8(text, " "))
}

// Terms implements Analyzer.
func (a *byLanguage) Terms(text, tag string, v *Vocabulary, to []uint32) []uint32 {
	l := a.language(tag)
	known := v.table(l.base)
	text = l.text(clean(text))
	w := &a.waiting
	w.n = 0
	for at := 0; at < len(text); {
		n, dense := a.scan.word(text[at:])
		switch {
		case n == 0:
			_, n = utf8.DecodeRuneInString(text[at:])
		case !dense && n <= maxShort:
			if w.add(text, at, n); w.n == len(w.keys) {
				to = w.look(l, v, known, text, to)
			}
		default:
			to = w.look(l, v, known, text, to)
			if dense {
				to = pairs(text[at:at+n], v, to)
			} else if number := l.number(cut(text[at:at+n]), v, known); number != noTerm {
				to = append(to, number)
			}
		}
		at += n
	}
	return w.look(l, v, known, text, to)
}

// A waiting is short words that wait to be looked up: memory answers several
// questions in little more than the time of one.
type waiting struct {
	n    int
	keys [32][2]uint64
	at   [32]int // in the text
}

func (w *waiting) add(text string, at, n int) {
	i := w.n % len(w.keys)
	w.keys[i], w.at[i] = pack(text[at:at+n]), at
	w.n++
}

// look appends the numbers of the words, and forgets these.
func (w *waiting) look(l *language, v *Vocabulary, known *table, text string, to []uint32) []uint32 {
	for i, key := range w.keys[:w.n] {
		place := known.place(key)
		number := uint32(place.number - 2)
		if place.number == 0 {
			n := int(key[1] >> 56)
			number = l.number(text[w.at[i]:w.at[i]+n], v, known)
		}
		if number != noTerm {
			to = append(to, number)
		}
	}
	w.n = 0
	return to
}

// number returns the number of what a word is indexed as, noTerm if it is not.
func (l *language) number(word string, v *Vocabulary, known *table) uint32 {
	number, ok := known.find(word)
	if ok {
		return number
	}
	number = noTerm
	if term := l.term(visible(word)); term != "" {
		number = v.Number(cut(term))
	}
	v.learn(known, word, number)
	return number
}

// visible returns a word without what is not seen, and with plain apostrophes.
func visible(word string) string {
	if ascii(word) {
		return word
	}
	return strings.Map(func(r rune) rune {
		switch classify(r) {
		case invisible, joiner:
			return -1
		case quote:
			return '\''
		}
		return r
	}, word)
}

// Query implements Analyzer.
func (a *byLanguage) Query(text string, tags []string) [][]string {
	if a.queries.Full() {
		a.queries.Clear()
	}
	q := question{analyzer: a, languages: a.languages(tags)}
	text = clean(text)
	for len(text) > 0 {
		n, dense := a.scan.word(text)
		switch {
		case n == 0:
			_, n = utf8.DecodeRuneInString(text)
		case dense:
			q.words = append(q.words, single(a.queries, pairs(text[:n], a.queries, nil))...)
		default:
			q.add(cut(text[:n]))
		}
		text = text[n:]
	}
	return q.alternatives()
}

// languages returns the different rules of languages.
func (a *byLanguage) languages(tags []string) []*language {
	list := make([]*language, 0, len(tags)+1)
	for _, tag := range tags {
		if l := a.language(tag); !slices.Contains(list, l) {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		list = append(list, a.general)
	}
	return list
}
