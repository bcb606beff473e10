package odf

import (
	"context"
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/parts"
	"ragserver/parse/zipped"
)

// A document is one that is being read.
type document struct {
	ctx     context.Context
	archive *zipped.Archive // nil for a single XML file
	content *node
	masters *node // what stands on every page; may be nil
	meta    *node // may be nil
	styles  *catalog
	parts   *parts.Collector

	out    parse.Builder
	page   int     // of what is written now; 0 if there are no pages
	flows  bool    // pages break where soft page breaks are
	box    rag.Box // of what is written now
	shift  int     // what a title adds to the levels of headings
	items  list    // the list that is written now
	code   string  // the code that is written now
	after  []later // what follows the current block
	inside int     // objects around

	objects  map[string]bool   // members that were read as objects
	controls map[string]string // what controls of forms say; nil until it is asked for

	counts  map[string]*[maxLevels]int // of the last item of lists, by style
	outline [maxLevels]int             // of the last heading
	labels  []string
	hidden  int // paragraphs and sections
	lost    []string
}

// A later is a note, a comment or the content of a frame: it belongs to a
// paragraph and is written after it.
type later struct {
	kind  rag.Kind
	text  string
	links []string
	frame *node
}

func (d *document) warnings() []string {
	out := d.lost
	if d.hidden > 0 {
		out = append(out, fmt.Sprintf("%d hidden paragraphs or sections were left out", d.hidden))
	}
	return out
}

// put writes a section at the current place.
func (d *document) put(kind rag.Kind, level int, text string, links []string) {
	if kind == rag.Heading && level > 0 && strings.TrimSpace(text) != "" {
		level += d.shift
	}
	d.out.Page(d.page)
	d.out.Put(rag.Section{Kind: kind, Level: level, Box: d.box, Links: links}, text)
}

// finish writes what has waited for the end of a list, a stretch of code or a
// block.
func (d *document) finish() {
	d.endCode()
	d.endList()
	d.rest()
}

// rest writes what has waited for the end of a block.
func (d *document) rest() {
	list := d.after
	d.after = nil
	for _, l := range list {
		if l.frame == nil {
			d.put(l.kind, 0, l.text, l.links)
			continue
		}
		d.blocks(l.frame)
		d.finish()
	}
}

func (d *document) endCode() {
	if d.code != "" {
		d.put(rag.Code, 0, strings.TrimRight(d.code, "\n\t "), nil)
	}
	d.code = ""
}

// turn begins a page, if the document has pages that break by themselves.
func (d *document) turn() {
	if d.page > 0 && d.flows {
		d.endCode()
		d.endList()
		d.page++
	}
}
