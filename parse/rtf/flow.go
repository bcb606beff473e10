package rtf

import (
	"strings"

	rag "ragserver"
)

// maxFlows is how deep notes are told apart in each other.
const maxFlows = 8

// A flow is a text that stands by itself: the document, a note, a header. Its
// paragraphs are written, or, if it is not the main one, kept as lines.
type flow struct {
	main    bool
	text    strings.Builder // of the paragraph
	label   string          // of the paragraph: its number or bullet
	links   []string
	after   []section // what follows the paragraph
	lines   []string
	all     []string // links of the lines
	tables  []*table // in each other
	inCells []string // links of the tables
}

// A section is one that waits to be written.
type section struct {
	kind  rag.Kind
	text  string
	links []string
}

func (r *reader) flow() *flow { return r.flows[len(r.flows)-1] }

// branch begins a flow that lasts as long as the group; then gets it when the
// flow around is the current one again.
func (r *reader) branch(then func(*flow)) {
	if len(r.flows) >= maxFlows {
		return
	}
	f := &flow{}
	r.flows = append(r.flows, f)
	r.now.para = look{style: -1}
	r.now.hidden, r.now.capture = false, nil
	r.now.end = func() {
		r.endParagraph()
		f.endTables()
		r.flows = r.flows[:len(r.flows)-1]
		then(f)
	}
}

// follow keeps a section until the paragraph is written.
func (f *flow) follow(s section) {
	if strings.TrimSpace(s.text) != "" {
		f.after = append(f.after, s)
	}
}

// box keeps what a text box says until the paragraph is written.
func (f *flow) box(b *flow) {
	for i, l := range b.lines {
		s := section{kind: rag.Paragraph, text: l}
		if i == 0 {
			s.links = b.all
		}
		f.follow(s)
	}
}

func noteOf(f *flow, prefix string) section {
	text := strings.Join(f.lines, "\n")
	if text == "" {
		return section{}
	}
	return section{rag.Note, prefix + text, f.all}
}

// margin keeps a header or footer, once.
func (r *reader) margin(f *flow) {
	text := strings.Join(f.lines, "\n")
	if strings.Trim(text, " \t\n0123456789-/") == "" {
		return
	}
	for _, m := range r.margins {
		if m == text {
			return
		}
	}
	if len(r.margins) < 100 {
		r.margins = append(r.margins, text)
	}
}

func (r *reader) writeMargins() {
	r.out.Top()
	for _, m := range r.margins {
		r.out.Add(rag.Note, m)
	}
}
