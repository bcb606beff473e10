package analyze

import (
	"fmt"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// englishWords is the rules for English words: stop words are left out, the others
// stemmed (Porter 2, snowballstem.org). Words with other letters than a to z are
// kept as they are.
type englishWords struct {
	stop analysis.TokenMap
	env  *snowballstem.Env // nil: words are not stemmed
}

func newEnglish() (*englishWords, error) {
	stop := analysis.NewTokenMap()
	if err := stop.LoadBytes(en.EnglishStopWords); err != nil {
		return nil, fmt.Errorf("stop words of English: %w", err)
	}
	return &englishWords{stop: stop, env: snowballstem.NewEnv("")}, nil
}

// term returns what a word is indexed as, "" if it is not.
func (e *englishWords) term(word string) string {
	word = strings.ToLower(word)
	if e.stop[word] {
		return ""
	}
	word = strings.TrimSuffix(word, "'s")
	word = strings.ReplaceAll(word, "'", "")
	if e.stop[word] {
		return ""
	}
	if e.env == nil || !ascii(word) {
		return word
	}
	e.env.SetCurrent(word)
	english.Stem(e.env)
	return e.env.Current()
}
