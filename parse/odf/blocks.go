package odf

import (
	"strings"

	rag "ragserver"
)

// skipped are elements that hold no text of the document: what was deleted,
// declarations, and the models of forms.
var skipped = map[string]bool{
	"text:tracked-changes": true, "office:forms": true, "text:sequence-decls": true, "text:variable-decls": true,
	"text:user-field-decls": true, "text:dde-connection-decls": true, "text:alphabetical-index-auto-mark-file": true,
	"office:event-listeners": true, "presentation:event-listeners": true, "office:scripts": true, "text:script": true,
	"presentation:settings": true, "presentation:footer-decl": true, "presentation:header-decl": true, "presentation:date-time-decl": true,
	"presentation:animations": true, "anim:par": true, "anim:seq": true, "text:table-of-content-source": true,
	"text:illustration-index-source": true, "text:table-index-source": true, "text:object-index-source": true,
	"text:user-index-source": true, "text:alphabetical-index-source": true, "text:bibliography-source": true,
	"office:dde-source": true, "table:dde-links": true, "draw:glue-point": true, "draw:enhanced-geometry": true,
	"draw:image-map": true, "svg:title": true, "svg:desc": true, "office:binary-data": true, "presentation:notes": true,
	"office:change-info": true, "text:index-title-template": true,
}

// text writes the body of a text document.
func (d *document) text(body *node, t *rag.Text) {
	if body.find("text:soft-page-break") != nil {
		d.page, d.flows = 1, true
	}
	d.blocks(body)
	d.finish()
	t.Pages = d.page
	if d.meta != nil && d.page > 0 {
		known := d.meta.child("meta:document-statistic").number("meta:page-count", 0, 1_000_000)
		t.Pages = max(known, d.page)
	}
	d.pageFurniture()
}

// blocks writes the children of n.
func (d *document) blocks(n *node) {
	for _, k := range n.kids {
		if d.ctx.Err() != nil {
			return
		}
		d.block(k)
	}
}

func (d *document) block(n *node) {
	if skipped[n.name] {
		return
	}
	switch n.name {
	case "text:list", "text:numbered-paragraph", "":
		d.endCode()
	case "text:p":
		d.endList()
	default:
		d.endCode()
		d.endList()
	}
	switch n.name {
	case "text:p", "text:h":
		d.paragraph(n)
	case "text:list":
		d.list(n, 1, "")
	case "text:numbered-paragraph":
		d.numbered(n)
	case "table:table":
		d.table(n)
		d.rest()
	case "text:section":
		d.section(n)
	case "text:table-of-content", "text:illustration-index", "text:table-index", "text:object-index",
		"text:user-index", "text:alphabetical-index", "text:bibliography":
		d.index(n)
	case "text:soft-page-break":
		d.turn()
	case "":
		d.stray(n)
	default:
		if !d.shape(n, nil) {
			d.blocks(n)
		}
	}
}

// stray writes text outside of any paragraph, which only a damaged document has.
func (d *document) stray(n *node) {
	if text := strings.Join(strings.Fields(n.text), " "); text != "" {
		d.endList()
		d.put(rag.Paragraph, 0, text, nil)
	}
}

func (d *document) section(n *node) {
	display := n.attr("text:display")
	if display == "none" || display == "condition" && n.attr("text:is-hidden") == "true" {
		d.hidden++
		return
	}
	d.blocks(n)
}

func (d *document) paragraph(n *node) {
	l := d.styles.paragraph(n.attr("text:style-name"))
	if l.hidden {
		d.hidden++
		return
	}
	if l.breaks && d.out.Len() > 0 {
		d.turn()
	}
	s := d.line(n, false)
	text := s.String()
	if l.kind != rag.Code {
		d.endCode()
	}
	switch {
	case n.name == "text:h" || l.level > 0:
		d.heading(n, l, s, "")
	case l.kind == rag.Code:
		d.code += s.verbatim() + "\n"
	default:
		d.put(l.kind, 0, text, s.links)
	}
	d.close(s)
}

// close writes what belongs to a paragraph that has been written.
func (d *document) close(s *line) {
	if len(s.after) > 0 {
		d.endCode()
	}
	d.after = append(d.after, s.after...)
	d.rest()
	for range s.breaks {
		d.turn()
	}
}

// heading writes a heading with its number: the one of a list that it is in, or
// of the outline.
func (d *document) heading(n *node, l look, s *line, number string) {
	title := strings.Join(strings.Fields(s.String()), " ")
	if title == "" {
		return
	}
	level := l.level
	if n.name == "text:h" {
		level = n.number("text:outline-level", max(level, 1), 100)
	}
	if l.title {
		d.shift = 0
	} else if number == "" && n.attr("text:is-list-header") != "true" {
		number = d.styles.outline.next(&d.outline, min(level, maxLevels), n)
	}
	if number != "" {
		title = number + " " + title
	}
	d.put(rag.Heading, level, title, s.links)
	if l.title {
		d.shift = 1
	}
}

// index writes a table of contents, or of words: its lines as a list.
func (d *document) index(n *node) {
	body := n.child("text:index-body")
	if body == nil {
		return
	}
	for _, k := range body.kids {
		switch k.name {
		case "text:index-title":
			d.put(rag.Paragraph, 0, d.plain(k), nil)
		case "text:p":
			s := d.line(k, false)
			if s.breaks > 0 {
				d.endList()
			}
			d.items.add(strings.Join(strings.Fields(s.String()), " "), s.links)
			for range s.breaks {
				d.turn()
			}
		default:
			d.endList()
			d.block(k)
		}
	}
	d.finish()
}
