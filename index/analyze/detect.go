package analyze

import "unicode/utf8"

// sample is how much of a text Detect reads, in bytes.
const sample = 4096

// What it takes to name a language by its common words.
const (
	minWords    = 3    // different common words of the language
	minShare    = 0.12 // of all words that are common words of the language
	minDistance = 1.25 // to the next language, as a ratio; or
	minRatio    = 1.1  // if the difference is at least
	minAhead    = 6    // which two words make that no other language has
)

// Detect returns the language of text as a BCP 47 base language, "" if it is not
// sure. It reads the first 4 kB. It is for running text of a few sentences; of
// a list of names or of a program it will mostly return "", or "en".
//
// The script decides where it is one language's. Languages that share a script
// are told apart by their common words (as in Grefenstette, "Comparing two
// language identification schemes", 1995): a word counts the more, the fewer
// languages have it. Calls with equal text return the same.
func Detect(text string) string {
	if len(text) > sample {
		text = text[:sample]
	}
	var letters [scripts]int
	for _, r := range text {
		if r >= utf8.RuneSelf {
			if s := scriptOf(r); s != noScript && r != utf8.RuneError {
				letters[s] += s.weight()
			}
		} else if r |= 0x20; 'a' <= r && r <= 'z' {
			letters[latin]++
		}
	}
	return decide(text, &letters)
}

// decide names the language of a text of these letters.
func decide(text string, letters *[scripts]int) string {
	most, all := noScript, 0
	for s, n := range letters {
		all += n
		if n > letters[most] {
			most = script(s)
		}
	}
	if most == han || most == kana {
		// Japanese has kana in every sentence; Chinese has none.
		if letters[kana]*10 >= letters[han]/han.weight() {
			return "ja"
		}
		if letters[han]*2 >= all {
			return "zh"
		}
		return ""
	}
	switch {
	case most == noScript || letters[most]*2 < all:
		return ""
	case most >= firstOnly:
		return only[most-firstOnly].language
	}
	return commonest(text, most)
}

// commonest names the language of a script by its common words.
func commonest(text string, s script) string {
	if s == arabic && writtenArabic(text) {
		return "ar"
	}
	p := profiles()
	t := tally{profile: p, seen: make([]uint8, len(p.entries))}
	for len(text) > 0 {
		n, upper := scanCommon(text)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text)
		} else {
			t.add(s, text[:n], upper)
		}
		text = text[n:]
	}
	return t.best()
}

// writtenArabic says whether the letters are those of Arabic itself: Persian,
// Urdu and Kurdish write other forms of Yeh and Kaf, and no Teh Marbuta.
func writtenArabic(text string) bool {
	own, others := 0, 0
	for _, r := range text {
		switch r {
		case 'ة', 'ى', 'ي', 'ك', 'أ', 'إ':
			own++
		case 'ی', 'ک', 'گ', 'پ', 'چ', 'ژ', 'ے', 'ە', 'ێ', 'ۆ', 'ڕ', 'ڵ':
			others++
		}
	}
	return own >= 8 && own > 20*others
}

// scanCommon returns the length of the word that text begins with, 0 if there is
// none, and whether it has to be made lower case. It is less exact than scanner,
// and needs no state.
func scanCommon(text string) (n int, upper bool) {
	for n < len(text) {
		c := text[n]
		if c < utf8.RuneSelf {
			if !alphanumeric[c] && c != '\'' {
				break
			}
			upper = upper || 'A' <= c && c <= 'Z'
			n++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[n:])
		if !commonLetter(r) {
			break
		}
		upper, n = true, n+size
	}
	return n, upper
}

// commonLetter says whether a character that is not ASCII is of a word.
func commonLetter(r rune) bool {
	switch {
	case r < 0xC0, r == '×', r == '÷', 0x2000 <= r && r < 0x2070, 0x3000 <= r && r < 0x3040:
		return r == '\u2019' || r == '\u200C' || r == '\u200D'
	case r == '،', r == '؛', r == '؟', r == '۔', r == '।', r == '॥', r == utf8.RuneError:
		return false
	}
	return true
}
