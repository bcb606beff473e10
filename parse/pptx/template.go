package pptx

import (
	"strconv"

	"ragserver/parse/ooxml"
)

// A template is what a slide takes over: placeholders of its layout and of the
// master of that.
type template struct {
	layout, master []*shape
	styles         *ooxml.Node // of the master
}

// maxPlaceholders is how many a layout may have.
const maxPlaceholders = 200

func (d *deck) templateOf(slide string) template {
	part := d.pkg.Of(d.ctx, slide, "slideLayout")
	if t, ok := d.templates[part]; ok || part == "" {
		return t
	}
	master := d.pkg.Tree(d.ctx, d.pkg.Of(d.ctx, part, "slideMaster"))
	t := template{d.placeholders(d.pkg.Tree(d.ctx, part)), d.placeholders(master), master.Find("txStyles")}
	d.templates[part] = t
	return t
}

func (d *deck) placeholders(root *ooxml.Node) (list []*shape) {
	s := &slide{deck: d}
	for _, sh := range s.shapes(root.Find("cSld", "spTree"), whole) {
		if sh.role != "" && len(list) < maxPlaceholders {
			list = append(list, sh)
		}
	}
	return list
}

// like returns the placeholders that a shape takes over what it does not have
// itself: that of the layout, then that of the master.
func (t template) like(sh *shape) (list []*shape) {
	if sh.role == "" {
		return nil
	}
	for _, p := range t.layout {
		if sh.index != "" && sh.index != "0" && p.index == sh.index || sh.isTitle() && p.isTitle() ||
			sh.role == p.role && sh.role != "body" && sh.role != "obj" {
			list = append(list, p)
			break
		}
	}
	for _, p := range t.master {
		if kindOf(p.role) == kindOf(sh.role) {
			return append(list, p)
		}
	}
	return list
}

// kindOf returns which of the placeholders of a master stands for a role.
func kindOf(role string) string {
	switch role {
	case "title", "ctrTitle":
		return "title"
	case "dt", "ftr", "sldNum", "hdr":
		return role
	}
	return "body"
}

// A marker is how a paragraph is marked: as an item, with a bullet or a number, or
// not.
type marker struct {
	bullet bool
	number string // its format, as in "arabicPeriod"; "" for none
	start  int
}

// markerOf returns the first marker that one of the properties has.
func markerOf(properties *ooxml.Node) (m marker, found bool) {
	if properties == nil {
		return marker{}, false
	}
	for _, n := range properties.Nodes {
		switch n.Name {
		case "buNone":
			return marker{}, true
		case "buChar", "buBlip":
			return marker{bullet: true}, true
		case "buAutoNum":
			return marker{number: n.Attr("type"), start: n.Int("startAt", 1)}, true
		}
	}
	return marker{}, false
}

// markers returns how paragraphs of each level are marked in a shape, if they do
// not say it themselves.
func (s *slide) markers(sh *shape) (list [9]marker) {
	var styles []*ooxml.Node
	for _, like := range append([]*shape{sh}, s.template.like(sh)...) {
		styles = append(styles, like.node.Find("txBody", "lstStyle"))
	}
	switch {
	case sh.role == "":
		styles = append(styles, s.defaults)
	case sh.isTitle():
		styles = append(styles, s.template.styles.Find("titleStyle"))
	case kindOf(sh.role) == "body":
		styles = append(styles, s.template.styles.Find("bodyStyle"))
	}
	for level := range list {
		name := "lvl" + strconv.Itoa(level+1) + "pPr"
		for _, st := range styles {
			if m, found := markerOf(st.Find(name)); found {
				list[level] = m
				break
			}
		}
	}
	return list
}
