// Package analyze turns text into the terms that a text index keeps.
//
// Words are found in one way for all languages, then folded, left out or
// stemmed by the rules of the document's language. A Vocabulary remembers what
// each word became, so that a word costs its rules once and one look afterwards.
package analyze

// The analyzers of this package. New knows bleve's by their names too.
const (
	// Auto follows the language of each document: stop words are left out and
	// words are stemmed by its rules. A document of unknown language is
	// analyzed as by Mixed. It is the default.
	Auto = "auto"

	// Mixed is for English among other languages, whatever the documents say
	// of themselves: English words are stemmed, English stop words left out,
	// words of other languages kept as they are, and scripts without spaces
	// split into characters and pairs of neighbours.
	Mixed = "mixed"

	// Words is Mixed without stemming.
	Words = "words"
)

// MaxTerm is the length in bytes at which a word is cut: a longer one is data,
// not language.
const MaxTerm = 64

// An Analyzer turns texts and queries into terms. It is used by one goroutine at
// a time.
type Analyzer interface {
	// Terms appends the numbers that v gives to the terms of text, in order
	// and as often as they occur. It accepts any bytes. language is a BCP 47
	// tag of which only the base counts, or "". One Vocabulary serves one
	// kind of analyzer.
	Terms(text, language string, v *Vocabulary, to []uint32) []uint32

	// Query returns, for each word of a query, the different terms that it
	// may be in texts of these languages; a word that has none is left out.
	// Languages are as in Terms, and none means [""].
	Query(text string, languages []string) [][]string
}

// New returns the analyzer called name: Auto, which is also "", Mixed, Words, or
// one of bleve's, as in "standard" or "de", for documents of any language.
func New(name string) (Analyzer, error) {
	switch name {
	case "":
		return newByLanguage(Auto)
	case Auto, Mixed, Words:
		return newByLanguage(name)
	}
	return newLibrary(name)
}

// single makes each term the only alternative of a word.
func single(v *Vocabulary, numbers []uint32) [][]string {
	words := make([][]string, len(numbers))
	for i, n := range numbers {
		words[i] = []string{v.Term(n)}
	}
	return words
}
