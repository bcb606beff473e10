package chunk

import (
	"sort"
	"unicode/utf8"

	rag "ragserver"
)

// A writer makes chunks of runs of atoms.
type writer struct {
	*Splitter
	doc      rag.URI
	text     string
	sections []rag.Section

	chunks []rag.Chunk
	byte   int // where the last chunk starts
	rune   int // and how many characters are before it
	floor  int // overlap does not go back beyond this byte
	orphan int // the first chunk that is not in a family yet
}

func (w *writer) write(atoms []atom) {
	first := atoms[0]
	start, end := w.start(first, len(atoms) == 1), atoms[len(atoms)-1].end
	section := w.sections[first.section]
	text := w.text[start:end]
	w.rune += utf8.RuneCountInString(w.text[w.byte:start])
	w.byte = start
	c := rag.Chunk{
		URI: w.doc, Ordinal: len(w.chunks),
		Kind: w.kind(atoms), Heading: section.Heading, Page: section.Page, Box: w.box(atoms),
		Start: w.rune, End: w.rune + utf8.RuneCountInString(text), Text: text,
	}
	if first.again > 0 {
		end, _ := w.header(w.text, section)
		c.Header = w.text[section.Start:end]
	}
	w.chunks = append(w.chunks, c)
	w.floor = first.start
	for _, a := range atoms[1:] {
		if a.level >= nearTopics || a.level == underHeading {
			w.floor = a.start
		}
	}
}

// family makes one parent of the chunks since the last call: all that they span.
func (w *writer) family() {
	children := w.chunks[w.orphan:]
	w.orphan = len(w.chunks)
	if len(children) == 0 {
		return
	}
	span := rag.Span{Start: children[0].Start, End: children[len(children)-1].End}
	for i, c := range children {
		if c.Start > span.Start || c.End < span.End {
			children[i].Parent = span
		}
	}
}

// box returns the box around the sections of atoms, which are on one page.
func (w *writer) box(atoms []atom) rag.Box {
	box, last := rag.Box{}, -1
	for _, a := range atoms {
		if a.section != last {
			box, last = box.Union(w.sections[a.section].Box), a.section
		}
	}
	return box
}

// kind returns the kind of the first atom below the headings.
func (w *writer) kind(atoms []atom) rag.Kind {
	for _, a := range atoms {
		if k := w.sections[a.section].Kind; k != rag.Heading {
			return k
		}
	}
	return rag.Heading
}

// start returns where the chunk that begins with a starts, overlap included: at
// the first sentence before it that Overlap allows, or else the first word.
func (w *writer) start(a atom, alone bool) int {
	overlap := w.Overlap
	if alone { // a single grapheme can need more room than is left without overlap
		overlap = min(overlap, w.Size-a.cost)
	}
	if overlap <= 0 || len(w.chunks) == 0 || a.again > 0 || a.level >= nearTopics || a.level == underHeading {
		return a.start
	}
	from := max(w.floor, a.start-overlap*bytesPerToken)
	for from < a.start && !utf8.RuneStart(w.text[from]) {
		from++
	}
	for _, next := range []func(*Splitter, string) int{toSentence, func(_ *Splitter, s string) int { return wordEnd(s, 0) }} {
		if at := w.earliest(from, a.start, overlap, next); at < a.start {
			if w.inTable(a.section, at) {
				break
			}
			return at
		}
	}
	return a.start
}

// inTable reports whether at is in a table before the given section: its rows
// would lack their header there.
func (w *writer) inTable(section, at int) bool {
	for i := section - 1; i >= 0 && w.sections[i].End > at; i-- {
		if w.sections[i].Kind == rag.Table && w.sections[i].Start < at {
			return true
		}
	}
	return false
}

// earliest returns the first beginning of a part of text[from:to] from where to
// is within overlap tokens; to if there is none.
func (w *writer) earliest(from, to, overlap int, next func(*Splitter, string) int) int {
	var starts []int
	if from == w.floor {
		starts = append(starts, from)
	}
	for at := from; ; {
		at += next(w.Splitter, w.text[at:to])
		if at >= to {
			break
		}
		starts = append(starts, at)
	}
	i := sort.Search(len(starts), func(i int) bool {
		_, ok := w.fitsIn(overlap, w.text[starts[i]:to])
		return ok
	})
	if i == len(starts) {
		return to
	}
	return starts[i]
}
