package pptx

import (
	"ragserver/parse/ooxml"

	rag "ragserver"
)

// A shape is what stands at one place of a slide: a text, a picture, a table, or
// several together.
type shape struct {
	node   *ooxml.Node
	role   string // of a placeholder: "title", "body", ...; "" for none
	index  string // of a placeholder
	inside []*shape
	placed bool // the next four are known
	left, top,
	right, bottom float64
	done bool
}

func (sh *shape) isTitle() bool { return sh.role == "title" || sh.role == "ctrTitle" }

// properties returns the node with the name and the description of a shape.
func (sh *shape) properties() *ooxml.Node {
	for _, name := range []string{"nvSpPr", "nvPicPr", "nvGraphicFramePr", "nvGrpSpPr", "nvCxnSpPr"} {
		if n := sh.node.Find(name); n != nil {
			return n.Find("cNvPr")
		}
	}
	return nil
}

// A transform leads from the coordinates inside a group to those of the slide.
type transform struct{ dx, dy, sx, sy float64 }

var whole = transform{sx: 1, sy: 1}

// shapes returns what is in a tree of shapes or a group.
func (s *slide) shapes(tree *ooxml.Node, t transform) (list []*shape) {
	if tree == nil {
		return nil
	}
	for _, n := range tree.Nodes {
		switch n.Name {
		case "AlternateContent":
			list = append(list, s.shapes(n.Alternative(), t)...)
		case "grpSp":
			sh := &shape{node: n}
			x := n.Find("grpSpPr", "xfrm")
			sh.place(x, t)
			if sh.inside = s.shapes(n, t.into(x)); len(sh.inside) > 0 {
				list = append(list, sh)
			}
		case "sp", "pic", "graphicFrame", "cxnSp":
			list = append(list, s.shape(n, t))
		}
	}
	return list
}

func (s *slide) shape(n *ooxml.Node, t transform) *shape {
	sh := &shape{node: n}
	for _, name := range []string{"nvSpPr", "nvPicPr", "nvGraphicFramePr"} {
		if ph := n.Find(name, "nvPr", "ph"); ph != nil {
			if sh.role, sh.index = ph.Attr("type"), ph.Attr("idx"); sh.role == "" {
				sh.role = "obj"
			}
		}
	}
	x := n.Find("spPr", "xfrm")
	if x == nil {
		x = n.Find("xfrm")
	}
	sh.place(x, t)
	for _, from := range s.template.like(sh) {
		if !sh.placed {
			sh.left, sh.top, sh.right, sh.bottom, sh.placed = from.left, from.top, from.right, from.bottom, from.placed
		}
	}
	return sh
}

// place takes the edges from a node, if it has them.
func (sh *shape) place(x *ooxml.Node, t transform) {
	off, ext := x.Find("off"), x.Find("ext")
	if off == nil || ext == nil {
		return
	}
	left, top := float64(off.Int("x", 0)), float64(off.Int("y", 0))
	sh.left, sh.top = t.dx+left*t.sx, t.dy+top*t.sy
	sh.right = sh.left + float64(ext.Int("cx", 0))*t.sx
	sh.bottom = sh.top + float64(ext.Int("cy", 0))*t.sy
	sh.placed = true
}

// into returns the transform inside the group that has x.
func (t transform) into(x *ooxml.Node) transform {
	off, ext, inOff, inExt := x.Find("off"), x.Find("ext"), x.Find("chOff"), x.Find("chExt")
	if off == nil || ext == nil || inOff == nil || inExt == nil {
		return t
	}
	sx, sy := 1.0, 1.0
	if w, h := inExt.Int("cx", 0), inExt.Int("cy", 0); w > 0 && h > 0 {
		sx, sy = float64(ext.Int("cx", 0))/float64(w), float64(ext.Int("cy", 0))/float64(h)
	}
	return transform{
		dx: t.dx + t.sx*(float64(off.Int("x", 0))-sx*float64(inOff.Int("x", 0))),
		dy: t.dy + t.sy*(float64(off.Int("y", 0))-sy*float64(inOff.Int("y", 0))),
		sx: t.sx * sx, sy: t.sy * sy,
	}
}

// box returns where a shape stands on its slide, as shares of it.
func (s *slide) box(sh *shape) rag.Box {
	if !sh.placed {
		return rag.Box{}
	}
	share := func(v, of float64) float32 { return float32(max(0, min(1, v/of))) }
	b := rag.Box{
		Left: share(sh.left, s.width), Top: share(sh.top, s.height),
		Right: share(sh.right, s.width), Bottom: share(sh.bottom, s.height),
	}
	if !(b.Right > b.Left && b.Bottom > b.Top) { // beside the slide, or a line
		return rag.Box{}
	}
	return b
}
