package odf

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	rag "ragserver"
)

// units are lengths in millimetres.
var units = map[string]float64{
	"mm": 1, "cm": 10, "in": 25.4, "inch": 25.4, "pt": 25.4 / 72, "pc": 25.4 / 6, "px": 25.4 / 96,
}

// length reads a length as in "2.54cm", in millimetres; 0 if it is none.
func length(s string) float64 {
	s = strings.TrimSpace(s)
	i := strings.LastIndexAny(s, "0123456789.") + 1
	v, err := strconv.ParseFloat(s[:i], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v * units[s[i:]]
}

// A rect is a place in millimetres.
type rect struct{ left, top, right, bottom float64 }

// place returns where a shape stands.
func place(n *node) rect {
	x, y := length(n.attr("svg:x")), length(n.attr("svg:y"))
	w, h := length(n.attr("svg:width")), length(n.attr("svg:height"))
	if n.attr("svg:x1") != "" {
		x1, y1, x2, y2 := length(n.attr("svg:x1")), length(n.attr("svg:y1")), length(n.attr("svg:x2")), length(n.attr("svg:y2"))
		return rect{min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)}
	}
	r := rect{x, y, x + w, y + h}
	if t := n.attr("draw:transform"); t != "" {
		r = r.transform(t)
	}
	return r
}

var step = regexp.MustCompile(`(rotate|translate)\s*\(([^)]*)\)`)

// transform turns and moves r, as in "rotate (1.57) translate (2cm 3cm)".
func (r rect) transform(steps string) rect {
	corners := [4][2]float64{{r.left, r.top}, {r.right, r.top}, {r.left, r.bottom}, {r.right, r.bottom}}
	for _, m := range step.FindAllStringSubmatch(steps, 10) {
		args := strings.FieldsFunc(m[2], func(c rune) bool { return c == ' ' || c == ',' })
		if len(args) == 0 {
			continue
		}
		sin, cos, dx, dy := 0.0, 1.0, 0.0, 0.0
		if m[1] == "rotate" {
			if a, err := strconv.ParseFloat(args[0], 64); err == nil && math.Abs(a) < 1000 {
				sin, cos = math.Sincos(a)
			}
		} else {
			dx, dy = length(args[0]), length(args[min(1, len(args)-1)])
		}
		for i, c := range corners {
			corners[i] = [2]float64{c[0]*cos + c[1]*sin + dx, c[1]*cos - c[0]*sin + dy}
		}
	}
	r = rect{corners[0][0], corners[0][1], corners[0][0], corners[0][1]}
	for _, c := range corners {
		r = rect{min(r.left, c[0]), min(r.top, c[1]), max(r.right, c[0]), max(r.bottom, c[1])}
	}
	return r
}

// box returns r as shares of a page of the given size; zero if that is not known.
func (r rect) box(size [2]float64) rag.Box {
	w, h := size[0], size[1]
	if w <= 0 || h <= 0 || r.right <= r.left || r.bottom <= r.top {
		return rag.Box{}
	}
	share := func(v, of float64) float32 { return float32(min(max(v/of, 0), 1)) }
	b := rag.Box{Left: share(r.left, w), Top: share(r.top, h), Right: share(r.right, w), Bottom: share(r.bottom, h)}
	if b.Right <= b.Left || b.Bottom <= b.Top {
		return rag.Box{} // beside the page
	}
	return b
}
