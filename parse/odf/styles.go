package odf

import (
	"strconv"
	"strings"

	rag "ragserver"
)

// A style is what one style says itself, without its parents.
type style struct {
	name, parent string
	list         string // style of the list that its paragraphs are in
	level        int    // of the heading that it makes
	hidden       bool
	breaks       bool // begins a page
}

// A level is how one level of a list is marked.
type level struct {
	known          bool
	format         string // "1", "a", "A", "i", "I"; "" if it has no number
	bullet         bool
	prefix, suffix string
	show           int // how many levels its number has
	start          int
}

const maxLevels = 10

type levels [maxLevels]level

// A catalog holds the styles of a document.
type catalog struct {
	styles  map[string]style // by family, slash, name
	lists   map[string]*levels
	outline levels
	masters map[string]string // layouts of pages, by master page
	layouts map[string][2]float64
	locale  string
}

func newCatalog() *catalog {
	return &catalog{
		styles: make(map[string]style), lists: make(map[string]*levels),
		masters: make(map[string]string), layouts: make(map[string][2]float64),
	}
}

// add reads the styles of a file; later ones win, as the automatic styles of the
// content do.
func (c *catalog) add(root *node) {
	if root == nil {
		return
	}
	for _, group := range root.kids {
		switch group.name {
		case "office:styles", "office:automatic-styles", "office:master-styles":
			for _, n := range group.kids {
				c.one(n)
			}
		}
	}
}

func (c *catalog) one(n *node) {
	switch n.name {
	case "style:style":
		c.styles[n.attr("style:family")+"/"+n.attr("style:name")] = readStyle(n)
	case "style:default-style":
		if p := n.child("style:text-properties"); c.locale == "" && p != nil {
			c.locale = locale(p.attr("fo:language"), p.attr("fo:country"))
		}
	case "text:list-style":
		c.lists[n.attr("style:name")] = readLevels(n)
	case "text:outline-style":
		c.outline = *readLevels(n)
	case "style:master-page":
		c.masters[n.attr("style:name")] = n.attr("style:page-layout-name") + n.attr("style:page-master-name")
	case "style:page-layout", "style:page-master":
		for _, p := range n.kids {
			if w, h := length(p.attr("fo:page-width")), length(p.attr("fo:page-height")); w > 0 && h > 0 {
				c.layouts[n.attr("style:name")] = [2]float64{w, h}
			}
		}
	}
}

func locale(language, country string) string {
	switch {
	case language == "" || language == "none" || language == "zxx":
		return ""
	case country == "" || country == "none":
		return language
	}
	return language + "-" + country
}

func readStyle(n *node) style {
	s := style{
		name: n.attr("style:name"), parent: n.attr("style:parent-style-name"), list: n.attr("style:list-style-name"),
		level:  n.number("style:default-outline-level", 0, maxLevels),
		breaks: n.attr("style:master-page-name") != "",
	}
	for _, p := range n.kids {
		s.hidden = s.hidden || p.attr("text:display") == "none"
		s.breaks = s.breaks || p.attr("fo:break-before") == "page"
	}
	return s
}

func readLevels(n *node) *levels {
	var out levels
	for _, k := range n.kids {
		i := k.number("text:level", 1, maxLevels) - 1
		l := level{
			known: true, format: k.attr("style:num-format"), prefix: k.attr("style:num-prefix"), suffix: k.attr("style:num-suffix"),
			show: k.number("text:display-levels", 1, maxLevels), start: k.number("text:start-value", 1, 1_000_000),
		}
		switch k.name {
		case "text:list-level-style-bullet":
			l.format, l.bullet = "", strings.TrimSpace(k.attr("text:bullet-char")) != ""
		case "text:list-level-style-image":
			l.format, l.bullet = "", true
		}
		out[i] = l
	}
	return &out
}

// chain calls f with a style and its parents, the nearest first, until f returns
// false.
func (c *catalog) chain(family, name string, f func(style) bool) {
	for range 20 { // parents may go around in a circle
		s, ok := c.styles[family+"/"+name]
		if !ok {
			s = style{name: name}
		}
		if name == "" || !f(s) {
			return
		}
		name = s.parent
	}
}

// A look is what the style of a paragraph makes of it.
type look struct {
	kind   rag.Kind
	level  int // of a heading
	hidden bool
	title  bool
	breaks bool
}

// paragraph returns the look of a paragraph with a style.
func (c *catalog) paragraph(name string) look {
	l := look{kind: rag.Paragraph}
	first := true
	c.chain("paragraph", name, func(s style) bool {
		l.hidden = l.hidden || s.hidden
		if first {
			l.breaks, first = s.breaks, false
		}
		switch plain := strings.ReplaceAll(s.name, "_20_", " "); {
		case l.level > 0 || l.kind != rag.Paragraph:
		case s.level > 0:
			l.level = s.level
		case plain == "Title":
			l.level, l.title = 1, true
		case strings.HasPrefix(plain, "Heading "):
			l.level, _ = strconv.Atoi(plain[len("Heading "):])
			l.level = min(max(l.level, 0), maxLevels)
		case captions[plain]:
			l.kind = rag.Caption
		case plain == "Preformatted Text" || plain == "HTML Preformatted" || plain == "Source Code":
			l.kind = rag.Code
		}
		return true
	})
	return l
}

// captions are the styles of what stands below pictures and tables.
var captions = map[string]bool{
	"Caption": true, "caption": true, "Illustration": true, "Figure": true, "Drawing": true, "Table": true,
}

// hides tells whether a style of a family makes its text invisible.
func (c *catalog) hides(family, name string) (hidden bool) {
	c.chain(family, name, func(s style) bool {
		hidden = s.hidden
		return !hidden
	})
	return hidden
}
