package analyze

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/registry"
)

// Base returns the language of a BCP 47 tag without script and region, lower
// case: "pt" for "pt-BR". Norwegian is "no" whichever way it is written.
func Base(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	switch tag = strings.ToLower(strings.TrimSpace(tag)); tag {
	case "nb", "nn":
		return "no"
	case "iw":
		return "he"
	case "in":
		return "id"
	case "cmn", "yue":
		return "zh"
	}
	return tag
}

// filterNames returns bleve's filters for the words of a language of which bleve
// has no whole analyzer; nil if it has nothing.
func filterNames(base string) []string {
	switch base {
	case "bg", "cs", "el", "eu", "gl", "hy", "id":
		return []string{"to_lower", "stop_" + base}
	case "ca", "ga":
		return []string{"to_lower", "elision_" + base, "stop_" + base}
	}
	return nil
}

// hasAnalyzer lists the languages of which bleve has a whole analyzer that works
// word by word. English has rules of its own here.
func hasAnalyzer(base string) bool {
	switch base {
	case "ar", "ckb", "da", "de", "es", "fa", "fi", "fr", "hi", "hr", "hu",
		"it", "nl", "no", "pt", "ro", "ru", "sv", "tr":
		return true
	}
	return false
}

// A language is the rules for the words of one language.
type language struct {
	base    string // names its table in a Vocabulary
	filters []analysis.TokenFilter
	latin   bool          // it is written in Latin letters
	english *englishWords // takes the words of English, in a language that is not Latin
}

// newLanguage returns the rules of bleve for a language, nil if it has none.
func newLanguage(base string, cache *registry.Cache, english *englishWords) (*language, error) {
	l := &language{base: base, latin: true, english: english}
	switch base {
	case "ar", "bg", "ckb", "el", "fa", "hi", "hy", "ru":
		l.latin = false
	}
	if hasAnalyzer(base) {
		a, err := cache.AnalyzerNamed(base)
		if err != nil {
			return nil, fmt.Errorf("language %q: %w", base, err)
		}
		whole, ok := a.(*analysis.DefaultAnalyzer)
		if !ok {
			return nil, fmt.Errorf("language %q: its analyzer is a %T", base, a)
		}
		l.filters = whole.TokenFilters
		return l, nil
	}
	names := filterNames(base)
	if names == nil {
		return nil, nil
	}
	for _, name := range names {
		f, err := cache.TokenFilterNamed(name)
		if err != nil {
			return nil, fmt.Errorf("language %q: filter %q: %w", base, name, err)
		}
		l.filters = append(l.filters, f)
	}
	return l, nil
}

// text prepares a whole text, where the rules look across words.
func (l *language) text(s string) string {
	if l.base == "ckb" {
		// Heh and a non-joiner are one letter, Ae.
		return strings.ReplaceAll(s, "\u0647\u200C", "\u06D5")
	}
	return s
}

// term returns what a word is indexed as, "" if it is not.
func (l *language) term(word string) string {
	if l.filters == nil || !l.latin && ascii(word) {
		return l.english.term(word)
	}
	if l.base == "tr" {
		word = strings.ToLowerSpecial(unicode.TurkishCase, word)
	}
	word = strings.ToLower(word)
	if l.base == "el" {
		word = unaccented(word)
	}
	term, ok := l.filtered(word)
	if !ok {
		return ""
	}
	return strings.ReplaceAll(term, "'", "")
}

// filtered sends a word through the filters, and says whether they leave
// anything of it. A word on which a stemmer panics is kept as it is.
func (l *language) filtered(word string) (term string, ok bool) {
	defer func() {
		if recover() != nil {
			term, ok = word, true
		}
	}()
	tokens := analysis.TokenStream{{Term: []byte(word), Start: 0, End: len(word), Position: 1, Type: analysis.AlphaNumeric}}
	for _, f := range l.filters {
		tokens = f.Filter(tokens)
	}
	if len(tokens) == 0 {
		return "", false
	}
	if !utf8.Valid(tokens[0].Term) {
		return word, true
	}
	return string(tokens[0].Term), true
}

// unaccented returns a Greek word without accents and with one kind of sigma:
// capitals are written without either.
func unaccented(word string) string {
	return strings.Map(func(r rune) rune {
		const from, to = "άέήίόύώϊϋΐΰς", "αεηιουωιυιυσ"
		if i := strings.IndexRune(from, r); i >= 0 {
			r, _ = utf8.DecodeRuneInString(to[i:]) // each has two bytes
		}
		return r
	}, word)
}
