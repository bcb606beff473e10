package pdfium

import (
	"math"
	"unicode"
	"unicode/utf16"

	"ragserver/parse/pdf/layout"
)

const (
	maxGlyphs = 1_000_000 // of one page
	chunk     = 8192      // characters that the loop tells of at once
)

// glyphs reads the characters of a page's text.
func (i *instance) glyphs(text uint64, p *layout.Page) {
	n := min(uint64(max(0, int32(i.call("FPDFText_CountChars", text)))), maxGlyphs)
	if n == 0 {
		return
	}
	buffer := i.alloc(min(n, chunk) * recordSize)
	defer i.free(buffer)
	w := glyphWriter{page: p}
	for from := uint64(0); from < n; from += chunk {
		to := min(n, from+chunk)
		i.invoke(i.loop, "chars", text, from, to, buffer)
		b := i.bytes(buffer, (to-from)*recordSize)
		for ; len(b) >= recordSize; b = b[recordSize:] {
			w.add(readChar(b))
		}
	}
}

// A glyphWriter makes glyphs of the characters of a page.
type glyphWriter struct {
	page *layout.Page
	last char
	high rune // the first half of a surrogate pair, 0 if there is none
}

func (w *glyphWriter) add(c char) {
	if c.generated {
		return // the layout finds spaces and line ends by itself
	}
	if w.high != 0 {
		c.code, w.high = utf16.DecodeRune(w.high, c.code), 0
	}
	if c.code >= 0xD800 && c.code < 0xDC00 {
		w.high = c.code
		return
	}
	switch {
	case c.code == 2 || c.code == 0xFFFE: // a hyphen that divides a word
		c.code = '-'
	case c.unmapped && (c.code < ' ' || c.code >= unicode.MaxRune), c.code == 0, c.code == unicode.ReplacementChar:
		w.page.Unmapped++
		return
	case c.code < ' ' || c.code > unicode.MaxRune || c.code&0xFFFE == 0xFFFE:
		return
	}
	text := string(c.code)
	if n := len(w.page.Glyphs); n > 0 && c.box == w.last.box && c.x == w.last.x && c.y == w.last.y && c.size == w.last.size {
		w.page.Glyphs[n-1].Text += text // a ligature
		return
	}
	w.last = c
	m := c.matrix
	g := layout.Glyph{Text: text, X: c.x, Y: c.y, Size: c.size * math.Hypot(m[2], m[3]), Angle: degrees(m)}
	g.W = advance(c, g.Angle, g.Size)
	w.page.Glyphs = append(w.page.Glyphs, g)
}

func degrees(m [6]float64) int {
	d := int(math.Round(math.Atan2(m[1], m[0]) * 180 / math.Pi))
	return (d + 360) % 360
}

// advance returns how far a character reaches along its base line: the box around
// it is told upright.
func advance(c char, angle int, size float64) float64 {
	w, h := math.Abs(c.box[2]-c.box[0]), math.Abs(c.box[1]-c.box[3])
	switch angle {
	case 0, 180:
		return w
	case 90, 270:
		return h
	}
	sin, cos := math.Sincos(float64(angle) * math.Pi / 180)
	sin, cos = math.Abs(sin), math.Abs(cos)
	if d := cos*cos - sin*sin; math.Abs(d) > 0.1 {
		return max(0, (w*cos-h*sin)/d)
	}
	return size / 2
}
