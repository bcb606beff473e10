package docx

import (
	"fmt"
	"strconv"
	"strings"

	"ragserver/parse/ooxml"
)

// A noteKey names a note or a comment.
type noteKey struct{ kind, id string }

// notes are the footnotes, endnotes and comments of one document.
type notes struct {
	bodies map[noteKey]*ooxml.Node
	order  []noteKey
	marks  map[noteKey]string // of those that were referred to
	counts map[string]int     // how many of a kind were
}

func readNotes(roots ...*ooxml.Node) *notes {
	ns := &notes{bodies: map[noteKey]*ooxml.Node{}, marks: map[noteKey]string{}, counts: map[string]int{}}
	for _, root := range roots {
		root.Each(func(n *ooxml.Node) {
			key := noteKey{n.Name, n.Attr("id")}
			switch n.Attr("type") {
			case "separator", "continuationSeparator", "continuationNotice":
				return
			}
			if ns.bodies[key] == nil {
				ns.bodies[key] = n
				ns.order = append(ns.order, key)
			}
		}, "footnote", "endnote", "comment")
	}
	return ns
}

// refer notes that a line refers to a note: its mark is added to the text, and
// the note follows the section. A second reference to it does nothing.
func (d *document) refer(l *line, kind string, n *ooxml.Node) {
	key := noteKey{kind, n.Attr("id")}
	if d.notes.bodies[key] == nil || d.notes.marks[key] != "" || d.instructing() {
		return
	}
	d.notes.counts[kind]++
	mark := strconv.Itoa(d.notes.counts[kind])
	if kind == "endnote" {
		mark = ooxml.Number(d.notes.counts[kind], "lowerRoman")
	}
	d.notes.marks[key] = mark
	l.notes = append(l.notes, key)
	if kind != "comment" {
		l.WriteString("[^" + mark + "]")
	}
}

// note returns the text of a note with its mark, of a comment with its author.
func (d *document) note(key noteKey) *line {
	body := d.notes.bodies[key]
	defer func(part string, fields []field) { d.part, d.fields = part, fields }(d.part, d.fields)
	d.part, d.fields = d.noteIn[key.kind], nil
	inner := d.flat(body)
	text := strings.TrimSpace(inner.String())
	l := &line{links: inner.links, notes: inner.notes}
	switch author := oneLine(body.Attr("author")); {
	case text == "":
	case key.kind == "comment" && author != "":
		fmt.Fprintf(l, "Comment by %s: %s", author, text)
	case key.kind == "comment":
		fmt.Fprintf(l, "Comment: %s", text)
	case d.notes.marks[key] == "":
		l.WriteString(text)
	default:
		fmt.Fprintf(l, "[^%s]: %s", d.notes.marks[key], text)
	}
	return l
}

// leftover adds the notes that nothing in the text refers to.
func (d *document) leftover() {
	for _, key := range d.notes.order {
		if d.notes.marks[key] == "" {
			d.group.notes = append(d.group.notes, key)
			d.flush()
		}
	}
}
