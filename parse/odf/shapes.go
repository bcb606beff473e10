package odf

import (
	"strings"

	rag "ragserver"
)

// textShapes are the shapes that may hold paragraphs.
var textShapes = map[string]bool{
	"draw:text-box": true, "draw:custom-shape": true, "draw:rect": true, "draw:ellipse": true, "draw:circle": true,
	"draw:line": true, "draw:polyline": true, "draw:polygon": true, "draw:regular-polygon": true, "draw:path": true,
	"draw:connector": true, "draw:measure": true, "draw:caption": true, "draw:g": true, "draw:image": true,
}

// shape reads a shape or a frame, and reports whether n is one. Its content goes
// into the flat line l, or after the line l, or, if l is nil, stands by itself.
func (d *document) shape(n *node, l *line) bool {
	var content *node
	switch {
	case n.name == "draw:frame" || n.name == "draw:object" || n.name == "draw:object-ole":
		formula, inner := d.frame(n)
		if formula != "" && l != nil {
			l.write(formula)
			return true
		}
		if content = inner; formula != "" {
			content = paragraphs("", formula)
		}
	case n.name == "draw:control":
		content = paragraphs("", d.control(n.attr("draw:control")))
	case textShapes[n.name]:
		content = n
	case strings.HasPrefix(n.name, "draw:") && n.name != "draw:a" && n.name != "draw:page" || n.name == "dr3d:scene":
		return true
	default:
		return false
	}
	switch {
	case content == nil || len(content.kids) == 0:
	case l == nil:
		d.blocks(content)
		d.finish()
	case l.flat:
		text, links := d.flatten(content)
		if text != "" && l.b.Len() > 0 {
			l.write("\n")
		}
		l.write(text)
		l.links = append(l.links, links...)
	default:
		l.later(later{frame: content})
	}
	return true
}

// frame returns the formula that is in a frame, or the blocks of the first thing
// in it that can be read, and what is said of a picture.
func (d *document) frame(n *node) (formula string, content *node) {
	content = &node{}
	kids := n.kids
	if n.name != "draw:frame" {
		kids = []*node{n}
	}
	for _, k := range kids {
		switch k.name {
		case "draw:text-box":
			content.kids = append(content.kids, k.kids...)
			return "", content
		case "table:table":
			content.kids = append(content.kids, k)
			return "", content
		case "draw:object":
			if formula, inner := d.object(k); formula != "" || inner != nil {
				if inner != nil {
					content.kids = append(content.kids, inner.kids...)
				}
				return formula, content
			}
		case "draw:object-ole":
			d.file(k, n.attr("draw:name"))
			return "", content
		}
	}
	title, desc := n.child("svg:title").words(), n.child("svg:desc").words()
	if desc == title {
		desc = ""
	}
	return "", paragraphs("Caption", title, desc)
}

// paragraphs returns texts as paragraphs of a style.
func paragraphs(style string, texts ...string) *node {
	out := &node{}
	for _, s := range texts {
		if s != "" {
			p := &node{name: "text:p", kids: []*node{{text: s}}}
			p.set("text:style-name", style)
			out.kids = append(out.kids, p)
		}
	}
	return out
}

// control returns what a control of a form says: its label and its value.
func (d *document) control(id string) string {
	if d.controls == nil {
		d.controls = make(map[string]string)
		if forms := d.content.find("office:forms"); forms != nil {
			d.collect(forms)
		}
	}
	return d.controls[id]
}

func (d *document) collect(n *node) {
	for _, k := range n.kids {
		id := k.attr("form:id")
		if id == "" {
			id = k.attr("xml:id")
		}
		if k.name != "form:hidden" && k.name != "form:password" {
			value := k.attr("form:current-value")
			if value == "" {
				value = k.attr("form:value")
			}
			d.controls[id] = strings.TrimSpace(k.attr("form:label") + " " + value)
		}
		d.collect(k)
	}
}

// pageFurniture writes what stands on every page of a text, once.
func (d *document) pageFurniture() {
	if d.masters == nil {
		return
	}
	d.out.Top()
	d.page = 0
	seen := make(map[string]bool)
	for _, m := range d.masters.kids {
		for _, k := range m.kids {
			if !strings.HasPrefix(k.name, "style:header") && !strings.HasPrefix(k.name, "style:footer") || k.attr("style:display") == "false" {
				continue
			}
			text, links := d.flatten(k)
			if strings.Trim(text, " \t\n0123456789/-") != "" && !seen[text] {
				seen[text] = true
				d.put(rag.Note, 0, text, links)
			}
		}
	}
	d.finish()
}
