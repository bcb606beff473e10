package xml

import (
	stdxml "encoding/xml"
	"regexp"
	"strings"

	rag "ragserver"
	"ragserver/parse"
)

// A walker puts character data together. It guesses what an element is from its
// name and from where it stands, since vocabularies are many.
type walker struct {
	open  []element
	text  strings.Builder // of the current block
	lines []string        // "name: value" of neighbouring short elements
	out   parse.Builder
	title string
	kind  string // the public name of the kind of document, as it is declared
}

type element struct {
	name   string
	parent bool // has elements inside
}

// inline elements do not end a paragraph.
var inline = set("a b i u em strong italic bold sub sup span xref ext-link code tt emph phrase link ulink foreignphrase citetitle underline sc monospace named-content tspan abbr q cite small mark inline-formula ph uri email")

// prose elements hold text that needs no name.
var prose = set("p para simpara li listitem entry td th text description summary content abstract body div section sec paragraph note quote caption string item dd dt blockquote speech line l")

var titles = set("title head article-title heading h1 h2 h3 h4 h5 h6 headline")

// skipped elements hold no text for people.
var skipped = set("script style math mml:math tex-math")

func set(names string) map[string]bool {
	out := map[string]bool{}
	for n := range strings.FieldsSeq(names) {
		out[n] = true
	}
	return out
}

var doctype = regexp.MustCompile(`^DOCTYPE\s+[^\s\[\]<>"]{1,100}\s+PUBLIC\s+(?:"[^"<]{1,300}"|'[^'<]{1,300}')(?:\s+(?:"[^"<]{1,300}"|'[^'<]{1,300}'))?`)

// declare notes the public name of a kind of document, by which the vocabulary is
// known. What else a declaration may hold is no text.
func (w *walker) declare(directive string) {
	m := doctype.FindString(directive)
	if m == "" || w.kind != "" || w.out.Len() > 0 || len(w.open) > 0 {
		return
	}
	w.kind = m
	w.out.Add(rag.Note, "<!"+m+">")
}

func (w *walker) start(e stdxml.StartElement) {
	name := e.Name.Local
	lower := strings.ToLower(name)
	if !inline[lower] && !w.within() {
		w.block("")
	}
	if n := len(w.open); n > 0 {
		w.open[n-1].parent = true
	}
	w.open = append(w.open, element{name: name})
	for _, a := range e.Attr {
		switch strings.ToLower(a.Name.Local) {
		case "title", "label", "alt", "text", "description", "summary":
			w.line(name+" "+a.Name.Local, a.Value)
		}
	}
}

// within reports whether the current block has begun with text of its own: an
// element after it on the same line is part of the sentence.
func (w *walker) within() bool {
	s := w.text.String()
	return len(s) < 64<<10 && strings.TrimSpace(s) != "" && !strings.HasSuffix(strings.TrimRight(s, " \t"), "\n")
}

func (w *walker) end(name string) {
	n := len(w.open) - 1
	for n >= 0 && w.open[n].name != name {
		n--
	}
	if n < 0 {
		return // an end without a start
	}
	lower := strings.ToLower(name)
	switch {
	case skipped[lower]:
		w.text.Reset()
	case inline[lower]:
	default:
		w.block(name)
		if w.open[n].parent {
			w.flushLines()
		}
	}
	w.open = w.open[:n]
}

// block ends the current block, whose text stood in the element name; "" if it
// is followed by another element.
func (w *walker) block(name string) {
	text := strings.Join(strings.Fields(w.text.String()), " ")
	w.text.Reset()
	if text == "" {
		return
	}
	lower := strings.ToLower(name)
	switch {
	case titles[lower] && len(text) <= 300:
		w.flushLines()
		w.out.Heading(len(w.open), text)
		if w.title == "" {
			w.title = text
		}
	case name == "" || prose[lower] || len(text) > 200:
		w.flushLines()
		w.out.Add(rag.Paragraph, text)
	default:
		w.line(name, text)
	}
}

func (w *walker) line(name, value string) {
	if value = strings.Join(strings.Fields(value), " "); value != "" {
		w.lines = append(w.lines, name+": "+value)
	}
}

// flushLines makes the collected lines a section: they belong to one record.
func (w *walker) flushLines() {
	w.out.Add(rag.Paragraph, strings.Join(w.lines, "\n"))
	w.lines = w.lines[:0]
}

func (w *walker) flush() {
	w.block("")
	w.flushLines()
}
