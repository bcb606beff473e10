package bleve

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/registry"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"golang.org/x/text/unicode/norm"
)

// Mixed is the analyzer for English among other languages: English words are
// stemmed, English stop words left out; words of other languages are kept as
// they are, and scripts without spaces are indexed by characters and pairs of
// characters.
const Mixed = "mixed"

const maxWord = 64 // bytes; a longer word is cut: it is data, not language

// An analyzer turns a text into terms. It is used by one goroutine at a time.
type analyzer interface {
	// terms appends the numbers that v gives to the terms of text, in order
	// and as often as they occur. It accepts any bytes.
	terms(text string, v *vocabulary, to []uint32) []uint32
}

// newAnalyzer returns the analyzer called name: Mixed, or one of bleve's.
func newAnalyzer(name string) (analyzer, error) {
	if name == Mixed {
		return newMixed()
	}
	a, err := registry.NewCache().AnalyzerNamed(name)
	if err != nil {
		return nil, fmt.Errorf("analyzer %q: %w", name, err)
	}
	return library{a}, nil
}

// A library is one of bleve's own analyzers.
type library struct{ analysis.Analyzer }

func (l library) terms(text string, v *vocabulary, to []uint32) (terms []uint32) {
	// It runs on workers of bleve's, where a panic would end the process; a
	// stemmer that cannot take a word costs that chunk.
	terms = to
	defer func() { _ = recover() }()
	for _, t := range l.Analyze([]byte(strings.ToValidUTF8(text, " "))) {
		terms = append(terms, v.number(cut(string(t.Term))))
	}
	return terms
}

// A mixed analyzer is the one for English among other languages.
type mixed struct {
	stop analysis.TokenMap
	env  *snowballstem.Env
}

func newMixed() (*mixed, error) {
	stop := analysis.NewTokenMap()
	if err := stop.LoadBytes(en.EnglishStopWords); err != nil {
		return nil, fmt.Errorf("stop words: %w", err)
	}
	return &mixed{stop: stop, env: snowballstem.NewEnv("")}, nil
}

func (m *mixed) terms(text string, v *vocabulary, to []uint32) []uint32 {
	if !ascii(text) {
		text = norm.NFKC.String(strings.ToValidUTF8(text, " "))
	}
	for len(text) > 0 {
		n, dense := word(text)
		switch {
		case n == 0:
			_, n = utf8.DecodeRuneInString(text)
		case dense:
			to = pairs(text[:n], v, to)
		default:
			if number := m.term(text[:n], v); number != noTerm {
				to = append(to, number)
			}
		}
		text = text[n:]
	}
	return to
}

// term returns the number of what a word is indexed as, noTerm if it is not.
func (m *mixed) term(word string, v *vocabulary) uint32 {
	word = cut(word)
	number, ok := v.find(word)
	if ok {
		return number
	}
	number = noTerm
	if term := m.stem(strings.ToLower(word)); term != "" {
		number = v.number(term)
	}
	v.learn(word, number)
	return number
}

func (m *mixed) stem(word string) string {
	word = strings.ReplaceAll(word, "\u2019", "'")
	if m.stop[word] {
		return ""
	}
	word = strings.TrimSuffix(word, "'s")
	word = strings.ReplaceAll(word, "'", "")
	if !ascii(word) || m.stop[word] {
		if m.stop[word] {
			return ""
		}
		return strings.Clone(word)
	}
	m.env.SetCurrent(word)
	english.Stem(m.env)
	return strings.Clone(m.env.Current())
}

// word returns the length of the word that text begins with, 0 if it begins with
// something else, and whether it is of a script that writes no spaces.
func word(text string) (n int, dense bool) {
	for n < len(text) {
		c := text[n]
		if c < utf8.RuneSelf {
			if alphanumeric[c] && !dense || c == '\'' && n > 0 && !dense && letterFollows(text[n+1:]) {
				n++
				continue
			}
			return n, dense
		}
		r, size := utf8.DecodeRuneInString(text[n:])
		switch {
		case unicode.In(r, spaceless...):
			if n > 0 && !dense {
				return n, false
			}
			dense = true
		case dense && !unicode.Is(unicode.M, r):
			return n, true
		case unicode.In(r, unicode.L, unicode.N, unicode.M):
		case r == '\u2019' && n > 0 && letterFollows(text[n+size:]):
		default:
			return n, dense
		}
		n += size
	}
	return n, dense
}

// spaceless are the scripts whose words cannot be told apart by spaces, and
// Hangul, whose words carry their particles.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

var alphanumeric = func() (t [utf8.RuneSelf]bool) {
	for c := range t {
		t[c] = '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return t
}()

func letterFollows(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(r)
}

// pairs appends each character of s and each two neighbours: a query of one
// character is answered, and one of several prefers them together.
func pairs(s string, v *vocabulary, to []uint32) []uint32 {
	last := -1
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		to = append(to, v.number(s[i:end]))
		if last >= 0 {
			to = append(to, v.number(s[last:end]))
		}
		last = i
	}
	return to
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// cut shortens a word that is too long, between characters.
func cut(word string) string {
	if len(word) <= maxWord {
		return word
	}
	n := maxWord
	for !utf8.RuneStart(word[n]) {
		n--
	}
	return word[:n]
}
