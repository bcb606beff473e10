package layout

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/parse"
)

// compose writes the pages as text with sections.
func (d *Document) compose() (string, []rag.Section) {
	var out parse.Builder
	c := composer{body: d.bodySize(), words: d.vocabulary(), outline: d.headings()}
	repeated := d.repeated()
	for _, p := range d.pages {
		out.Page(p.Number)
		for _, b := range p.blocks {
			if b = repeated.without(b, p); len(b.lines) > 0 {
				c.write(&out, p, b)
			}
		}
		for _, n := range p.Notes {
			out.Put(rag.Section{Kind: rag.Note, Box: p.seen(n.Box)}, n.Text)
		}
	}
	return out.Result()
}

// A composer knows of the whole document what decides about a block.
type composer struct {
	body    float64 // size of the font of most text
	words   map[string]bool
	outline map[place]int // levels
}

func (c composer) write(out *parse.Builder, p laid, b block) {
	text := b.text(c.words)
	s := rag.Section{Kind: rag.Paragraph, Box: p.seen(b.box()), Links: p.linksIn(b)}
	level := c.outline[place{p.Number, bare(text)}]
	if level == 0 {
		level = b.level(c.body)
	}
	if table := b.markdown(); level == 0 && table != "" {
		s.Kind, text = rag.Table, table
	} else if level > 0 {
		s.Kind, s.Level, text = rag.Heading, level, strings.ReplaceAll(text, "\n", " ")
	} else if list := b.list(c.words); list != "" {
		s.Kind, text = rag.List, list
	}
	out.Put(s, text)
}

// bodySize returns the size, in half points, that most characters have.
func (d *Document) bodySize() float64 {
	counts := map[int]int{}
	for _, p := range d.pages {
		for _, b := range p.blocks {
			counts[int(math.Round(b.size*2))] += b.count()
		}
	}
	best, size := 0, 0
	for s, n := range counts {
		if n > best || n == best && s < size {
			best, size = n, s
		}
	}
	return float64(size) / 2
}

// level returns the level of a block that is a heading by its size, 0 if it is
// none.
func (b block) level(body float64) int {
	n := 0
	letters := 0
	for _, l := range b.lines {
		n += utf8.RuneCountInString(l.text)
		for _, r := range l.text {
			if unicode.IsLetter(r) {
				letters++
			}
		}
		if l.cells > 1 {
			return 0
		}
	}
	if n > 200 || len(b.lines) > 4 || letters < 3 || body <= 0 {
		return 0
	}
	switch ratio := b.size / body; {
	case ratio >= 1.6:
		return 1
	case ratio >= 1.3:
		return 2
	case ratio >= 1.14:
		return 3
	}
	return 0
}

// text joins the lines of b: with a space where the paragraph flows, with a line
// break after a line that ends early or has cells, with nothing where a word
// was divided.
func (b block) text(words map[string]bool) string {
	width := 0.0
	for _, l := range b.lines {
		width = max(width, l.x1)
	}
	var s strings.Builder
	for i, l := range b.lines {
		s.WriteString(l.text)
		if i+1 == len(b.lines) {
			break
		}
		next := b.lines[i+1]
		short := width-l.x1 > 0.25*(width-l.x0) || l.cells > 1 || next.cells > 1
		switch joined, ok := divided(s.String(), next.text, words); {
		case ok:
			s.Reset()
			s.WriteString(joined)
		case short:
			s.WriteByte('\n')
		default:
			s.WriteByte(' ')
		}
	}
	return strings.ReplaceAll(s.String(), softHyphen, "")
}

const softHyphen = "\u00AD"

// divided reports whether a word runs from the end of before to the beginning
// of next, and returns before without the hyphen. A hard hyphen is taken off
// only if the whole word is elsewhere in the document.
func divided(before, next string, words map[string]bool) (string, bool) {
	if s, ok := strings.CutSuffix(before, softHyphen); ok {
		return s, true
	}
	s, ok := strings.CutSuffix(before, "-")
	if !ok {
		s, ok = strings.CutSuffix(before, "\u2010")
	}
	if !ok {
		return "", false
	}
	head := s[strings.LastIndexFunc(s, notLetter)+1:]
	end := strings.IndexFunc(next, notLetter)
	if end < 0 {
		end = len(next)
	}
	if head == "" || end == 0 || !unicode.IsLower(firstRune(next)) {
		return "", false
	}
	return s, words[strings.ToLower(head+next[:end])]
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// maxVocabulary bounds what is kept to tell divided words.
const maxVocabulary = 200_000

// vocabulary returns the words of the document that are not at the end of a
// line, in lower case.
func (d *Document) vocabulary() map[string]bool {
	words := map[string]bool{}
	for _, p := range d.pages {
		for _, b := range p.blocks {
			for _, l := range b.lines {
				for w := range strings.FieldsFuncSeq(l.text, notLetter) {
					if len(w) > 3 && len(words) < maxVocabulary {
						words[strings.ToLower(w)] = true
					}
				}
			}
		}
	}
	return words
}
