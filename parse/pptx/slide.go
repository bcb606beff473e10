package pptx

import (
	"fmt"
	"strings"

	rag "ragserver"
	"ragserver/parse"
	"ragserver/parse/ooxml"
)

// A slide is one being read.
type slide struct {
	*deck
	part     string
	template template
	titled   bool
}

// slide adds the page of a number.
func (d *deck) slide(number int, part string) {
	d.out.Page(number)
	d.out.Top()
	root := d.pkg.Tree(d.ctx, part)
	if root == nil {
		return
	}
	if s := root.Attr("show"); s == "0" || s == "false" {
		d.hidden = append(d.hidden, fmt.Sprintf("slide %d is hidden when the presentation is shown", number))
	}
	s := &slide{deck: d, part: part, template: d.templateOf(part)}
	shapes := s.shapes(root.Find("cSld", "spTree"), whole)
	s.heading(shapes)
	s.add(inOrder(shapes))
	s.notes()
	s.comments()
}

// heading adds the title first, wherever it stands.
func (s *slide) heading(shapes []*shape) {
	for _, sh := range shapes {
		if len(sh.inside) > 0 {
			s.heading(sh.inside)
		}
		if s.titled || !sh.isTitle() {
			continue
		}
		l := s.linesOf(sh.node.Find("txBody"))
		title := strings.Join(strings.Fields(l.all()), " ")
		if title == "" {
			continue
		}
		s.titled, sh.done = true, true
		s.out.Put(rag.Section{Kind: rag.Heading, Level: 1, Box: s.box(sh), Links: l.links}, title)
		if s.title == "" {
			s.deck.title = parse.Cut(title, 300)
		}
	}
}

func (s *slide) add(shapes []*shape) {
	for _, sh := range shapes {
		switch {
		case sh.done || s.ctx.Err() != nil:
		case sh.inside != nil:
			s.caption(sh)
			s.add(inOrder(sh.inside))
		case sh.role == "sldNum" || sh.role == "dt":
		case sh.role == "ftr" || sh.role == "hdr":
			s.footer(sh)
		case sh.node.Name == "graphicFrame":
			s.caption(sh)
			s.frame(sh)
		case sh.node.Find("txBody") != nil && s.text(sh):
		default:
			s.caption(sh)
		}
	}
}

// footer adds what stands at the bottom of slides: once in a presentation.
func (s *slide) footer(sh *shape) {
	l := s.linesOf(sh.node.Find("txBody"))
	text := strings.TrimSpace(l.all())
	if text != "" && !s.shown["footer "+text] {
		s.shown["footer "+text] = true
		s.out.Put(rag.Section{Kind: rag.Note, Box: s.box(sh), Links: l.links}, text)
	}
}

// caption adds what stands for a picture.
func (s *slide) caption(sh *shape) {
	p := sh.properties()
	text := ooxml.Alt(p.Attr("descr"), p.Attr("title"))
	var links []string
	if a := s.pkg.Address(s.ctx, s.part, p.Find("hlinkClick").Attr("r:id")); a != "" {
		links = []string{a}
	}
	s.out.Put(rag.Section{Kind: rag.Caption, Box: s.box(sh), Links: links}, text)
}

// frame adds a table, a chart, or the texts of a SmartArt.
func (s *slide) frame(sh *shape) {
	data := sh.node.Find("graphic", "graphicData")
	if t := data.Find("tbl"); t != nil {
		s.table(sh, t)
	}
	if root := s.drawing(data.Find("chart").Attr("r:id")); root != nil {
		title, rows := ooxml.Chart(root)
		s.out.Put(rag.Section{Kind: rag.Caption, Box: s.box(sh)}, title)
		s.out.Put(rag.Section{Kind: rag.Table, Box: s.box(sh)}, parse.Table(rows))
	}
	if root := s.drawing(data.Find("relIds").Attr("r:dm")); root != nil {
		lines := ooxml.Diagram(root)
		for i := range lines {
			lines[i] = "- " + lines[i]
		}
		s.out.Put(rag.Section{Kind: rag.List, Box: s.box(sh)}, strings.Join(lines, "\n"))
	}
}

// drawing reads the part that an ID leads to, once.
func (s *slide) drawing(id string) *ooxml.Node {
	r := s.pkg.Related(s.ctx, s.part, id)
	if r.External || r.Target == "" || s.shown["part "+r.Target] {
		return nil
	}
	s.shown["part "+r.Target] = true
	return s.pkg.Tree(s.ctx, r.Target)
}

// notes adds what the speaker noted.
func (s *slide) notes() {
	part := s.pkg.Of(s.ctx, s.part, "notesSlide")
	if part == "" || s.shown["part "+part] {
		return
	}
	s.shown["part "+part] = true
	of := &slide{deck: s.deck, part: part}
	for _, sh := range of.shapes(s.pkg.Tree(s.ctx, part).Find("cSld", "spTree"), whole) {
		if sh.role != "body" {
			continue
		}
		l := of.linesOf(sh.node.Find("txBody"))
		s.out.Put(rag.Section{Kind: rag.Note, Links: l.links}, strings.TrimSpace(l.all()))
	}
}

// comments adds what reviewers wrote, in the old and the new form.
func (s *slide) comments() {
	for _, r := range s.pkg.Relations(s.ctx, s.part) {
		if r.Type != "comments" || r.External || s.shown["part "+r.Target] {
			continue
		}
		s.shown["part "+r.Target] = true
		s.commentsIn(s.pkg.Tree(s.ctx, r.Target))
	}
}

func (s *slide) commentsIn(n *ooxml.Node) {
	n.Each(func(c *ooxml.Node) {
		text := strings.TrimSpace(textOf(c.Find("text")))
		if text == "" {
			text = strings.TrimSpace(s.linesOf(c.Find("txBody")).all())
		}
		by := ""
		if a := s.authors[c.Attr("authorId")]; a != "" {
			by = " by " + a
		}
		if text != "" {
			s.out.Add(rag.Note, "Comment"+by+": "+text)
		}
		s.commentsIn(c.Find("replyLst"))
	}, "cm", "reply")
}
