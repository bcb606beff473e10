package builtin

import (
	"context"
	"io"
	"math"

	"github.com/ledongthuc/pdf"

	"ragserver/parse/pdf/layout"
)

// A matrix is the six numbers of a PDF transformation.
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// mul returns the transformation that applies m first and then n.
func (m matrix) mul(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// A state is the graphics state that text needs.
type state struct {
	ctm                             matrix
	font                            *font
	size, tc, tw, th, leading, rise float64
}

// An interpreter runs the content of a page and collects its glyphs.
type interpreter struct {
	ctx      context.Context
	doc      *document
	glyphs   []layout.Glyph
	unmapped int
	ops      int

	state
	stack   []state
	tm, tlm matrix
}

// Limits of one page: what hostile files make endless.
const (
	maxStream = 64 << 20 // bytes
	maxOps    = 5_000_000
	maxGlyphs = 1_000_000
	maxForms  = 12 // inside each other
	maxStack  = 10_000
)

func (x *interpreter) page(v pdf.Value) {
	x.state = state{ctm: identity, th: 1}
	x.run(contents(v.Key("Contents"), x.doc), inherited(v, "Resources"), 0)
	x.annotations(v)
}

// inherited returns a page's attribute, or that of the nearest node above it.
func inherited(v pdf.Value, key string) pdf.Value {
	for depth := 0; depth < 50 && !v.IsNull(); depth++ {
		if r := v.Key(key); !r.IsNull() {
			return r
		}
		v = v.Key("Parent")
	}
	return pdf.Value{}
}

// contents returns the bytes of a stream or of an array of streams.
func contents(v pdf.Value, d *document) []byte {
	if v.Kind() != pdf.Array {
		return stream(v, d)
	}
	var out []byte
	for i := 0; i < v.Len() && len(out) < maxStream; i++ {
		out = append(append(out, stream(v.Index(i), d)...), '\n')
	}
	return out
}

// stream returns the decoded bytes of v, as far as they can be decoded.
func stream(v pdf.Value, d *document) (out []byte) {
	if v.Kind() != pdf.Stream {
		return nil
	}
	var failed error
	err := guard(func() {
		r := v.Reader()
		defer r.Close()
		out, failed = io.ReadAll(io.LimitReader(r, maxStream))
	})
	if err = firstOf(err, failed); err != nil && len(out) == 0 {
		d.undecoded = true
		d.warn("a stream cannot be decoded: %v", err)
	}
	return out
}

func (x *interpreter) run(data []byte, resources pdf.Value, forms int) {
	l := &lexer{data: data}
	fonts := map[name]*font{} // of these resources
	var args []any
	for t := l.next(); t != nil; t = l.next() {
		op, ok := t.(keyword)
		if !ok {
			if len(args) < 64 {
				args = append(args, t)
			}
			continue
		}
		if x.ops++; x.ops > maxOps || len(x.glyphs) > maxGlyphs || x.ops&0xFFF == 0 && x.ctx.Err() != nil {
			return
		}
		switch op {
		case "ID":
			l.skipImage()
		case "Do":
			if n, ok := arg[name](args, 0); ok && forms < maxForms {
				x.form(resources.Key("XObject").Key(string(n)), resources, forms)
			}
		case "Tf":
			x.setFont(args, resources, fonts)
		default:
			x.operate(op, args)
		}
		args = args[:0]
	}
}

// form draws a form inside the current one.
func (x *interpreter) form(v pdf.Value, resources pdf.Value, forms int) {
	if v.Key("Subtype").Name() != "Form" {
		return
	}
	saved, stack := x.state, x.stack
	tm, tlm := x.tm, x.tlm
	x.stack = nil
	x.ctm = matrixOf(v.Key("Matrix")).mul(x.ctm)
	if r := v.Key("Resources"); !r.IsNull() {
		resources = r
	}
	x.run(stream(v, x.doc), resources, forms+1)
	x.state, x.stack, x.tm, x.tlm = saved, stack, tm, tlm
}

func matrixOf(v pdf.Value) matrix {
	if v.Len() != 6 {
		return identity
	}
	var m matrix
	for i := range m {
		m[i] = v.Index(i).Float64()
	}
	return m
}

func arg[T any](args []any, i int) (v T, ok bool) {
	if i >= len(args) {
		return v, false
	}
	v, ok = args[i].(T)
	return v, ok
}

func num(args []any, i int) float64 {
	v, _ := arg[float64](args, i)
	return v
}

func (x *interpreter) setFont(args []any, resources pdf.Value, fonts map[name]*font) {
	n, _ := arg[name](args, 0)
	x.size = num(args, 1)
	f, ok := fonts[n]
	if !ok {
		f = x.doc.font(resources.Key("Font"), string(n))
		fonts[n] = f
	}
	x.font = f
}

// show draws a string.
func (x *interpreter) show(s str) {
	if x.font == nil {
		x.font = x.doc.fallback()
	}
	for _, c := range x.font.decode(string(s)) {
		m := matrix{x.size * x.th, 0, 0, x.size, 0, x.rise}.mul(x.tm).mul(x.ctm)
		w := c.width * math.Hypot(m[0], m[1])
		if c.text != "" {
			x.glyphs = append(x.glyphs, layout.Glyph{Text: c.text, X: m[4], Y: m[5], W: w, Size: math.Hypot(m[2], m[3]), Angle: degrees(m)})
		} else {
			x.unmapped++
		}
		advance := c.width*x.size + x.tc
		if c.space {
			advance += x.tw
		}
		x.tm = matrix{1, 0, 0, 1, advance * x.th, 0}.mul(x.tm)
	}
}

func degrees(m matrix) int {
	d := int(math.Round(math.Atan2(m[1], m[0]) * 180 / math.Pi))
	return (d + 360) % 360
}
