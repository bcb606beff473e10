package builtin

import (
	"regexp"
	"strings"

	"github.com/ledongthuc/pdf"
	"golang.org/x/text/encoding"
)

// A char is a drawn code: what it says ("" if the file does not tell), how wide
// it is for a font of size 1, and whether word spacing applies.
type char struct {
	text  string
	width float64
	space bool
}

// A font tells what the codes of strings mean.
type font struct {
	wide      bool // codes have two bytes, or what unicode says
	unicode   *cmap
	legacy    encoding.Encoding // of a predefined CMap, as in "90ms-RKSJ-H"
	base      [256]string       // of a simple font
	widths    map[int]float64   // by code
	missing   float64           // width of all other codes; 0 to estimate it
	monospace bool
	serif     bool    // of the Times family
	scale     float64 // of widths
}

var reference = regexp.MustCompile(`/([^\s/\[\]<>()]+) (\d+ \d+ R)`)

// font returns the font that resources call n. Fonts are read once, even when
// many pages use them.
func (d *document) font(fonts pdf.Value, n string) *font {
	key := ""
	for _, m := range reference.FindAllStringSubmatch(fonts.String(), -1) {
		if m[1] == n {
			key = m[2]
		}
	}
	if f := d.fonts[key]; f != nil && key != "" {
		return f
	}
	f := d.fallback()
	if err := guard(func() { f = d.newFont(fonts.Key(n)) }); err != nil {
		d.warn("font %s cannot be read: %v", n, err)
	}
	if key != "" {
		d.fonts[key] = f
	}
	return f
}

func (d *document) fallback() *font {
	f := &font{widths: map[int]float64{}, scale: 1.0 / 1000}
	f.base = baseTable("")
	return f
}

func (d *document) newFont(v pdf.Value) *font {
	f := d.fallback()
	if m := v.Key("ToUnicode"); m.Kind() == pdf.Stream {
		f.unicode = readCMap(stream(m, d))
	}
	face := v.Key("BaseFont").Name()
	f.monospace = strings.Contains(face, "Courier") || strings.Contains(face, "Mono")
	f.serif = strings.Contains(face, "Times")
	if v.Key("Subtype").Name() == "Type0" {
		f.composite(v, d)
	} else {
		f.simple(v)
	}
	return f
}

func (f *font) simple(v pdf.Value) {
	enc := v.Key("Encoding")
	base := enc.Name()
	if enc.Kind() == pdf.Dict {
		base = enc.Key("BaseEncoding").Name()
	}
	f.base = baseTable(base)
	if enc.Kind() == pdf.Dict {
		f.differences(v, enc.Key("Differences"))
	}
	first := int(v.Key("FirstChar").Int64())
	list := v.Key("Widths")
	for i := range min(list.Len(), 256) {
		f.widths[first+i] = list.Index(i).Float64()
	}
	f.missing = v.Key("FontDescriptor").Key("MissingWidth").Float64()
	if m := v.Key("FontMatrix"); v.Key("Subtype").Name() == "Type3" && m.Len() == 6 {
		f.scale = m.Index(0).Float64()
	}
}

// differences overlays the base encoding with names of glyphs. The library
// knows what most names mean.
func (f *font) differences(v, list pdf.Value) {
	decoder := (&pdf.Font{V: v}).Encoder()
	code := 0
	for i := range min(list.Len(), 2000) {
		e := list.Index(i)
		if e.Kind() != pdf.Name {
			code = int(e.Int64())
			continue
		}
		if code >= 0 && code < 256 {
			f.base[code] = glyphText(e.Name(), byte(code), decoder, f.base[code])
		}
		code++
	}
}

func (f *font) composite(v pdf.Value, d *document) {
	f.wide = true
	enc := v.Key("Encoding")
	f.legacy = legacyEncoding(enc.Name())
	child := v.Key("DescendantFonts").Index(0)
	f.missing = 1000
	if dw := child.Key("DW"); !dw.IsNull() {
		f.missing = dw.Float64()
	}
	w := child.Key("W")
	for i := 0; i+1 < min(w.Len(), 200_000); {
		first := int(w.Index(i).Int64())
		if list := w.Index(i + 1); list.Kind() == pdf.Array {
			for j := range min(list.Len(), 1<<16) {
				f.widths[first+j] = list.Index(j).Float64()
			}
			i += 2
			continue
		}
		last, width := int(w.Index(i+1).Int64()), w.Index(i+2).Float64()
		for c := first; c <= min(last, first+1<<16); c++ {
			f.widths[c] = width
		}
		i += 3
	}
}

// decode splits a string into characters.
func (f *font) decode(s string) []char {
	out := make([]char, 0, len(s))
	for len(s) > 0 {
		n := 1
		if f.wide {
			n = min(f.codeLength(s), len(s))
		}
		c := char{text: f.meaning(s[:n]), space: n == 1 && s[0] == ' '}
		c.width = f.width(s[:n], c.text)
		out = append(out, c)
		s = s[n:]
	}
	return out
}

func (f *font) codeLength(s string) int {
	if _, two := f.legacy.(wide); f.legacy != nil && !two && s[0] < 0x80 {
		return 1
	}
	if f.legacy != nil {
		return 2
	}
	if f.unicode != nil {
		return f.unicode.length(s)
	}
	return 2
}

func (f *font) meaning(code string) string {
	if f.unicode != nil {
		if t, ok := f.unicode.lookup(code); ok {
			return tidy(t)
		}
	}
	if !f.wide {
		return tidy(f.base[code[0]])
	}
	if f.legacy != nil {
		t, err := f.legacy.NewDecoder().String(code)
		if err != nil {
			return ""
		}
		return tidy(t)
	}
	return ""
}

func (f *font) width(code, text string) float64 {
	n := 0
	for i := range len(code) {
		n = n<<8 | int(code[i])
	}
	if w, ok := f.widths[n]; ok && (w > 0 || text == "") {
		return w * f.scale
	}
	if len(f.widths) > 0 && f.missing > 0 || f.wide && f.missing > 0 {
		return f.missing * f.scale
	}
	if f.monospace {
		return 0.6
	}
	return f.estimate(text)
}

// helvetica lists the widths of the characters from space to tilde in the
// commonest typeface, in thousandths of the size. Files need not tell them.
var helvetica = [...]float64{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}

// estimate returns about how wide a character is.
func (f *font) estimate(text string) float64 {
	if text == "" {
		return 0
	}
	w := 0.55
	if c := int(text[0]) - ' '; c >= 0 && c < len(helvetica) {
		w = helvetica[c] / 1000
	} else if text[0] >= 0xE3 {
		w = 1
	}
	if f.serif {
		w *= 0.92
	}
	return w
}
