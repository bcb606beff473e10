package docx

import (
	"regexp"
	"strconv"
	"strings"

	"ragserver/parse/ooxml"
)

// A style is what matters of one: what it has itself, before it is asked what it
// is based on.
type style struct {
	name    string // in small letters: built-in ones have English names in all languages
	basedOn string
	outline int // level of a heading from 1; 0 for none; -1 if it does not say
	number  item
	hidden  *bool
}

// styles are those of one document.
type styles struct {
	byID      map[string]*style
	paragraph string // ID of the one that paragraphs without one have
	language  string
}

// maxBase is how far a style is followed to what it is based on.
const maxBase = 20

func readStyles(root *ooxml.Node) *styles {
	s := &styles{byID: map[string]*style{}}
	s.language = root.Find("docDefaults", "rPrDefault", "rPr", "lang").Attr("val")
	root.Each(func(n *ooxml.Node) {
		id, kind := n.Attr("styleId"), n.Attr("type")
		if kind == "paragraph" && n.Attr("default") != "" && n.Attr("default") != "0" {
			s.paragraph = id
		}
		s.byID[id] = readStyle(n)
	}, "style")
	return s
}

func readStyle(n *ooxml.Node) *style {
	st := &style{
		name:    strings.ToLower(n.Find("name").Attr("val")),
		basedOn: n.Find("basedOn").Attr("val"),
		outline: outline(n.Find("pPr")),
		number:  readItem(n.Find("pPr", "numPr")),
	}
	if m := headingName.FindStringSubmatch(st.name); m != nil && st.outline < 0 {
		st.outline, _ = strconv.Atoi(m[1])
	}
	if v := n.Find("rPr", "vanish"); v != nil {
		on := v.On()
		st.hidden = &on
	}
	return st
}

// headingName matches names and IDs of the styles of headings.
var headingName = regexp.MustCompile(`(?i)^heading ?([1-9])$`)

// outline returns the level of a heading that properties give, 0 for running
// text, -1 if they do not say.
func outline(properties *ooxml.Node) int {
	n := properties.Find("outlineLvl")
	if n == nil {
		return -1
	}
	if level := n.Int("val", 9); level >= 0 && level < 9 {
		return level + 1
	}
	return 0
}

// chain calls f with a style and those that it is based on, until f returns true.
func (s *styles) chain(id string, f func(*style) bool) {
	for range maxBase {
		st := s.byID[id]
		if st == nil || f(st) {
			return
		}
		id = st.basedOn
	}
}

// level returns the level of a heading that the style gives, 0 for none.
func (s *styles) level(id string) (level int) {
	if m := headingName.FindStringSubmatch(id); m != nil && s.byID[id] == nil {
		level, _ = strconv.Atoi(m[1])
		return level
	}
	s.chain(id, func(st *style) bool {
		level = max(0, st.outline)
		return st.outline >= 0
	})
	return level
}

// item returns the place in a list that the style gives: list and level may come
// from different styles.
func (s *styles) item(id string) item {
	var it item
	s.chain(id, func(st *style) bool {
		it = it.or(st.number)
		return it.id != ""
	})
	return it
}

// hidden tells whether text of a style is not shown.
func (s *styles) hidden(id string) (hidden bool) {
	s.chain(id, func(st *style) bool {
		if st.hidden != nil {
			hidden = *st.hidden
		}
		return st.hidden != nil
	})
	return hidden
}

// named tells whether the style, or one that it is based on, has one of the names.
func (s *styles) named(id string, names map[string]bool) (found bool) {
	s.chain(id, func(st *style) bool {
		found = names[st.name]
		return found
	})
	return found
}

// Names of the built-in styles, and those of common programs.
var (
	titleStyles   = map[string]bool{"title": true}
	captionStyles = map[string]bool{"caption": true}
	codeStyles    = map[string]bool{
		"html preformatted": true, "preformatted text": true, "macro text": true, "macro": true, "code": true,
		"source code": true, "code block": true, "codeblock": true, "code listing": true, "source": true,
	}
	contentsStyle = regexp.MustCompile(`^toc ([1-9])$`)
)

// contents returns the level of an entry in the table of contents, 0 for none.
func (s *styles) contents(id string) int {
	if st := s.byID[id]; st != nil {
		if m := contentsStyle.FindStringSubmatch(st.name); m != nil {
			level, _ := strconv.Atoi(m[1])
			return level
		}
	}
	return 0
}
