package odf

import (
	"regexp"
	"strings"

	rag "ragserver"
)

// furniture are the placeholders that say the same on every slide.
var furniture = map[string]bool{"date-time": true, "footer": true, "header": true, "page-number": true, "page": true, "handout": true}

// slides writes each page of a presentation or drawing.
func (d *document) slides(body *node) {
	for _, k := range body.kids {
		if k.name != "draw:page" {
			continue
		}
		if d.ctx.Err() != nil {
			return
		}
		d.page++
		d.labels = append(d.labels, labelOf(k.attr("draw:name")))
		d.slide(k)
	}
}

// byProgram matches the names that a program gives to pages by itself.
var byProgram = regexp.MustCompile(`^\p{L}*[ _]?\d+$`)

func labelOf(name string) string {
	if name = strings.TrimSpace(name); byProgram.MatchString(name) {
		return ""
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// pageLabels returns the names of the pages, none if none was given by a person.
func (d *document) pageLabels() []string {
	for _, l := range d.labels {
		if l != "" {
			return d.labels
		}
	}
	return nil
}

// slide writes the title first, then the other shapes in the order in which they
// are read, comments, and the notes of the speaker.
func (d *document) slide(n *node) {
	d.out.Top()
	size := d.styles.layouts[d.styles.masters[n.attr("draw:master-page-name")]]
	shapes := shapesOf(n, nil)
	for i, s := range shapes {
		if class := s.node.attr("presentation:class"); class == "title" {
			d.box = s.rect.box(size)
			title, links := d.flatten(&node{kids: []*node{s.node}})
			d.put(rag.Heading, 1, strings.Join(strings.Fields(title), " "), links)
			d.finish()
			shapes = append(shapes[:i:i], shapes[i+1:]...)
			break
		}
	}
	for _, s := range inOrder(shapes) {
		d.box = s.rect.box(size)
		d.block(s.node)
		d.finish()
	}
	d.box = rag.Box{}
	l := &line{d: d}
	for _, k := range n.kids {
		if k.name == "office:annotation" {
			l.comment(k)
		}
	}
	d.close(l)
	if notes := n.child("presentation:notes"); notes != nil {
		for _, s := range shapesOf(notes, nil) {
			text, links := d.flatten(&node{kids: []*node{s.node}})
			d.put(rag.Note, 0, text, links)
		}
	}
	d.finish()
}

// A shape is one with its place.
type shape struct {
	node *node
	rect rect
}

// shapesOf returns the shapes of a page that hold something of its own, those of
// groups one by one.
func shapesOf(n *node, out []shape) []shape {
	for _, k := range n.kids {
		switch {
		case k.name == "draw:g" || k.name == "draw:a":
			out = shapesOf(k, out)
		case k.attr("presentation:placeholder") == "true" || furniture[k.attr("presentation:class")]:
		case strings.HasPrefix(k.name, "draw:") || k.name == "table:table":
			out = append(out, shape{k, place(k)})
		}
	}
	return out
}
