package rtf

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

const (
	utf8Page   = 65001
	symbolPage = -2 // characters that are pictures
)

// encodings are code pages by their numbers.
var encodings = map[int]encoding.Encoding{
	437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 855: charmap.CodePage855,
	858: charmap.CodePage858, 860: charmap.CodePage860, 862: charmap.CodePage862, 863: charmap.CodePage863,
	865: charmap.CodePage865, 866: charmap.CodePage866, 874: charmap.Windows874,
	932: japanese.ShiftJIS, 936: simplifiedchinese.GBK, 949: korean.EUCKR, 950: traditionalchinese.Big5,
	1250: charmap.Windows1250, 1251: charmap.Windows1251, 1252: charmap.Windows1252, 1253: charmap.Windows1253,
	1254: charmap.Windows1254, 1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
	10000: charmap.Macintosh, 10001: japanese.ShiftJIS, 10007: charmap.MacintoshCyrillic,
	20866: charmap.KOI8R, 21866: charmap.KOI8U, 28591: charmap.ISO8859_1, 28592: charmap.ISO8859_2, 28595: charmap.ISO8859_5,
	28597: charmap.ISO8859_7, 28605: charmap.ISO8859_15, 51949: korean.EUCKR, 54936: simplifiedchinese.GB18030,
}

// charsets are the code pages of the character sets of fonts.
var charsets = map[int]int{
	0: 1252, 2: symbolPage, 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258,
	177: 1255, 178: 1256, 179: 1256, 181: 1255, 186: 1257, 204: 1251, 222: 874, 238: 1250, 254: 437, 255: 850,
}

// A font is what the font table says of one.
type font struct {
	name string
	page int  // 0 if it is that of the document
	ansi bool // the table calls it ANSI, whatever that is
}

func (r *reader) currentFont() *font {
	f := r.fonts[r.now.font]
	if f == nil {
		f = &font{}
		if r.now.fontTable && len(r.fonts) < 10_000 {
			r.fonts[r.now.font] = f
		}
	}
	return f
}

func (r *reader) fontNamed(s string) {
	if f := r.currentFont(); len(f.name) < 200 {
		f.name += strings.Trim(s, ";")
	}
}

func (r *reader) fontCharset(word string, n int) {
	if !r.now.fontTable {
		return
	}
	f := r.currentFont()
	switch {
	case word == "cpg" && (encodings[n] != nil || n == utf8Page):
		f.page = n
	case word == "fcharset" && f.page == 0:
		f.page, f.ansi = charsets[n], n == 0
		r.charsets[f.page] = true
	}
}

// pageOf returns the code page that text is in. Some programs call every font
// ANSI and mean the code page of the document.
func (r *reader) pageOf() int {
	f := r.currentFont()
	if f.page == 0 || r.now.fontTable || f.ansi && !r.charsets[r.codepage] {
		return r.codepage
	}
	return f.page
}

func (r *reader) symbolic() bool { return r.pageOf() == symbolPage }

// decode returns text in the code page of the font.
func (r *reader) decode(b []byte) string {
	page := r.pageOf()
	if page == symbolPage {
		return symbols(r.currentFont().name, b)
	}
	s := string(b)
	if !ascii(s) && page != utf8Page {
		if out, err := encodings[page].NewDecoder().Bytes(b); err == nil {
			s = string(out)
		}
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) {
		s = strings.ToValidUTF8(s, "\uFFFD")
		r.damaged += strings.Count(s, "\uFFFD")
	}
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\t' && c != '\n' || c == 0xFFFC {
			return -1
		}
		return c
	}, s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// The font Symbol, from 0x20, 0xA1 and 0xF1 on.
const (
	symbolLow  = " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
	symbolHigh = "ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"
	symbolTop  = "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭"
)

// wingdings are the pictures that stand for something in a text.
var wingdings = map[byte]string{
	0xE0: "→", 0xE8: "→", 0xDF: "←", 0xFC: "✓", 0xFB: "✗", 0xFE: "☑", 0xA8: "☐", 0x6F: "☐", 0x4A: "☺", ' ': " ",
}

// symbols returns the characters of a font of symbols.
func symbols(name string, b []byte) string {
	var out strings.Builder
	for _, c := range b {
		switch {
		case !strings.EqualFold(strings.TrimSpace(name), "Symbol"):
			if s, ok := wingdings[c]; ok {
				out.WriteString(s)
			} else if c > ' ' {
				out.WriteString("•")
			}
		case c >= 0xF1:
			out.WriteString(nth(symbolTop, int(c)-0xF1))
		case c >= 0xA1:
			out.WriteString(nth(symbolHigh, int(c)-0xA1))
		case c >= ' ':
			out.WriteString(nth(symbolLow, int(c)-' '))
		}
	}
	return out.String()
}

func nth(s string, n int) string {
	for _, c := range s {
		if n == 0 {
			return string(c)
		}
		n--
	}
	return ""
}
