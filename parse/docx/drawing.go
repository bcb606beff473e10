package docx

import (
	"slices"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml"
)

// drawing adds what a picture, a shape, a chart or an object says.
func (d *document) drawing(l *line, n *ooxml.Node) {
	if d.instructing() {
		return
	}
	for _, c := range n.Nodes {
		switch c.Name {
		case "txbxContent":
			l.boxes = append(l.boxes, c)
			continue
		case "AlternateContent":
			if a := c.Alternative(); a != nil {
				d.drawing(l, a)
			}
			continue
		case "docPr", "cNvPr":
			l.extra(rag.Caption, ooxml.Alt(c.Attr("descr"), c.Attr("title")))
			l.link(d.pkg.Address(d.ctx, d.part, c.Find("hlinkClick").Attr("r:id")))
		case "shape", "rect", "oval", "roundrect", "group":
			l.extra(rag.Caption, ooxml.Alt(c.Attr("alt"), ""))
			l.link(c.Attr("href"))
		case "textpath": // WordArt
			l.extra(rag.Paragraph, oneLine(c.Attr("string")))
		case "chart":
			d.chart(l, d.target(c.Attr("r:id")))
		case "relIds":
			d.diagram(l, d.target(c.Attr("r:dm")))
		case "p": // text of a drawing that is not Word's own
			if text := ooxml.Words(&ooxml.Node{Nodes: []*ooxml.Node{c}}); text != "" {
				l.extra(rag.Paragraph, text)
			}
			continue
		}
		d.drawing(l, c)
	}
}

// target returns the part that an ID leads to when it is asked for the first time.
func (d *document) target(id string) string {
	r := d.pkg.Related(d.ctx, d.part, id)
	if r.External || r.Target == "" || d.shown[r.Target] {
		return ""
	}
	d.shown[r.Target] = true
	return r.Target
}

func (d *document) chart(l *line, part string) {
	if root := d.pkg.Tree(d.ctx, part); root != nil {
		title, rows := ooxml.Chart(root)
		l.extra(rag.Caption, title)
		l.extra(rag.Table, parse.Table(rows))
	}
}

func (d *document) diagram(l *line, part string) {
	if root := d.pkg.Tree(d.ctx, part); root != nil {
		lines := ooxml.Diagram(root)
		for i := range lines {
			lines[i] = "- " + lines[i]
		}
		l.extra(rag.List, strings.Join(lines, "\n"))
	}
}

// extra adds a section, once: a picture is described on two levels.
func (l *line) extra(kind rag.Kind, text string) {
	e := extra{kind, text}
	if n := len(l.extras); text != "" && !slices.Contains(l.extras[max(0, n-3):], e) {
		l.extras = append(l.extras, e)
	}
}
