package builtin

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ledongthuc/pdf"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	utf16 "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// baseTable returns what the codes of a named encoding mean.
func baseTable(name string) (t [256]string) {
	table := charmap.Windows1252
	if name == "MacRomanEncoding" {
		table = charmap.Macintosh
	}
	for i := range t {
		if r := table.DecodeByte(byte(i)); i >= ' ' && r != utf8.RuneError {
			t[i] = string(r)
		}
	}
	if name == "" || name == "StandardEncoding" {
		for code, r := range standard {
			t[code] = string(r)
		}
	}
	return t
}

// standard is where the standard encoding of fonts differs from Windows-1252.
var standard = map[byte]rune{
	0x27: '’', 0x60: '‘', 0xA4: '⁄', 0xA6: 'ƒ', 0xA8: '¤', 0xA9: '\'', 0xAA: '“', 0xAC: '‹', 0xAD: '›',
	0xAE: 'ﬁ', 0xAF: 'ﬂ', 0xB1: '–', 0xB2: '†', 0xB3: '‡', 0xB4: '·', 0xB7: '•', 0xB8: '‚', 0xB9: '„', 0xBA: '”',
	0xBC: '…', 0xBD: '‰', 0xC1: '`', 0xC2: '´', 0xC3: 'ˆ', 0xC4: '˜', 0xC5: '¯', 0xC6: '˘', 0xC7: '˙',
	0xC8: '¨', 0xCA: '˚', 0xCB: '¸', 0xCD: '˝', 0xCE: '˛', 0xCF: 'ˇ', 0xD0: '—', 0xE1: 'Æ', 0xE3: 'ª',
	0xE8: 'Ł', 0xE9: 'Ø', 0xEA: 'Œ', 0xEB: 'º', 0xF1: 'æ', 0xF5: 'ı', 0xF8: 'ł', 0xF9: 'ø', 0xFA: 'œ', 0xFB: 'ß',
}

// legacyEncoding returns the encoding behind a predefined CMap, nil for one that
// numbers glyphs.
func legacyEncoding(cmap string) encoding.Encoding {
	switch {
	case strings.Contains(cmap, "UCS2"), strings.Contains(cmap, "UTF16"):
		return wide{utf16.UTF16(utf16.BigEndian, utf16.IgnoreBOM)}
	case strings.Contains(cmap, "RKSJ"):
		return japanese.ShiftJIS
	case strings.HasPrefix(cmap, "GB"):
		return simplifiedchinese.GB18030
	case strings.Contains(cmap, "B5"):
		return traditionalchinese.Big5
	case strings.HasPrefix(cmap, "KSC"):
		return korean.EUCKR
	case cmap == "EUC-H", cmap == "EUC-V":
		return japanese.EUCJP
	}
	return nil
}

// wide marks an encoding whose codes all have two bytes.
type wide struct{ encoding.Encoding }

// glyphText returns the text of a glyph by its name: uniXXXX, a name the
// library knows, ligatures as in f_i, or else what the code meant before.
func glyphText(name string, code byte, decoder pdf.TextEncoding, before string) string {
	full := name
	name, _, _ = strings.Cut(name, ".")
	for _, prefix := range []string{"uni", "u"} {
		if hex, ok := strings.CutPrefix(name, prefix); ok && len(hex) >= 4 && len(hex) <= 6 {
			if v, err := strconv.ParseUint(hex, 16, 21); err == nil && v > ' ' {
				return string(rune(v))
			}
		}
	}
	switch name {
	case "space", "nbspace", "nonbreakingspace":
		return " "
	case "fi", "fl", "ff", "ffi", "ffl":
		return name
	case "":
		return ""
	}
	if strings.Contains(name, "_") {
		return strings.ReplaceAll(name, "_", "")
	}
	if len(name) == 1 && unicode.IsLetter(rune(name[0])) {
		return name
	}
	if full == name {
		if t := decoder.Decode(string([]byte{code})); t != "" && t != string(rune(code)) {
			return t
		}
	}
	return before
}

// tidy makes what a font says fit for text: ligatures and presentation forms
// are taken apart, private characters and controls are dropped.
func tidy(s string) string {
	if len(s) == 1 && s[0] >= ' ' && s[0] < 0x7F {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\u00A0' || r == '\t' || r == '\r' || r == '\n' || unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case r == '\u00AD':
			b.WriteRune(r)
		case r >= 0xFB00 && r <= 0xFDFF, r >= 0xFE70 && r < 0xFEFF, r >= 0x2F00 && r <= 0x2FD5:
			b.WriteString(norm.NFKC.String(string(r)))
		case r == utf8.RuneError || r >= 0xE000 && r < 0xF900 || !unicode.IsGraphic(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
