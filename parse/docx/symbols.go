package docx

import (
	"strconv"
	"strings"
)

// symbol returns the letter that a sign of a font of symbols looks like; "" if
// that is not known. Char is its code, hexadecimal, often moved to U+F000.
func symbol(font, char string) string {
	code, err := strconv.ParseUint(char, 16, 32)
	if err != nil {
		return ""
	}
	r := rune(code)
	if r >= 0xF000 && r <= 0xF0FF {
		r -= 0xF000
	}
	switch {
	case strings.EqualFold(font, "Symbol"):
		return greek(r)
	case strings.HasPrefix(font, "Wingdings"):
		return wingdings[r]
	case r < ' ' || r >= 0xE000 && r <= 0xF8FF || r > 0x10FFFF || r >= 0xD800 && r < 0xE000:
		return ""
	}
	return string(r)
}

// Letters of Symbol at the places of A to Z and a to z.
const (
	capitals = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"
	smalls   = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
)

func greek(r rune) string {
	switch {
	case r >= 'A' && r <= 'Z':
		return string([]rune(capitals)[r-'A'])
	case r >= 'a' && r <= 'z':
		return string([]rune(smalls)[r-'a'])
	}
	if s, ok := mathematical[r]; ok {
		return s
	}
	if r >= ' ' && r < 0x7F {
		return string(r)
	}
	return ""
}

var mathematical = map[rune]string{
	'"': "∀", '$': "∃", '\'': "∋", '*': "∗", '@': "≅", '^': "⊥", 0xA2: "′", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAD: "↑",
	0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±", 0xB2: "″", 0xB3: "≥", 0xB4: "×", 0xB5: "∝", 0xB6: "∂", 0xB7: "•", 0xB8: "÷",
	0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xBC: "…", 0xC6: "∅", 0xC7: "∩", 0xC8: "∪", 0xC9: "⊃", 0xCC: "⊂", 0xCE: "∈", 0xCF: "∉",
	0xD1: "∇", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xD5: "∏", 0xD6: "√", 0xD7: "⋅", 0xD8: "¬", 0xD9: "∧", 0xDA: "∨", 0xDB: "⇔",
	0xDE: "⇒", 0xE5: "∑", 0xF2: "∫",
}

var wingdings = map[rune]string{
	0x28: "☎", 0x2A: "✉", 0x4A: "☺", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x9F: "•", 0xA7: "▪",
	0xA8: "☐", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}
