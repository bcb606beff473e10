package pptx

import (
	"slices"
	"strings"
	"unicode/utf8"

	rag "ragserver"
	"ragserver/parse/ooxml"
)

// lines are the paragraphs of a text, and what they refer to.
type lines struct {
	list  []paragraph
	links []string
}

type paragraph struct {
	text       string
	level      int
	properties *ooxml.Node
}

func (l *lines) all() string {
	var texts []string
	for _, p := range l.list {
		texts = append(texts, p.text)
	}
	return strings.Join(texts, "\n")
}

// linesOf reads the paragraphs of a text.
func (s *slide) linesOf(body *ooxml.Node) *lines {
	l := &lines{}
	if body == nil {
		return l
	}
	for _, n := range body.Nodes {
		if n.Name != "p" {
			continue
		}
		var b strings.Builder
		s.runs(&b, l, n)
		p := paragraph{text: strings.TrimSpace(b.String()), properties: n.Find("pPr")}
		p.level = min(max(0, p.properties.Int("lvl", 0)), 8)
		l.list = append(l.list, p)
	}
	return l
}

// maxLinks is how many links one text may have.
const maxLinks = 1000

func (s *slide) runs(b *strings.Builder, l *lines, n *ooxml.Node) {
	if n == nil {
		return
	}
	for _, c := range n.Nodes {
		switch c.Name {
		case "r", "fld":
			if c.Attr("type") == "slidenum" {
				continue
			}
			text := textOf(c.Find("t"))
			b.WriteString(text)
			if lang := c.Find("rPr").Attr("lang"); lang != "" {
				s.languages[lang] += utf8.RuneCountInString(text)
			}
			a := s.pkg.Address(s.ctx, s.part, c.Find("rPr", "hlinkClick").Attr("r:id"))
			if a != "" && len(l.links) < maxLinks && !slices.Contains(l.links, a) {
				l.links = append(l.links, a)
			}
		case "br":
			b.WriteByte('\n')
		case "AlternateContent":
			s.runs(b, l, c.Alternative())
		case "m", "oMath", "oMathPara":
			b.WriteString(ooxml.Equation(c))
		}
	}
}

// textOf returns the text of a node: without soft hyphens, a vertical tab being a
// line break.
func textOf(n *ooxml.Node) string {
	if n == nil {
		return ""
	}
	return strings.NewReplacer("\u00AD", "", "\v", "\n", "_x000B_", "\n", "_x000D_", "\n").Replace(n.Text)
}

// maxGroup is the size, in bytes, up to which lines of one shape are one section:
// about one chunk.
const maxGroup = 1500

// text adds the paragraphs of a shape, and tells whether there was any text.
func (s *slide) text(sh *shape) bool {
	l := s.linesOf(sh.node.Find("txBody"))
	usual := s.markers(sh)
	place := rag.Section{Box: s.box(sh), Links: l.links}
	var counts counter
	var group []string
	var kind rag.Kind
	size, before := 0, s.out.Len()
	flush := func() {
		place.Kind = kind
		s.out.Put(place, strings.Join(group, "\n"))
		if len(group) > 0 {
			place.Links = nil // once is enough
		}
		group, size = nil, 0
	}
	for _, p := range l.list {
		if p.text == "" {
			continue
		}
		m, found := markerOf(p.properties)
		if !found {
			m = usual[p.level]
		}
		text, is := counts.item(p, m)
		if is != kind || size+len(text) > maxGroup {
			flush()
			kind = is
		}
		group, size = append(group, text), size+len(text)
	}
	flush()
	return s.out.Len() > before
}

// A counter counts the numbered items of a text.
type counter struct {
	next   [9]int
	format [9]string
}

// item returns a paragraph as a line, and what it is.
func (c *counter) item(p paragraph, m marker) (string, rag.Kind) {
	for deeper := p.level + 1; deeper < len(c.next); deeper++ {
		c.format[deeper] = ""
	}
	indent := strings.Repeat("  ", p.level)
	line := strings.Join(strings.Fields(p.text), " ")
	switch {
	case m.number != "":
		if c.format[p.level] != m.number {
			c.format[p.level], c.next[p.level] = m.number, m.start
		}
		c.next[p.level]++
		return indent + mark(c.next[p.level]-1, m.number) + " " + line, rag.List
	case m.bullet:
		c.format[p.level] = ""
		return indent + "- " + line, rag.List
	}
	c.format[p.level] = ""
	return p.text, rag.Paragraph
}

// mark writes a number in a scheme as in "alphaLcParenR".
func mark(n int, scheme string) string {
	format := "decimal"
	for prefix, f := range map[string]string{"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman"} {
		if strings.HasPrefix(scheme, prefix) {
			format = f
		}
	}
	s := ooxml.Number(n, format)
	switch {
	case strings.HasSuffix(scheme, "ParenBoth"):
		return "(" + s + ")"
	case strings.HasSuffix(scheme, "ParenR"):
		return s + ")"
	case strings.HasSuffix(scheme, "Plain"):
		return s
	}
	return s + "."
}
