package pptx

import (
	"strconv"

	"ragserver/parse/ooxml"
)

// A template is what a slide takes over: its layout, and the master of that.
type template struct{ layout, master *ooxml.Node }

func (d *deck) templateOf(slide string) template {
	layout := d.pkg.Of(d.ctx, slide, "slideLayout")
	return template{d.kept(layout), d.kept(d.pkg.Of(d.ctx, layout, "slideMaster"))}
}

// kept reads a part that many slides ask for once.
func (d *deck) kept(part string) *ooxml.Node {
	if part == "" {
		return nil
	}
	root, ok := d.templates[part]
	if !ok {
		root = d.pkg.Tree(d.ctx, part)
		d.templates[part] = root
	}
	return root
}

// like returns the placeholders that a shape takes over what it does not have
// itself: that of the layout, then that of the master.
func (t template) like(sh *shape) (list []*ooxml.Node) {
	if sh.role == "" {
		return nil
	}
	find := func(root *ooxml.Node, fits func(role, index string) bool) {
		var found *ooxml.Node
		root.Find("cSld", "spTree").Each(func(n *ooxml.Node) {
			if ph := n.Find("nvSpPr", "nvPr", "ph"); found == nil && ph != nil && fits(ph.Attr("type"), ph.Attr("idx")) {
				found = n
			}
		}, "sp")
		if found != nil {
			list = append(list, found)
		}
	}
	find(t.layout, func(role, index string) bool {
		return sh.index != "" && sh.index != "0" && index == sh.index || sh.isTitle() && kindOf(role) == "title" ||
			sh.role == role && role != "body" && role != "obj"
	})
	find(t.master, func(role, _ string) bool { return kindOf(role) == kindOf(sh.role) })
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
	for _, n := range append([]*ooxml.Node{sh.node}, s.template.like(sh)...) {
		styles = append(styles, n.Find("txBody", "lstStyle"))
	}
	switch {
	case sh.role == "":
		styles = append(styles, s.defaults)
	case sh.isTitle():
		styles = append(styles, s.template.master.Find("txStyles", "titleStyle"))
	case kindOf(sh.role) == "body":
		styles = append(styles, s.template.master.Find("txStyles", "bodyStyle"))
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
