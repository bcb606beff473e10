// Package layout makes text with structure of the glyphs on the pages of a PDF:
// words, lines, columns, paragraphs, headings and tables, in reading order. The
// readers of PDF share it, so they differ only in what they know of a file.
package layout

import (
	"math"

	rag "ragserver"
)

// A Page is what a reader found on a page. Lengths are in points, y grows upwards.
type Page struct {
	Number int // from 1

	// View is the part of the page that is shown, which is then turned by
	// Rotate degrees clockwise.
	View   Box
	Rotate int

	Glyphs   []Glyph
	Unmapped int // glyphs that were left out: the file does not say what they mean
	Links    []Link
	Notes    []Note
}

// A Glyph is a drawn character.
type Glyph struct {
	Text  string
	X, Y  float64 // where its base line begins
	W     float64 // along the base line
	Size  float64 // of the font
	Angle int     // of the base line, in whole degrees from 0 to 359
}

// A Box is a rectangle on a page.
type Box struct{ X0, Y0, X1, Y1 float64 }

// A Link is a place that leads to an address.
type Link struct {
	Box     Box
	Address string
}

// A Note is what somebody wrote on a page.
type Note struct {
	Box  Box
	Text string
}

// An Entry is a line of a document's outline: a heading and the page where it
// stands.
type Entry struct {
	Title string
	Level int // from 1
	Page  int // from 1
}

// join returns the smallest box around both. The zero Box is none.
func (b Box) join(o Box) Box {
	if b == (Box{}) {
		return o
	}
	return Box{min(b.X0, o.X0), min(b.Y0, o.Y0), max(b.X1, o.X1), max(b.Y1, o.Y1)}
}

// holds reports whether the middle of o is in b.
func (b Box) holds(o Box) bool {
	x, y := (o.X0+o.X1)/2, (o.Y0+o.Y1)/2
	return x >= b.X0 && x <= b.X1 && y >= b.Y0 && y <= b.Y1
}

// turned returns the box around b after a turn by degrees against the clock.
func (b Box) turned(degrees int) Box {
	if degrees == 0 {
		return b
	}
	sin, cos := math.Sincos(float64(degrees) * math.Pi / 180)
	var out Box
	for i, p := range [4][2]float64{{b.X0, b.Y0}, {b.X1, b.Y0}, {b.X0, b.Y1}, {b.X1, b.Y1}} {
		x, y := p[0]*cos-p[1]*sin, p[0]*sin+p[1]*cos
		if i == 0 {
			out = Box{x, y, x, y}
		}
		out = Box{min(out.X0, x), min(out.Y0, y), max(out.X1, x), max(out.Y1, y)}
	}
	return out
}

// seen returns b as shares of the page as people see it; zero if the page does
// not say how large it is.
func (p Page) seen(b Box) rag.Box {
	w, h := p.View.X1-p.View.X0, p.View.Y1-p.View.Y0
	if w <= 0 || h <= 0 || b == (Box{}) || !finite(b.X0, b.Y0, b.X1, b.Y1, w, h) {
		return rag.Box{}
	}
	left, right := share(b.X0-p.View.X0, w), share(b.X1-p.View.X0, w)
	top, bottom := share(p.View.Y1-b.Y1, h), share(p.View.Y1-b.Y0, h)
	switch (p.Rotate%360 + 360) % 360 {
	case 90:
		return rag.Box{Left: 1 - bottom, Top: left, Right: 1 - top, Bottom: right}
	case 180:
		return rag.Box{Left: 1 - right, Top: 1 - bottom, Right: 1 - left, Bottom: 1 - top}
	case 270:
		return rag.Box{Left: top, Top: 1 - right, Right: bottom, Bottom: 1 - left}
	}
	return rag.Box{Left: left, Top: top, Right: right, Bottom: bottom}
}

// share returns v of all, from 0 to 1.
func share(v, all float64) float32 { return float32(min(1, max(0, v/all))) }
