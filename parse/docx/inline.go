package docx

import (
	"slices"
	"strings"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/parse/ooxml"
)

// A line is the text of a paragraph, and what stands in it but is no text.
type line struct {
	strings.Builder
	links  []string
	notes  []noteKey
	boxes  []*ooxml.Node // with blocks of their own
	extras []extra
	page   int // of its first word
	hidden bool
	typed  int // characters in fonts of one width
}

// An extra is a section beside a paragraph.
type extra struct {
	kind rag.Kind
	text string
}

// line reads a paragraph.
func (d *document) line(p *ooxml.Node) *line {
	id := d.styleOf(p.Find("pPr"))
	l := &line{hidden: d.styles.hidden(id)}
	d.inline(l, p)
	for i := range d.fields {
		d.fields[i].result = true // instructions do not go on in the next paragraph
	}
	if d.title == "" && l.Len() > 0 && d.styles.named(id, titleStyles) {
		d.title = oneLine(l.String())
	}
	return l
}

// inline adds what is in n, which may be a paragraph, a run, or what is around
// runs.
func (d *document) inline(l *line, n *ooxml.Node) {
	if n == nil {
		return
	}
	for _, c := range n.Nodes {
		switch c.Name {
		case "r":
			d.run(l, c)
		case "hyperlink":
			l.link(d.pkg.Address(d.ctx, d.part, c.Attr("r:id")))
			d.inline(l, c)
		case "fldSimple":
			l.link(address(c.Attr("instr")))
			d.inline(l, c)
		case "ins", "moveTo", "smartTag", "customXml", "sdtContent", "dir", "bdo", "fld":
			d.inline(l, c)
		case "sdt":
			d.inline(l, c.Find("sdtContent"))
		case "AlternateContent":
			d.inline(l, c.Alternative())
		case "oMath", "oMathPara":
			d.text(l, ooxml.Equation(c))
		}
	}
}

func (d *document) run(l *line, r *ooxml.Node) {
	hidden := l.hidden
	if p := r.Find("rPr"); p != nil {
		if v := p.Find("vanish"); v != nil {
			hidden = v.On()
		} else if s := p.Find("rStyle"); s != nil && d.styles.hidden(s.Attr("val")) {
			hidden = true
		}
	}
	d.runContent(l, r, hidden)
}

func (d *document) runContent(l *line, r *ooxml.Node, hidden bool) {
	typed := false
	for _, c := range r.Nodes {
		if s, ok := character(c); ok {
			if hidden {
				d.hidden += utf8.RuneCountInString(strings.TrimSpace(s))
				continue
			}
			if d.text(l, s); typed {
				l.typed += len(strings.TrimSpace(s))
			}
			continue
		}
		switch c.Name {
		case "rPr":
			typed = fixedWidth(c)
		case "instrText":
			d.instruction(c.Text)
		case "fldChar":
			d.fieldChar(l, c)
		case "footnoteReference", "endnoteReference", "commentReference":
			d.refer(l, strings.TrimSuffix(c.Name, "Reference"), c)
		case "lastRenderedPageBreak":
			if d.page > 0 {
				d.turn(d.page + 1)
			}
		case "drawing", "pict", "object":
			d.drawing(l, c)
		case "ruby":
			d.inline(l, c.Find("rubyBase"))
		case "AlternateContent":
			if a := c.Alternative(); a != nil {
				d.runContent(l, a, hidden)
			}
		}
	}
}

// character returns the text that an element of a run stands for.
func character(n *ooxml.Node) (string, bool) {
	switch n.Name {
	case "t":
		return strings.ReplaceAll(n.Text, "\u00AD", ""), true
	case "tab", "ptab":
		return "\t", true
	case "br", "cr":
		return "\n", true
	case "noBreakHyphen":
		return "-", true
	case "sym":
		return symbol(n.Attr("font"), n.Attr("char")), true
	}
	return "", false
}

// text adds text that is shown, if it is not part of an instruction.
func (d *document) text(l *line, s string) {
	if s == "" || d.instructing() {
		return
	}
	if l.page == 0 && strings.TrimSpace(s) != "" {
		l.page = d.page
	}
	l.WriteString(s)
}

func (l *line) link(address string) {
	if address != "" && !slices.Contains(l.links, address) && len(l.links) < maxLinks {
		l.links = append(l.links, address)
	}
}

// maxLinks is how many links one paragraph or table may have.
const maxLinks = 1000

// flat returns the text of all blocks in n, on lines, for places that have no
// sections: cells, notes, headers.
func (d *document) flat(n *ooxml.Node) *line {
	l := &line{}
	d.flatInto(l, n)
	return l
}

func (d *document) flatInto(l *line, n *ooxml.Node) {
	if n == nil {
		return
	}
	for _, c := range n.Nodes {
		switch c.Name {
		case "p":
			d.flatParagraph(l, c)
		case "tbl":
			l.newline()
			d.flatTable(l, c)
		case "AlternateContent":
			d.flatInto(l, c.Alternative())
		case "del", "moveFrom":
		default:
			d.flatInto(l, c)
		}
	}
}

func (d *document) flatParagraph(l *line, p *ooxml.Node) {
	if d.ctx.Err() != nil {
		return
	}
	one := d.line(p)
	properties := p.Find("pPr")
	mark, _, _ := d.numbers.mark(d.itemOf(properties, d.styleOf(properties)))
	if text := strings.TrimSpace(one.String()); text != "" {
		l.newline()
		l.WriteString(itemLine(mark, 0, text))
	}
	if l.page == 0 {
		l.page = one.page
	}
	for _, a := range one.links {
		l.link(a)
	}
	l.notes = append(l.notes, one.notes...)
	for _, e := range one.extras {
		l.newline()
		l.WriteString(e.text)
	}
	for _, b := range one.boxes {
		d.flatInto(l, b)
	}
}

func (l *line) newline() {
	if l.Len() > 0 {
		l.WriteByte('\n')
	}
}
