package bm25

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ragserver/index"
)

// A Sign says what a clause means for a chunk.
type Sign int

// The signs.
const (
	Should  Sign = iota // without a sign: a match adds to the score
	Must                // +: and chunks without are left out
	MustNot             // -: chunks with it are left out
)

// A Clause is a part of a query in the query language.
type Clause struct {
	Sign   Sign
	Field  string // title, heading or body; "": any
	Text   string // words, or the beginning of one
	Phrase bool   // the words follow each other
	Prefix bool   // Text is the beginning of a word
}

// ParseQuery reads a query in the query language, see the package's
// documentation. An error matches index.ErrSyntax and says at which character
// it is, counted from 1.
func ParseQuery(text string) ([]Clause, error) {
	p := parser{text: text}
	var clauses []Clause
	for p.space(); p.at < len(p.text); p.space() {
		c, err := p.clause()
		if err != nil {
			return nil, err
		}
		if len(clauses) == maxTerms {
			return nil, p.wrong(p.at, "there are more than %d words", maxTerms)
		}
		clauses = append(clauses, c)
	}
	return clauses, nil
}

// A parser is on its way through a query.
type parser struct {
	text string
	at   int
}

// wrong says what is wrong at a byte.
func (p *parser) wrong(at int, format string, args ...any) error {
	n := utf8.RuneCountInString(p.text[:at]) + 1
	return fmt.Errorf("bm25: %w: character %d: %s", index.ErrSyntax, n, fmt.Sprintf(format, args...))
}

// space skips white space.
func (p *parser) space() {
	p.at = len(p.text) - len(strings.TrimLeftFunc(p.text[p.at:], unicode.IsSpace))
}

// next takes a byte if it is the next one.
func (p *parser) next(b byte) bool {
	if p.at < len(p.text) && p.text[p.at] == b {
		p.at++
		return true
	}
	return false
}

func (p *parser) clause() (c Clause, err error) {
	begin := p.at
	switch {
	case p.next('+'):
		c.Sign = Must
	case p.next('-'):
		c.Sign = MustNot
	}
	if c.Field, err = p.field(); err != nil {
		return c, err
	}
	if p.next('"') {
		c.Phrase = true
		c.Text, err = p.quoted()
		return c, err
	}
	word := p.word()
	if i := strings.IndexByte(word, '"'); i >= 0 {
		return c, p.wrong(p.at-len(word)+i, "a quote inside a word")
	}
	c.Text, c.Prefix = strings.CutSuffix(word, "*")
	switch {
	case word == "":
		return c, p.wrong(p.at, "%s needs a word after it", p.text[begin:p.at])
	case c.Prefix:
		c.Text = fold(c.Text)
		if strings.IndexFunc(c.Text, wordRune) < 0 {
			return c, p.wrong(p.at-len(word), "* needs the beginning of a word before it")
		}
	}
	return c, nil
}

// word takes all up to white space.
func (p *parser) word() string {
	rest := p.text[p.at:]
	n := strings.IndexFunc(rest, unicode.IsSpace)
	if n < 0 {
		n = len(rest)
	}
	p.at += n
	return rest[:n]
}

// field takes a field's name and a colon, if there are such.
func (p *parser) field() (string, error) {
	begin := p.at
	word := p.word()
	p.at = begin
	name, _, ok := strings.Cut(word, ":")
	if !ok || strings.Contains(name, `"`) {
		return "", nil
	}
	if fieldNumber(name) < 0 {
		return "", p.wrong(begin, "%q is not one of the fields title, heading and body; quote the word if it is none", name)
	}
	p.at += len(name) + 1
	return name, nil
}

// fieldNumber returns the number of a field, -1 if there is none of this name.
func fieldNumber(name string) int {
	return slices.IndexFunc([]int{title, heading, body}, func(i int) bool { return fieldName(i) == name })
}

// quoted takes all up to the closing quote.
func (p *parser) quoted() (string, error) {
	begin := p.at - 1
	var b strings.Builder
	for !p.next('"') {
		if p.at == len(p.text) {
			return "", p.wrong(begin, "the quote is not closed")
		}
		if p.next('\\') && p.at == len(p.text) {
			return "", p.wrong(begin, "the quote is not closed")
		}
		b.WriteByte(p.text[p.at])
		p.at++
	}
	if strings.IndexFunc(b.String(), wordRune) < 0 {
		return "", p.wrong(begin, "no word between the quotes")
	}
	if p.word() != "" {
		return "", p.wrong(begin, "a space is missing after the closing quote")
	}
	return b.String(), nil
}

func wordRune(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }

// fold writes a text as terms are written.
func fold(text string) string {
	return strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(text, " ")))
}
