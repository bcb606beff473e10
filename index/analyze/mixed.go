package analyze

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"golang.org/x/text/unicode/norm"
)

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

func (m *mixed) Terms(text, _ string, v *Vocabulary, to []uint32) []uint32 {
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
func (m *mixed) term(word string, v *Vocabulary) uint32 {
	word = cut(word)
	number, ok := v.find(word)
	if ok {
		return number
	}
	number = noTerm
	if term := m.stem(strings.ToLower(word)); term != "" {
		number = v.Number(term)
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

func (m *mixed) Query(text string, _ []string) [][]string {
	v := NewVocabulary()
	return single(v, m.Terms(text, "", v, nil))
}
