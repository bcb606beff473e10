package analyze

import "unicode"

// A script is a group of letters that narrows the language down.
type script uint8

// Scripts of one language each stand in only, by the language; those of several
// have names here.
const (
	noScript script = iota
	latin
	cyrillic
	arabic
	devanagari
	han
	kana
	firstOnly // the first script of a single language
)

// only are the scripts that are practically one language's.
var only = []struct {
	table    *unicode.RangeTable
	language string
}{
	{unicode.Hangul, "ko"}, {unicode.Thai, "th"}, {unicode.Lao, "lo"}, {unicode.Khmer, "km"},
	{unicode.Myanmar, "my"}, {unicode.Greek, "el"}, {unicode.Hebrew, "he"}, {unicode.Armenian, "hy"},
	{unicode.Georgian, "ka"}, {unicode.Bengali, "bn"}, {unicode.Tamil, "ta"}, {unicode.Telugu, "te"},
	{unicode.Gujarati, "gu"}, {unicode.Gurmukhi, "pa"}, {unicode.Kannada, "kn"}, {unicode.Malayalam, "ml"},
	{unicode.Sinhala, "si"}, {unicode.Ethiopic, "am"}, {unicode.Tibetan, "bo"},
}

// scripts is how many there are.
const scripts = int(firstOnly) + 19

// scriptOf returns the script of a character, noScript for one of another.
func scriptOf(r rune) script {
	switch { // what is frequent comes first, without a look into tables
	case r < 0xC0, 0x2000 <= r && r < 0x2070, r == '×', r == '÷':
		return noScript
	case r < 0x250:
		return latin
	case 0x400 <= r && r < 0x530:
		return cyrillic
	case 0x4E00 <= r && r < 0xA000:
		return han
	case 0x620 <= r && r < 0x660:
		return arabic
	case unicode.Is(unicode.Latin, r):
		return latin
	case unicode.Is(unicode.Cyrillic, r):
		return cyrillic
	case unicode.Is(unicode.Han, r):
		return han
	case unicode.Is(unicode.Arabic, r):
		return arabic
	case unicode.Is(unicode.Devanagari, r):
		return devanagari
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return kana
	}
	for i, o := range only {
		if unicode.Is(o.table, r) {
			return firstOnly + script(i)
		}
	}
	return noScript
}

// weight is how many letters a character counts for: one of Han or Hangul says
// about as much as two or three others.
func (s script) weight() int {
	switch {
	case s == han, s >= firstOnly && only[s-firstOnly].language == "ko":
		return 3
	}
	return 1
}
