package docx

import (
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse/ooxml"
)

// maxHeading is up to how many bytes a paragraph that is styled as a heading is
// believed to be one.
const maxHeading = 600

// block adds what stands on a line of its own.
func (d *document) block(n *ooxml.Node) {
	switch n.Name {
	case "p":
		d.paragraph(n)
	case "tbl":
		d.table(n)
	case "AlternateContent":
		d.blocks(n.Alternative())
	case "sdt":
		d.blocks(n.Find("sdtContent"))
	case "ins", "moveTo", "customXml", "smartTag", "subDoc", "oMathPara":
		d.blocks(n)
	case "oMath":
		d.flush()
		d.out.Add(rag.Paragraph, ooxml.Equation(n))
	}
}

func (d *document) blocks(n *ooxml.Node) {
	if n != nil {
		for _, c := range n.Nodes {
			d.block(c)
		}
	}
}

func (d *document) paragraph(n *ooxml.Node) {
	if d.ctx.Err() != nil {
		return
	}
	l := d.line(n)
	text := strings.TrimRight(l.String(), " \t\n")
	properties := n.Find("pPr")
	id := d.styleOf(properties)
	mark, indent, listed := d.numbers.mark(d.itemOf(properties, id))
	level := d.levelOf(properties, id)
	contents := d.styles.contents(id)
	switch {
	case strings.TrimSpace(text) == "":
	case level > 0 && len(text) <= maxHeading:
		d.heading(level, strings.TrimSpace(mark+" "+oneLine(text)), l)
	case listed:
		d.add(rag.List, itemLine(mark, indent, oneLine(text)), l)
	case contents > 0:
		d.add(rag.List, itemLine("-", contents-1, oneLine(text)), l)
	case d.styles.named(id, codeStyles), d.code(l, text):
		d.add(rag.Code, text, l)
	case d.styles.named(id, captionStyles):
		d.put(rag.Caption, text, l)
	default:
		d.put(rag.Paragraph, strings.TrimSpace(text), l)
	}
	d.beside(l)
}

func (d *document) heading(level int, text string, l *line) {
	text = strings.TrimPrefix(text, "- ")
	d.flush()
	d.onPage(l.page, func() {
		d.out.Put(rag.Section{Kind: rag.Heading, Level: level, Links: l.links}, text)
	})
}

// beside adds what was anchored in a paragraph that was just added: boxes, and
// what pictures show and say.
func (d *document) beside(l *line) {
	if len(l.boxes)+len(l.extras) > 0 {
		d.flush()
	}
	for _, e := range l.extras {
		d.out.Add(e.kind, e.text)
	}
	for _, b := range l.boxes {
		d.blocks(b)
		d.flush()
	}
	d.group.notes = append(d.group.notes, l.notes...)
	if d.group.kind == "" {
		d.flush()
	}
}

func (d *document) styleOf(properties *ooxml.Node) string {
	if id := properties.Find("pStyle").Attr("val"); id != "" {
		return id
	}
	return d.styles.paragraph
}

func (d *document) itemOf(properties *ooxml.Node, style string) item {
	it := readItem(properties.Find("numPr"))
	if it.id == "0" { // taken out of the list of its style
		return it
	}
	return it.or(d.styles.item(style))
}

func (d *document) levelOf(properties *ooxml.Node, style string) int {
	if level := outline(properties); level >= 0 {
		return level
	}
	if d.styles.named(style, titleStyles) {
		return 1
	}
	return d.styles.level(style)
}

// A group is of lines that make one section.
type group struct {
	kind  rag.Kind // "" if it is empty
	lines []string
	size  int
	links []string
	page  int
	notes []noteKey // that follow it
}

// maxGroup is the size, in bytes, up to which lines of a list are one section:
// about one chunk. Code is kept together longer.
var maxGroup = map[rag.Kind]int{rag.List: 1500, rag.Code: 16 << 10}

// add adds a line to the group of its kind, and begins one if it has to.
func (d *document) add(kind rag.Kind, text string, l *line) {
	g := &d.group
	if g.kind != kind || g.size+len(text) > maxGroup[kind] {
		d.flush()
		g.kind, g.page = kind, l.page
	}
	g.lines = append(g.lines, text)
	g.links = append(g.links, l.links...)
	g.size += len(text)
}

func (d *document) put(kind rag.Kind, text string, l *line) {
	d.flush()
	d.onPage(l.page, func() { d.out.Put(rag.Section{Kind: kind, Links: l.links}, text) })
}

// flush adds the section of the group, and the notes that wait for its end.
func (d *document) flush() {
	g := d.group
	d.group = group{}
	if g.kind != "" {
		d.onPage(g.page, func() {
			d.out.Put(rag.Section{Kind: g.kind, Links: g.links}, strings.Join(g.lines, "\n"))
		})
	}
	for len(g.notes) > 0 {
		key := g.notes[0]
		l := d.note(key)
		d.out.Put(rag.Section{Kind: rag.Note, Links: l.links}, l.String())
		g.notes = slices.Concat(g.notes[1:], l.notes)
	}
}

// onPage calls f with page as the one of what it adds: a break may have come in
// the middle of it.
func (d *document) onPage(page int, f func()) {
	if page > 0 {
		d.out.Page(page)
	}
	f()
	d.out.Page(d.page)
}

func itemLine(mark string, indent int, text string) string {
	if mark != "" {
		mark += " "
	}
	return strings.Repeat("  ", indent) + mark + text
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
