package odf

import "strings"

// plain returns the text of the blocks in n, a line each.
func (d *document) plain(n *node) string {
	text, _ := d.flatten(n)
	return text
}

// flatten is plain with the addresses of links.
func (d *document) flatten(n *node) (string, []string) {
	f := &flat{d: d}
	if n.name == "text:p" || n.name == "text:h" {
		f.line(n, "")
	} else {
		f.walk(n, "")
	}
	return strings.Join(f.lines, "\n"), f.links
}

// A flat collects blocks as lines: those of a cell, a note, a text box in a cell.
type flat struct {
	d     *document
	lines []string
	links []string
}

func (f *flat) walk(n *node, mark string) {
	for _, k := range n.kids {
		switch k.name {
		case "text:p", "text:h":
			f.line(k, mark)
			mark = ""
		case "text:list":
			f.list(k, 1, "")
		case "table:table":
			f.table(k)
		case "text:soft-page-break":
			f.d.turn()
		case "office:annotation", "":
			// A comment is no part of a cell's text, white space is no text.
		default:
			if !skipped[k.name] {
				f.other(k, mark)
			}
		}
	}
}

// other takes what a shape holds, or the blocks in an element that only groups
// them.
func (f *flat) other(n *node, mark string) {
	l := &line{d: f.d, flat: true, space: true}
	if f.d.shape(n, l) {
		f.add(l, mark)
		return
	}
	f.walk(n, mark)
}

func (f *flat) line(n *node, mark string) {
	if f.d.styles.paragraph(n.attr("text:style-name")).hidden {
		f.d.hidden++
		return
	}
	f.add(f.d.line(n, true), mark)
}

func (f *flat) add(l *line, mark string) {
	if text := l.String(); text != "" {
		f.lines = append(f.lines, mark+text)
	}
	f.links = append(f.links, l.links...)
	for range l.breaks {
		f.d.turn()
	}
}

func (f *flat) list(n *node, depth int, name string) {
	f.d.eachItem(n, depth, name, func(item *node, mark string, name string) {
		for _, k := range item.kids {
			if k.name == "text:list" {
				f.list(k, depth+1, name)
				continue
			}
			f.walk(&node{kids: []*node{k}}, mark)
			if k.name != "" {
				mark = ""
			}
		}
	})
}

// table takes a table inside a cell: a line for each row.
func (f *flat) table(n *node) {
	rows, links := f.d.rows(n)
	for _, r := range rows {
		cells := r[:0]
		for _, c := range r {
			if c = strings.Join(strings.Fields(c), " "); c != "" {
				cells = append(cells, c)
			}
		}
		if len(cells) > 0 {
			f.lines = append(f.lines, strings.Join(cells, "; "))
		}
	}
	f.links = append(f.links, links...)
}
